#include "charts/dot_error_chart.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "charts/painted_item.h"
#include "number_text.h"

namespace mantissa::ui {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kMostDecades = 12;

/// Words whose lower left corner is at `at`, on a ground of their own where curves run.
void paintNote(QPainter& painter, QPointF at, const QString& text, const ChartStyle& style) {
    QColor ground = style.tokens.card;
    ground.setAlphaF(0.85F);
    const QSizeF size = textSize(text, style.axisFont());
    painter.fillRect(QRectF(at - QPointF(2, size.height()), size + QSizeF(4, 0)), ground);
    paintText(painter, at, Qt::AlignLeft | Qt::AlignBottom, text, style.axisFont(), style.tokens.text2);
}

}  // namespace

QString DotErrorChart::finding() const {
    if (!hasReport()) return {};
    const DotSeries* worst = nullptr;
    for (const auto& series : report().series)
        if (!worst || !(series.largestErrors.back() <= worst->largestErrors.back())) worst = &series;
    const double error = worst->largestErrors.back();
    if (std::isnan(error)) return tr("%1 overflows").arg(titleOf(*worst));
    if (error == 0) return tr("Every sum is exact at every n");
    return tr("%1 has the largest error: %2 of Σ |aᵢbᵢ|").arg(titleOf(*worst), compactText(error, 3));
}

std::vector<double> DotErrorChart::bounds(const DotSeries& series) const {
    std::vector<double> values;
    const SeriesBounds all = report().boundsOf(series);
    for (std::size_t i = 0; i < report().steps.size(); ++i) {
        const auto bound = all.at(i);
        values.push_back(bound ? bound->share(report().sizeSums[i]) : kNan);
    }
    return values;
}

DataTable DotErrorChart::table() const {
    DataTable table{.header = {tr("n")}, .rows = {}};
    std::vector<std::vector<double>> all;
    for (const auto& series : report().series) {
        table.header << titleOf(series) << tr("bound of %1").arg(titleOf(series));
        all.push_back(bounds(series));
    }
    for (std::size_t i = 0; i < report().steps.size(); ++i) {
        QStringList row{QString::number(report().steps[i])};
        for (std::size_t s = 0; s < all.size(); ++s)
            row << compactText(report().series[s].largestErrors[i], 6) << compactText(all[s][i], 6);
        table.rows.push_back(row);
    }
    return table;
}

DotErrorChart::Range DotErrorChart::range() const {
    double low = std::numeric_limits<double>::infinity(), high = 0;
    for (const auto index : shownSeries())
        for (const double error : report().series[index].largestErrors)
            if (error > 0) low = std::min(low, error), high = std::max(high, error);
    const auto u = unitRoundoff(inspected().how.accumulator);
    if (high == 0) low = high = u.value_or(1e-6);
    if (u) low = std::min(low, *u), high = std::max(high, *u);
    high = std::pow(10, std::ceil(std::log10(high * 1.2)));
    low = std::pow(10, std::floor(std::log10(low / 1.2)));
    return {std::max(low, high * std::pow(10, -kMostDecades)), high};
}

std::vector<DotChart::EndLabel> DotErrorChart::endLabels(const Range& range) const {
    std::vector<EndLabel> labels;
    for (const auto index : shownSeries()) {
        const DotSeries& series = report().series[index];
        const double error = series.largestErrors.back();
        if (!(error >= range.low)) continue;
        // Closer than a tenth of a decade reads as the same.
        const auto same = std::find_if(labels.begin(), labels.end(), [&](const EndLabel& label) {
            return label.format == series.how.accumulator && std::abs(std::log10(label.value / error)) < 0.1;
        });
        if (same != labels.end())
            same->text += QStringLiteral(", ") + wordsOf(series.how.order);
        else
            labels.push_back({.value = error, .text = titleOf(series), .format = series.how.accumulator});
    }
    return labels;
}

QString DotErrorChart::notDrawnText(const Range& range) const {
    QStringList exact;
    for (const auto index : shownSeries())
        if (report().series[index].largestErrors.back() == 0) exact << titleOf(report().series[index]);
    if (!exact.isEmpty()) return tr("Exact, so not drawn: %1").arg(exact.join(QStringLiteral(", ")));
    for (const auto index : shownSeries())
        for (const double error : report().series[index].largestErrors)
            if (error > 0 && error < range.low)
                return tr("Errors below 10%1 are not drawn")
                    .arg(superscriptText(static_cast<int>(std::lround(std::log10(range.low)))));
    return {};
}

