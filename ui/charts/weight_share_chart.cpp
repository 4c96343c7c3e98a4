#include "charts/weight_share_chart.h"

#include <qcustomplot.h>

#include <algorithm>

#include "charts/labelled_bars.h"
#include "number_text.h"

namespace mantissa::ui {

std::int64_t WeightShareChart::total() const {
    std::int64_t sum = 0;
    for (const auto& layer : report().weightShare) sum += layer.bytes;
    return sum;
}

QString WeightShareChart::percentOf(const LayerBytes& layer) const {
    const double percent =
        100 * static_cast<double>(layer.bytes) / static_cast<double>(std::max<std::int64_t>(1, total()));
    return tr("%1 %").arg(fixedText(percent, percent < 1 ? 2 : percent < 10 ? 1 : 0));
}

QString WeightShareChart::subtitle() const {
    return hasReport() ? tr("FP32, %1").arg(byteUnitFor(total()).name) : QString();
}

QString WeightShareChart::emptyText() const {
    if (const QString missing = MemoryChart::emptyText(); !missing.isEmpty()) return missing;
    return report().weightShare.empty() ? tr("The model has no weights.") : QString();
}

QString WeightShareChart::finding() const {
    if (!hasReport() || report().weightShare.empty()) return {};
    const LayerBytes& largest = report().weightShare.front();
    return tr("%1 holds %2 of the weights").arg(QString::fromStdString(largest.layer), percentOf(largest));
}

DataTable WeightShareChart::table() const {
    DataTable table{.header = {tr("Module"), tr("Bytes in FP32"), tr("Share")}, .rows = {}};
    for (const auto& layer : report().weightShare)
        table.rows.push_back({QString::fromStdString(layer.layer), groupedText(layer.bytes), percentOf(layer)});
    return table;
}

QSize WeightShareChart::preferredExportSize() const {
    return {720, hasReport() ? static_cast<int>(150 + 26 * report().weightShare.size()) : 300};
}

QSize WeightShareChart::minimumSizeHint() const {
    return {160, leastHeightOfBars(hasReport() ? report().weightShare.size() : 2)};
}

void WeightShareChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    const ByteUnit unit = byteUnitFor(total());
    std::vector<LabelledBar> bars;
    for (const auto& layer : report().weightShare)
        bars.push_back({.name = QString::fromStdString(layer.layer),
                        .color = style.color(format("fp32")),
                        .value = static_cast<double>(layer.bytes) / unit.bytes,
                        .valueText = bytesText(layer.bytes, unit),
                        .note = percentOf(layer)});
    drawLabelledBars(plot, style, bars, tr("%1 in FP32").arg(unit.name), ScaleEnd::longestBar);
}

QString WeightShareChart::hoverText(const QCustomPlot& plot, QPointF position) const {
    if (!hasReport() || report().weightShare.empty() || plot.axisRectCount() == 0) return {};
    const QCPAxisRect* rect = const_cast<QCustomPlot&>(plot).axisRect(0);
    const auto count = static_cast<double>(report().weightShare.size());
    const double row = (position.y() - rect->top()) / rect->height() * count;
    if (row < 0 || row >= count) return {};
    const LayerBytes& layer = report().weightShare[static_cast<std::size_t>(row)];
    return tr("%1: %2 in FP32, %3 of all weights")
        .arg(QString::fromStdString(layer.layer), bytesText(layer.bytes), percentOf(layer));
}

}  // namespace mantissa::ui
