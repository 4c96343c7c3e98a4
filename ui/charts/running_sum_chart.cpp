#include "charts/running_sum_chart.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "charts/painted_item.h"
#include "number_text.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

constexpr double kSumMarker = 10, kTextHeight = 34, kFarthest = 100;  // px

QVector<double> vectorOf(const std::vector<std::uint64_t>& steps) {
    QVector<double> values{0};
    for (const auto step : steps) values << static_cast<double>(step);
    return values;
}

/// From 0 on; what is not finite leaves a gap.
QVector<double> vectorOf(const std::vector<double>& sums) {
    QVector<double> values{0};
    for (const double sum : sums) values << (std::isfinite(sum) ? sum : std::numeric_limits<double>::quiet_NaN());
    return values;
}

QPolygonF curveOf(const std::vector<double>& sums, const std::vector<std::uint64_t>& steps, const QCPAxis& x,
                  const QCPAxis& y) {
    QPolygonF curve;
    for (std::size_t i = 0; i < sums.size() && std::isfinite(sums[i]); ++i)
        curve << QPointF(x.coordToPixel(static_cast<double>(steps[i])), y.coordToPixel(sums[i]));
    return curve;
}

bool crosses(const QPolygonF& curve, const QRectF& box) {
    const QLineF diagonals[] = {{box.topLeft(), box.bottomRight()}, {box.topRight(), box.bottomLeft()}};
    for (qsizetype i = 0; i < curve.size(); ++i) {
        if (box.contains(curve[i])) return true;
        // A line through a box crosses one of its diagonals.
        if (i > 0 && std::any_of(std::begin(diagonals), std::end(diagonals), [&](const QLineF& diagonal) {
                return diagonal.intersects({curve[i - 1], curve[i]}, nullptr) == QLineF::BoundedIntersection;
            }))
            return true;
    }
    return false;
}

/// A free place for words of this size near a mark, below or above it and right of it as far as there is room.
template <class Free>
std::optional<QRectF> placeBeside(QPointF at, QSizeF size, const QRectF& inside, const Free& isFree) {
    for (double away = kSumMarker; away < kFarthest; away += kSumMarker)
        for (const double right : {0.0, 0.5, 1.0, 2.0, 4.0, 8.0})
            for (const double top : {at.y() + away, at.y() - away - size.height()}) {
                const double left = std::min(at.x() + right * away, inside.right() - size.width());
                const QRectF box(QPointF(left, top), size);
                if (inside.contains(box) && isFree(box)) return box;
            }
    return std::nullopt;
}

}  // namespace

QString sumText(double sum) {
    if (std::isnan(sum)) return QStringLiteral("NaN");
    if (std::isfinite(sum) && sum == std::round(sum) && std::abs(sum) < 1e9)
        return groupedText(static_cast<std::int64_t>(sum));
    return compactText(sum, 7);
}

QString RunningSumChart::finding() const { return hasReport() ? QString::fromStdString(report().finding) : QString(); }

DataTable RunningSumChart::table() const {
    DataTable table{.header = {tr("n"), tr("Exact")}, .rows = {}};
    for (const auto& series : report().series) table.header << titleOf(series);
    for (std::size_t i = 0; i < report().steps.size(); ++i) {
        QStringList row{QString::number(report().steps[i]), compactText(report().exactSums[i], 17)};
        for (const auto& series : report().series) row << compactText(series.sums[i], 17);
        table.rows.push_back(row);
    }
    return table;
}

std::vector<DotChart::EndLabel> RunningSumChart::endLabels() const {
    std::vector<EndLabel> labels;
    bool exactIsShown = false;
    for (const auto index : shownSeries()) {
        const DotSeries& series = report().series[index];
        if (!std::isfinite(series.sum)) continue;
        exactIsShown = exactIsShown || series.error == 0;
        const auto same = std::find_if(labels.begin(), labels.end(), [&](const EndLabel& label) {
            return label.format == series.how.accumulator && label.value == series.sum;
        });
        if (same != labels.end()) {
            same->text += QStringLiteral(", ") + wordsOf(series.how.order);
            continue;
        }
        labels.push_back({.value = series.sum, .text = titleOf(series), .format = series.how.accumulator});
    }
    for (auto& label : labels) {
        label.text += QStringLiteral(": ") + sumText(label.value);
        if (label.value == report().exact) label.text += tr(" (exact)");
    }
    if (!exactIsShown && std::isfinite(report().exact))
        labels.push_back({.value = report().exact, .text = tr("exact: %1").arg(sumText(report().exact)), .format = {}});
    return labels;
}

