#include "charts/spread_chart.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "charts/painted_item.h"
#include "number_text.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

constexpr std::size_t kMostPoints = 800;  // a line of more has no more to show

double valueOf(const EvaluationRow& row, SpreadMetric metric) {
    switch (metric) {
        case SpreadMetric::meanAbs:
            return row.meanAbs;
        case SpreadMetric::maxAbs:
            return row.maxAbs;
        case SpreadMetric::kl:
            return row.kl;
        case SpreadMetric::sqnrDb:
            break;
    }
    return row.sqnrDb;
}

}  // namespace

SpreadChart::SpreadChart(QWidget* parent) : EvaluationChart(parent) { allowZoom(); }

void SpreadChart::setMetric(SpreadMetric metric) {
    metric_ = metric;
    refresh();
}

QString SpreadChart::name() const {
    const QString names[]{QStringLiteral("mean-abs"), QStringLiteral("max-abs"), QStringLiteral("kl"),
                          QStringLiteral("sqnr")};
    return QStringLiteral("spread-") + names[static_cast<int>(metric_)];
}

QString SpreadChart::metricText() const {
    switch (metric_) {
        case SpreadMetric::meanAbs:
            return tr("Mean |Δ| of a picture's logits");
        case SpreadMetric::maxAbs:
            return tr("Max |Δ| of a picture's logits");
        case SpreadMetric::kl:
            return tr("KL divergence of a picture, nats");
        case SpreadMetric::sqnrDb:
            break;
    }
    return tr("SQNR of a picture, dB");
}

const Distribution& SpreadChart::distribution(const FormatEvaluation& run) const {
    switch (metric_) {
        case SpreadMetric::meanAbs:
            return run.meanAbs;
        case SpreadMetric::maxAbs:
            return run.maxAbs;
        case SpreadMetric::kl:
            return run.kl;
        case SpreadMetric::sqnrDb:
            break;
    }
    return run.sqnrDb;
}

std::vector<double> SpreadChart::sorted(const FormatEvaluation& run) const {
    std::vector<double> values;
    for (const auto& row : run.rows)
        if (const double value = valueOf(row, metric_); std::isfinite(value) && (!logarithmic() || value > 0))
            values.push_back(value);
    std::sort(values.begin(), values.end());
    return values;
}

QString SpreadChart::emptyText() const {
    if (const QString missing = candidatesEmptyText(); !missing.isEmpty()) return missing;
    for (const auto* run : candidates())
        if (!sorted(*run).empty()) return {};
    return tr("No picture has a difference to draw.");
}

QString SpreadChart::finding() const {
    if (!emptyText().isEmpty()) return {};
    QStringList parts;
    for (const auto* run : candidates())
        parts << tr("%1 %2").arg(QString::fromStdString(run->format.title), valueText(distribution(*run).p50));
    return tr("%1, median: %2").arg(metricText(), parts.join(QStringLiteral(", ")));
}

DataTable SpreadChart::table() const {
    DataTable table{.header = {tr("Format"), tr("Pictures"), tr("Mean"), tr("Least"), tr("5th percentile"),
                               tr("Median"), tr("95th percentile"), tr("Largest")},
                    .rows = {}};
    for (const auto* run : candidates()) {
        const Distribution& d = distribution(*run);
        table.rows.push_back({QString::fromStdString(run->format.title),
                              groupedText(static_cast<std::int64_t>(d.count)), valueText(d.mean), valueText(d.min),
                              valueText(d.p5), valueText(d.p50), valueText(d.p95), valueText(d.max)});
    }
    return table;
}

void SpreadChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    clearPlot(plot, style);
    QCPAxisRect* rect = addAxes(plot, style);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    struct Curve {
        Format format;
        std::vector<double> values;
        std::size_t all;    ///< pictures, those that cannot be drawn among them
        std::size_t below;  ///< of these, left of the axis: no difference at all
    };
    std::vector<Curve> curves;
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const auto* run : candidates()) {
        Curve curve{run->format, sorted(*run), run->rows.size(), 0};
        if (logarithmic())
            curve.below = static_cast<std::size_t>(std::count_if(
                run->rows.begin(), run->rows.end(), [&](const auto& row) { return valueOf(row, metric_) == 0; }));
        if (curve.values.empty()) continue;
        // The lowest thousandth may reach decades further down than all else.
        low = std::min(low, curve.values[curve.values.size() / 1000]);
        high = std::max(high, curve.values.back());
        curves.push_back(std::move(curve));
    }
    styleAxis(*x, style, logarithmic() ? tr("%1, log scale").arg(metricText()) : metricText());
    styleAxis(*y, style, tr("Pictures up to here, %"));
    if (logarithmic()) {
        makeLogarithmic(*x);
        x->setRange(low / 1.15, std::max(high, low * 1.5) * 1.15);
    } else {
        const double spare = std::max(0.05 * (high - low), 0.5);
        x->setRange(low - spare, high + spare);
        x->setTicker(numberTicker(style.size.width() < 360 ? 4 : 6));
    }
    y->setRange(0, 101);
    y->setTicker(numberTicker(4));
    addPainting(plot, rect, [=](QPainter& painter) {
        painter.setBrush(Qt::NoBrush);
        for (const auto& curve : curves) {
            const QColor color = style.color(curve.format);
            const auto at = [&](std::size_t i) {
                return QPointF(
                    x->coordToPixel(curve.values[i]),
                    y->coordToPixel(100 * static_cast<double>(curve.below + i + 1) / static_cast<double>(curve.all)));
            };
            QPolygonF line{
                QPointF(x->coordToPixel(curve.values.front()),
                        y->coordToPixel(100 * static_cast<double>(curve.below) / static_cast<double>(curve.all)))};
            const std::size_t step = std::max<std::size_t>(1, curve.values.size() / kMostPoints);
            for (std::size_t i = step - 1; i < curve.values.size(); i += step) line << at(i);
            line << at(curve.values.size() - 1);
            painter.setPen(QPen(color, 1.8));
            painter.setBrush(Qt::NoBrush);
            painter.drawPolyline(line);
            for (const double share : {0.5, 0.95}) {
                const double rank =
                    std::ceil(share * static_cast<double>(curve.all)) - static_cast<double>(curve.below);
                if (rank < 1 || rank > static_cast<double>(curve.values.size())) continue;
                const QPointF point = at(static_cast<std::size_t>(rank) - 1);
                paintMarker(painter, QRectF(point - QPointF(4.5, 4.5), QSizeF(9, 9)), lookOf(curve.format), color);
            }
        }
    });
}

}  // namespace mantissa::ui
