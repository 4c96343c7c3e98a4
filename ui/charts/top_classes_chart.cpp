#include "charts/top_classes_chart.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

#include "charts/painted_item.h"
#include "compare/run_words.h"
#include "number_text.h"
#include "numerics/error_metrics.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

constexpr int kMostValueLabels = 24;
constexpr int kLeastPitch = 8, kAxisHeight = 50;  // px a bar of the first five classes, and below them
constexpr double kSmallestLabelPitch = 9.5;  // px a bar; closer than this, numbers would touch

/// The next of 1, 2, 2.5, 5 × 10ⁿ above `value`, at most 1: where a probability axis may end.
double niceEnd(double value) {
    if (!(value > 0)) return 1;
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double step : {1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0})
        if (step * power >= value * 0.999) return std::min(1.0, step * power);
    return 1;
}

QString elidedLabel(const QString& label, const QFont& font, double width) {
    return QFontMetricsF(font).elidedText(label, Qt::ElideRight, width);
}

}  // namespace

/// Everything both halves of the chart need to place a class and a run, in px of the plot.
struct TopClassesChart::Rows {
    QCPAxisRect* rect;
    std::size_t classes, runs;

    double band() const { return static_cast<double>(rect->height()) / static_cast<double>(classes); }
    double top(std::size_t row) const { return rect->top() + band() * static_cast<double>(row); }
    double pitch() const { return std::min(17.0, band() * 0.88 / static_cast<double>(runs)); }
    double center(std::size_t row, std::size_t run) const {
        const double used = pitch() * static_cast<double>(runs);
        return top(row) + (band() - used) / 2 + pitch() * (static_cast<double>(run) + 0.5);
    }
};

TopClassesChart::TopClassesChart(QWidget* parent) : CompareChart(parent) {
    connect(&plot(), &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        const int row = event->button() == Qt::LeftButton ? classAt(plot(), event->position()) : -1;
        if (row >= 0) emit classChosen(classes_[static_cast<std::size_t>(row)]);
    });
}

void TopClassesChart::keyPressEvent(QKeyEvent* event) {
    const int step = event->key() == Qt::Key_Down ? 1 : event->key() == Qt::Key_Up ? -1 : 0;
    if (step == 0 || !hasReport() || classes_.empty()) return CompareChart::keyPressEvent(event);
    const auto chosen = highlight() ? std::find(classes_.begin(), classes_.end(), *highlight()) : classes_.end();
    const int last = static_cast<int>(classes_.size()) - 1;
    // Without a class chosen, Down begins at the first and Up at the last.
    const int before = chosen != classes_.end() ? static_cast<int>(chosen - classes_.begin())
                       : step > 0               ? -1
                                                : last + 1;
    const int row = std::clamp(before + step, 0, last);
    if (row != before) emit classChosen(classes_[static_cast<std::size_t>(row)]);
}

void TopClassesChart::setClassCount(int count) {
    wanted_ = count;
    if (hasReport()) onReport();
    refresh();
}

void TopClassesChart::onReport() {
    classes_ = topIndices(report().reference().logits, static_cast<std::size_t>(wanted_));
}

/// Low enough for a page without scrolling where few formats are compared, and as high as many need to be told apart.
QSize TopClassesChart::minimumSizeHint() const {
    const auto bars = hasReport() ? std::min<std::size_t>(classes_.size(), 5) * goodRuns().size() : 0;
    return {160, kAxisHeight + kLeastPitch * static_cast<int>(bars)};
}

QString TopClassesChart::finding() const { return hasReport() ? findingOf(report()) : QString(); }

QSize TopClassesChart::preferredExportSize() const {
    const auto bars = hasReport() ? classes_.size() * std::max<std::size_t>(2, goodRuns().size()) : 10;
    return {900, static_cast<int>(std::clamp<std::size_t>(150 + 15 * bars, 360, 1600))};
}