void RunningSumChart::drawLines(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const {
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    const QVector<double> steps = vectorOf(report().steps);
    const auto line = [&](const std::vector<double>& sums, const QPen& pen) {
        QCPGraph* graph = plot.addGraph(x, y);
        graph->setData(steps, vectorOf(sums), true);
        graph->setPen(pen);
        graph->setSelectable(QCP::stNone);
    };
    line(report().exactSums, QPen(style.tokens.inputLine, 1));
    for (const auto index : shownSeries()) line(report().series[index].sums, penFor(report().series[index], style));
}

RunningSumChart::Stop RunningSumChart::stopOf(const DotSeries& series) const {
    const auto steps = std::span(report().steps);
    Stop stop;
    stop.n = series.stagnation ? series.stagnation->n : *series.notFiniteFrom - 1;
    // The drawn step at or before it.
    const auto before = std::upper_bound(steps.begin(), steps.end(), stop.n) - steps.begin();
    if (series.stagnation)
        stop.sum = series.stagnation->sum;
    else if (before > 0)
        stop.sum = series.sums[static_cast<std::size_t>(before - 1)];
    const QString count = groupedText(static_cast<std::int64_t>(stop.n));
    const QString largest = tr("%1 is its largest value").arg(compactText(limits(series.how.accumulator).max, 6));
    if (!series.stagnation) {
        stop.head = tr("%1 overflows after n = %2").arg(titleOf(series), count);
        stop.text = largest;
    } else {
        const Stagnation& still = *series.stagnation;
        stop.head = tr("%1 stops at n = %2").arg(titleOf(series), count);
        stop.text = still.clamped() ? largest
                                    : tr("the next value is %1 away, added is at most %2")
                                          .arg(compactText(still.gap, 4), compactText(still.largestAddend, 4));
    }
    return stop;
}

void RunningSumChart::drawStops(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const {
    addPainting(plot, rect, [=, this](QPainter& painter) {
        QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
        std::vector<QPolygonF> curves{curveOf(report().exactSums, report().steps, *x, *y)};
        for (const auto index : shownSeries()) curves.push_back(curveOf(report().series[index].sums, report().steps, *x, *y));
        const QRectF inside = QRectF(rect->rect()).adjusted(4, 2, -4, -2);
        std::vector<QRectF> taken;
        const auto isFree = [&](const QRectF& box) {
            return std::none_of(taken.begin(), taken.end(), [&](const QRectF& t) { return t.intersects(box); }) &&
                   std::none_of(curves.begin(), curves.end(), [&](const QPolygonF& c) { return crosses(c, box); });
        };
        for (const auto index : shownSeries()) {
            const DotSeries& series = report().series[index];
            if (!series.stagnation && !series.notFiniteFrom) continue;
            const Stop stop = stopOf(series);
            const QPointF at(x->coordToPixel(static_cast<double>(stop.n)), y->coordToPixel(stop.sum));
            paintMarker(painter,
                        QRectF(at - QPointF(kSumMarker / 2, kSumMarker / 2), QSizeF(kSumMarker, kSumMarker)),
                        lookOf(series.how.accumulator), style.color(series.how.accumulator));
            const double width =
                std::max(textSize(stop.head, style.strongFont()).width(), textSize(stop.text, style.axisFont()).width());
            const auto box = placeBeside(at, {width, kTextHeight}, inside, isFree);
            if (!box) continue;  // the table and the card above say it too
            taken.push_back(*box);
            painter.setPen(QPen(style.tokens.text3, 1));
            const double from = std::clamp(at.x() + kSumMarker, box->left(), box->right());
            painter.drawLine(at, QPointF(from, box->top() > at.y() ? box->top() : box->bottom()));
            paintText(painter, box->topLeft(), Qt::AlignLeft | Qt::AlignTop, stop.head, style.strongFont(),
                      style.tokens.text1);
            paintText(painter, box->bottomLeft(), Qt::AlignLeft | Qt::AlignBottom, stop.text, style.axisFont(),
                      style.tokens.text2);
        }
    });
}

void RunningSumChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    clearPlot(plot, style);
    QCPAxisRect* rect = addAxes(plot, style);
    const std::vector<EndLabel> labels = endLabels();
    rect->setMinimumMargins(QMargins(2, 18, endLabelWidth(style, labels), 2));
    styleStepAxis(*rect, style, false);
    double low = 0, high = 0;
    const auto take = [&](double value) {
        if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
    };
    for (const double value : report().exactSums) take(value);
    for (const auto index : shownSeries())
        for (const double value : report().series[index].sums) take(value);
    const double spare = high > low ? 0.06 * (high - low) : 1;
    QCPAxis* y = rect->axis(QCPAxis::atLeft);
    const int exponent = axisExponent(std::max(std::abs(low), std::abs(high)));
    styleAxis(*y, style, scaledLabel(tr("Running sum"), exponent));
    y->setTicker(scaledTicker(5, exponent));
    y->setRange(low < 0 ? low - spare : 0, high + spare);
    drawLines(plot, rect, style);
    drawStops(plot, rect, style);
    drawStepLine(plot, rect, style);
    drawEndLabels(plot, rect, style, labels);
}

QString RunningSumChart::hoverText(const QCustomPlot& plot, QPointF position) const {
    if (!hasReport() || plot.axisRectCount() == 0 || !plot.axisRect()->rect().contains(position.toPoint())) return {};
    const double n = plot.axisRect()->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
    const auto found = std::lower_bound(report().steps.begin(), report().steps.end(),
                                        static_cast<std::uint64_t>(std::max(1.0, std::round(n))));
    if (found == report().steps.end()) return {};
    const auto i = static_cast<std::size_t>(found - report().steps.begin());
    QStringList lines{
        tr("n = %1, exact %2").arg(groupedText(static_cast<std::int64_t>(*found)), sumText(report().exactSums[i]))};
    for (const auto index : shownSeries())
        lines << titleOf(report().series[index]) + ' ' + sumText(report().series[index].sums[i]);
    return lines.join('\n');
}

}  // namespace mantissa::ui
