#include "charts/chart_style.h"

#include <qcustomplot.h>

#include <cmath>

#include "number_text.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

class NumberTicker : public QCPAxisTicker {
  public:
    explicit NumberTicker(int wantedTicks, int exponent = 0) : unit_(std::pow(10, exponent)) {
        setTickCount(wantedTicks);
    }

  protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        // Steps leave residues such as 1e-17 where 0 is meant.
        return compactText(std::abs(tick) < step_ * 1e-6 ? 0 : tick / unit_, 6);
    }
    double getTickStep(const QCPRange& range) override { return step_ = QCPAxisTicker::getTickStep(range); }

    double step_ = 0;

  private:
    double unit_;
};

class CountTicker : public NumberTicker {
  public:
    using NumberTicker::NumberTicker;

  protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        return groupedText(static_cast<std::int64_t>(std::llround(tick)));
    }
    double getTickStep(const QCPRange& range) override {
        return step_ = std::max(1.0, std::ceil(NumberTicker::getTickStep(range)));
    }
    int getSubTickCount(double) override { return 0; }
};

class LogTicker : public QCPAxisTickerLog {
  protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        const int exponent = static_cast<int>(std::lround(std::log10(tick)));
        // Less than a decade has ticks between the powers, too.
        if (std::abs(tick / std::pow(10, exponent) - 1) > 1e-6) return compactText(tick, 2);
        if (exponent >= 0 && exponent <= 4) return groupedText(static_cast<std::int64_t>(std::llround(tick)));
        return QStringLiteral("10") + superscriptText(exponent);
    }
};

}  // namespace

QColor ChartStyle::color(const Format& format) const { return colored(lookOf(format).color(scheme)); }

ChartStyle chartStyle(Scheme scheme, Ink ink, QSize size) {
    const Tokens& colors = tokens(scheme);
    return {.scheme = scheme, .ink = ink, .tokens = ink == Ink::color ? colors : greyOf(colors), .size = size};
}

void clearPlot(QCustomPlot& plot, const ChartStyle& style) {
    plot.clearItems();
    plot.clearPlottables();
    plot.plotLayout()->clear();
    plot.plotLayout()->simplify();
    plot.plotLayout()->setColumnSpacing(14);
    plot.setBackground(QBrush(style.tokens.card));
    plot.setAntialiasedElements(QCP::aeAll);
}

QCPAxisRect* addAxes(QCustomPlot& plot, const ChartStyle& style, int row, int column) {
    auto* rect = new QCPAxisRect(&plot, true);
    rect->setupFullAxesBox(false);
    for (const auto type : {QCPAxis::atTop, QCPAxis::atRight}) rect->axis(type)->setVisible(false);
    for (const auto type : {QCPAxis::atBottom, QCPAxis::atLeft}) {
        styleAxis(*rect->axis(type), style, {});
        rect->axis(type)->setTicker(numberTicker());
        rect->axis(type)->setLayer(QStringLiteral("axes"));
        rect->axis(type)->grid()->setLayer(QStringLiteral("grid"));
    }
    rect->setMinimumMargins(QMargins(2, 8, 14, 2));
    plot.plotLayout()->addElement(row, column, rect);
    return rect;
}

void styleAxis(QCPAxis& axis, const ChartStyle& style, const QString& label) {
    const QPen line(style.tokens.inputLine, 1);
    axis.setBasePen(line);
    axis.setTickPen(line);
    axis.setSubTicks(false);
    axis.setTickLength(0, 4);
    axis.setSubTickLength(0, 0);
    axis.setTickLabelColor(style.tokens.text3);
    axis.setTickLabelFont(style.axisFont());
    axis.setTickLabelPadding(3);
    axis.setLabel(label);
    axis.setLabelColor(style.tokens.text3);
    axis.setLabelFont(style.axisFont());
    axis.setLabelPadding(4);
    axis.grid()->setPen(QPen(style.tokens.chartGrid, 1));
    axis.grid()->setZeroLinePen(QPen(style.tokens.chartGrid, 1));
    axis.grid()->setSubGridVisible(false);
}

void setGrid(QCPAxis& axis, Grid grid) { axis.grid()->setVisible(grid == Grid::on); }

QSharedPointer<QCPAxisTicker> numberTicker(int wantedTicks) {
    return QSharedPointer<NumberTicker>::create(wantedTicks);
}

QSharedPointer<QCPAxisTicker> scaledTicker(int wantedTicks, int exponent) {
    return QSharedPointer<NumberTicker>::create(wantedTicks, exponent);
}

int axisExponent(double largest) {
    if (!(largest > 0) || !std::isfinite(largest) || (largest >= 0.01 && largest < 1e6)) return 0;
    return static_cast<int>(std::floor(std::log10(largest) / 3)) * 3;
}

QString scaledLabel(const QString& label, int exponent) {
    return exponent == 0 ? label : label + QStringLiteral(", ×10") + superscriptText(exponent);
}

QSharedPointer<QCPAxisTicker> logTicker() { return QSharedPointer<LogTicker>::create(); }

QSharedPointer<QCPAxisTicker> countTicker(int wantedTicks) { return QSharedPointer<CountTicker>::create(wantedTicks); }

void makeLogarithmic(QCPAxis& axis) {
    axis.setScaleType(QCPAxis::stLogarithmic);
    axis.setTicker(logTicker());
}

}  // namespace mantissa::ui