DataTable TopClassesChart::table() const {
    DataTable table{.header = {tr("Class")}, .rows = {}};
    for (const auto run : goodRuns())
        table.header << tr("%1 probability").arg(titleOf(report().runs[run]))
                     << tr("%1 logit").arg(titleOf(report().runs[run]));
    for (const auto index : classes_) {
        QStringList row{classLabel(report(), index)};
        for (const auto run : goodRuns())
            row << valueText(report().runs[run].probabilities[index]) << valueText(report().runs[run].logits[index]);
        table.rows.push_back(row);
    }
    return table;
}

void TopClassesChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    clearPlot(plot, style);
    double labelWidth = 40;
    for (const auto index : classes_)
        labelWidth = std::max(labelWidth, textSize(classLabel(report(), index), style.strongFont()).width());
    labelWidth = std::min(labelWidth, style.size.width() * 0.26);
    const double numberWidth = textSize(QStringLiteral("2.2×10⁻⁴"), style.numberFont()).width();

    QCPAxisRect* bars = addAxes(plot, style, 0, 0);
    QCPAxisRect* dots = addAxes(plot, style, 0, 1);
    plot.plotLayout()->setColumnStretchFactors({2.2, 1});
    bars->setMargins(QMargins(static_cast<int>(labelWidth) + 10, 4, static_cast<int>(numberWidth) + 6, 0));
    dots->setMargins(QMargins(10, 4, 14, 0));
    for (auto* rect : {bars, dots}) {
        rect->setAutoMargins(QCP::msBottom);
        QCPAxis* left = rect->axis(QCPAxis::atLeft);
        left->setTicks(false);
        left->setTickLabels(false);
        setGrid(*left, Grid::off);
    }
    dots->axis(QCPAxis::atLeft)->setBasePen(Qt::NoPen);
    setRanges(bars, dots, style);
    addPainting(
        plot, bars, [=, this](QPainter& painter) { paintBars(painter, bars, style, labelWidth); }, ClipTo::nothing);
    addPainting(
        plot, dots, [=, this](QPainter& painter) { paintDots(painter, dots, style); }, ClipTo::nothing);
}

void TopClassesChart::setRanges(QCPAxisRect* bars, QCPAxisRect* dots, const ChartStyle& style) const {
    double largest = 0, least = INFINITY, most = -INFINITY;
    for (const auto run : goodRuns())
        for (const auto index : classes_) {
            const double p = report().runs[run].probabilities[index], value = report().runs[run].logits[index];
            if (std::isfinite(p)) largest = std::max(largest, p);
            if (std::isfinite(value)) least = std::min(least, value), most = std::max(most, value);
        }
    QCPAxis* probability = bars->axis(QCPAxis::atBottom);
    const double end = niceEnd(largest);
    const int exponent = axisExponent(end);
    styleAxis(*probability, style, scaledLabel(tr("Probability (softmax)"), exponent));
    probability->setRange(0, end);
    probability->setTicker(scaledTicker(4, exponent));
    QCPAxis* logit = dots->axis(QCPAxis::atBottom);
    styleAxis(*logit, style, tr("Logit (before softmax)"));
    if (!(most >= least)) least = 0, most = 1;
    const double spare = most > least ? 0.07 * (most - least) : std::max(0.5, std::abs(most) * 0.1);
    logit->setRange(least - spare, most + spare);
    logit->setTicker(numberTicker(4));
}

void TopClassesChart::paintBands(QPainter& painter, const Rows& rows, double from, double to,
                                 const ChartStyle& style) const {
    painter.setPen(QPen(style.tokens.chartGrid, 1));
    for (std::size_t row = 0; row < classes_.size(); ++row) {
        if (highlight() == classes_[row])
            painter.fillRect(QRectF(from, rows.top(row), to - from, rows.band()), style.tokens.accentFill);
        if (row > 0) painter.drawLine(QPointF(from, rows.top(row)), QPointF(to, rows.top(row)));
    }
}