void DotErrorChart::drawLines(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style, const Range& range) const {
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    QVector<double> steps;
    for (const auto step : report().steps) steps << static_cast<double>(step);
    const auto line = [&](const std::vector<double>& values, const QPen& pen, double least) {
        QVector<double> drawn;
        for (const double value : values) drawn << (value > 0 ? std::max(value, least) : kNan);
        QCPGraph* graph = plot.addGraph(x, y);
        graph->setData(steps, drawn, true);
        graph->setPen(pen);
        graph->setSelectable(QCP::stNone);
    };
    for (const auto index : shownSeries()) {
        const DotSeries& series = report().series[index];
        QPen pen = penFor(series, style);
        pen.setWidthF(1);
        pen.setColor(blended(style.color(series.how.accumulator), style.tokens.card, 0.7));
        line(bounds(series), pen, 0);
    }
    for (const auto index : shownSeries()) {
        // The first error rises from the axis.
        std::vector<double> errors = report().series[index].largestErrors;
        for (std::size_t i = 1; i < errors.size(); ++i)
            if (errors[i] > 0 && errors[i - 1] == 0) errors[i - 1] = range.low / 10;
        line(errors, penFor(report().series[index], style), 0);
    }
}

void DotErrorChart::drawUnitRoundoff(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const {
    const auto u = unitRoundoff(inspected().how.accumulator);
    if (!u) return;
    addPainting(plot, rect, [=, this](QPainter& painter) {
        const double at = rect->axis(QCPAxis::atLeft)->coordToPixel(*u);
        painter.setPen(QPen(style.tokens.text3, 1, Qt::DotLine));
        painter.drawLine(QPointF(rect->left(), at), QPointF(rect->right(), at));
        const QString text = tr("u = 2%1, at most lost in one %2 rounding")
                                 .arg(superscriptText(static_cast<int>(std::lround(std::log2(*u)))),
                                      QString::fromStdString(inspected().how.accumulator.title));
        paintNote(painter, {rect->left() + 6.0, at - 2}, text, style);
    });
}

void DotErrorChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    clearPlot(plot, style);
    QCPAxisRect* rect = addAxes(plot, style);
    const Range shown = range();
    const std::vector<EndLabel> labels = endLabels(shown);
    rect->setMinimumMargins(QMargins(2, 18, std::max(14, endLabelWidth(style, labels)), 2));
    styleStepAxis(*rect, style, true);
    QCPAxis* y = rect->axis(QCPAxis::atLeft);
    styleAxis(*y, style, tr("Error / Σ |aᵢbᵢ| (log scale)"));
    y->setRange(shown.low, shown.high);
    makeLogarithmic(*y);
    drawLines(plot, rect, style, shown);
    drawUnitRoundoff(plot, rect, style);
    if (const QString text = notDrawnText(shown); !text.isEmpty())
        addPainting(plot, rect, [=](QPainter& painter) {
            paintNote(painter, {rect->left() + 6.0, rect->bottom() - 3.0}, text, style);
        });
    drawStepLine(plot, rect, style);
    drawEndLabels(plot, rect, style, labels);
}

QString DotErrorChart::hoverText(const QCustomPlot& plot, QPointF position) const {
    if (!hasReport() || plot.axisRectCount() == 0 || !plot.axisRect()->rect().contains(position.toPoint())) return {};
    const double n = plot.axisRect()->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
    const auto found = std::lower_bound(report().steps.begin(), report().steps.end(),
                                        static_cast<std::uint64_t>(std::max(1.0, std::round(n))));
    if (found == report().steps.end()) return {};
    const auto i = static_cast<std::size_t>(found - report().steps.begin());
    QStringList lines{tr("up to n = %1").arg(groupedText(static_cast<std::int64_t>(*found)))};
    for (const auto index : shownSeries()) {
        const DotSeries& series = report().series[index];
        const auto bound = report().boundsOf(series).at(i);
        lines << tr("%1: %2, bound %3")
                     .arg(titleOf(series), errorText(series.largestErrors[i]),
                          bound ? compactText(bound->share(report().sizeSums[i]), 3) : tr("none"));
    }
    return lines.join('\n');
}

}  // namespace mantissa::ui