void TopClassesChart::paintBars(QPainter& painter, QCPAxisRect* rect, const ChartStyle& style,
                                double labelWidth) const {
    const auto runs = goodRuns();
    const Rows rows{rect, classes_.size(), runs.size()};
    QCPAxis* probability = rect->axis(QCPAxis::atBottom);
    const bool numbers = classes_.size() * runs.size() <= kMostValueLabels && rows.pitch() >= kSmallestLabelPitch;
    const double zero = probability->coordToPixel(0), height = std::max(2.0, rows.pitch() - 1);
    paintBands(painter, rows, 0, rect->right() + rect->margins().right(), style);
    for (std::size_t row = 0; row < classes_.size(); ++row) {
        const QFont font = row == 0 ? style.strongFont() : style.labelFont();
        paintText(painter, {zero - 8, rows.top(row) + rows.band() / 2}, Qt::AlignRight,
                  elidedLabel(classLabel(report(), classes_[row]), font, labelWidth), font, style.tokens.text1);
        for (std::size_t i = 0; i < runs.size(); ++i) {
            const FormatRun& run = report().runs[runs[i]];
            const double p = run.probabilities[classes_[row]], y = rows.center(row, i);
            const bool finite = std::isfinite(p);
            const double end = probability->coordToPixel(finite ? p : 0);
            paintBar(painter, QRectF(zero, y - height / 2, end - zero, height), fillOf(run), style.color(run.format),
                     style.tokens.card);
            const QColor ink = !finite ? style.tokens.errorText : i == 0 ? style.tokens.text1 : style.tokens.text2;
            if (numbers || !finite)
                paintText(painter, {end + 5, y}, Qt::AlignLeft, finite ? valueText(p) : tr("NaN"), style.numberFont(),
                          ink);
        }
    }
}

void TopClassesChart::paintDots(QPainter& painter, QCPAxisRect* rect, const ChartStyle& style) const {
    const auto runs = goodRuns();
    const Rows rows{rect, classes_.size(), runs.size()};
    QCPAxis* logit = rect->axis(QCPAxis::atBottom);
    const double size = std::clamp(rows.pitch() * 0.85, 4.0, 10.0);
    paintBands(painter, rows, rect->left() - 10, rect->right() + 14, style);
    for (std::size_t row = 0; row < classes_.size(); ++row) {
        const double reference = report().reference().logits[classes_[row]];
        if (std::isfinite(reference)) {
            const double x = logit->coordToPixel(reference);
            painter.setPen(QPen(style.tokens.text1, 1, Qt::DotLine));
            painter.drawLine(QPointF(x, rows.center(row, 0)), QPointF(x, rows.center(row, runs.size() - 1) + size / 2));
        }
        for (std::size_t i = 0; i < runs.size(); ++i) {
            const FormatRun& run = report().runs[runs[i]];
            const double value = run.logits[classes_[row]], y = rows.center(row, i);
            if (!std::isfinite(value)) continue;
            const double x = logit->coordToPixel(value);
            if (std::isfinite(reference)) {
                painter.setPen(QPen(style.color(run.format), 1.6));
                painter.drawLine(QPointF(logit->coordToPixel(reference), y), QPointF(x, y));
            }
            const QRectF area(x - size / 2, y - size / 2, size, size);
            paintMarker(painter, area, lookOf(run.format), style.color(run.format));
        }
    }
}

int TopClassesChart::classAt(const QCustomPlot& plot, QPointF position) const {
    if (!hasReport() || classes_.empty() || plot.axisRectCount() == 0) return -1;
    const QCPAxisRect* rect = const_cast<QCustomPlot&>(plot).axisRect(0);
    const double row =
        (position.y() - rect->top()) / (static_cast<double>(rect->height()) / static_cast<double>(classes_.size()));
    return row >= 0 && row < static_cast<double>(classes_.size()) ? static_cast<int>(row) : -1;
}

QString TopClassesChart::hoverText(const QCustomPlot& plot, QPointF position) const {
    const int row = classAt(plot, position);
    if (row < 0) return {};
    const auto index = classes_[static_cast<std::size_t>(row)];
    QStringList lines{tr("%1 (output %2)").arg(classLabel(report(), index), QString::number(index))};
    for (const auto run : goodRuns())
        lines << tr("%1: probability %2, logit %3")
                     .arg(titleOf(report().runs[run]), valueText(report().runs[run].probabilities[index]),
                          valueText(report().runs[run].logits[index]));
    return lines.join('\n');
}

}  // namespace mantissa::ui
