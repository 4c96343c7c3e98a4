#include "charts/live_bytes_chart.h"

#include <qcustomplot.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>

#include "charts/painted_item.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

constexpr int kDeepest = 8;         // levels of modules looked at
constexpr double kMarkPixels = 84;  // px a module's name takes on the axis, about
constexpr double kPeakRoom = 1.22;  // the peak's label stands above the line

QString textOf(const std::string& text) { return QString::fromStdString(text); }

/// The first `depth` parts of a module path.
std::string_view head(std::string_view path, int depth) {
    std::size_t end = 0;
    for (int i = 0; i < depth && end != std::string_view::npos; ++i) end = path.find('.', i == 0 ? 0 : end + 1);
    return path.substr(0, end);
}

/// The last part of a path, with the one before where it is a mere number: "layer.1".
QString tail(const std::string& path) {
    const QStringList parts = textOf(path).split('.');
    bool number = false;
    parts.back().toInt(&number);
    return number && parts.size() > 1 ? parts[parts.size() - 2] + '.' + parts.back() : parts.back();
}

QString placeOf(const LiveBytes& live) {
    QString op = textOf(live.op);
    op.remove(QStringLiteral("aten::"));
    return live.layer.empty() ? op : QObject::tr("%1 (%2)").arg(textOf(live.layer), op);
}

}  // namespace

/// A width of values and the formats that have it.
struct LiveBytesChart::Line {
    Format format;  ///< the first, whose colour and marker it takes
    QStringList names;
    double bytesOf(std::int64_t fp32Bytes) const { return static_cast<double>(fp32Bytes) * format.storageBits / 32; }
};

std::vector<ModuleMark> moduleMarks(const std::vector<LiveBytes>& timeline, std::size_t most) {
    std::vector<ModuleMark> best;
    for (int depth = 1; depth <= kDeepest; ++depth) {
        std::vector<ModuleMark> marks;
        std::string before;
        for (std::size_t i = 0; i < timeline.size(); ++i) {
            const std::string module(head(timeline[i].layer, depth));
            if (module.empty() || module == before) continue;  // free functions belong to what runs around them
            marks.push_back({.node = i, .name = tail(module)});
            before = module;
        }
        if (!best.empty() && marks.size() > most) break;
        best = std::move(marks);
    }
    return best;
}

LiveBytesChart::LiveBytesChart(QWidget* parent) : MemoryChart(parent) { allowZoom(); }

std::vector<LiveBytesChart::Line> LiveBytesChart::lines() const {
    std::map<int, Line, std::greater<>> byWidth;
    for (const auto& memory : report().formats) {
        if (memory.format.storageBits > 32) continue;  // FP64 would only double the scale
        // Where some modules stay in FP32, less than all of what FP32 takes scales.
        if (memory.format.storageBits < 32 && !report().keep.empty()) continue;
        Line& line =
            byWidth.try_emplace(memory.format.storageBits, Line{.format = memory.format, .names = {}}).first->second;
        line.names << shortTitle(memory.format);
    }
    std::vector<Line> lines;
    for (auto& [width, line] : byWidth) lines.push_back(std::move(line));
    return lines;
}

ByteUnit LiveBytesChart::unit() const { return byteUnitFor(report().timeline[report().peakNode].bytes); }

QString LiveBytesChart::subtitle() const {
    if (!hasReport()) return {};
    return report().keep.empty() ? tr("operator by operator; measured in FP32, scaled for the others")
                                 : tr("operator by operator; measured in FP32");
}

QString LiveBytesChart::finding() const {
    if (!hasReport() || report().timeline.empty()) return {};
    const LiveBytes& peak = report().timeline[report().peakNode];
    return tr("Activations peak at %1 in FP32, in %2").arg(bytesText(peak.bytes), placeOf(peak));
}

std::vector<LegendEntry> LiveBytesChart::legend() const {
    std::vector<LegendEntry> entries;
    if (!hasReport()) return entries;
    for (const auto& line : lines())
        entries.push_back({line.names.join(QStringLiteral(", ")), LegendShape::marker, lookOf(line.format)});
    return entries;
}

DataTable LiveBytesChart::table() const {
    DataTable table{.header = {tr("Step"), tr("Layer"), tr("Operator"), tr("Bytes alive, FP32"), tr("Peak")},
                    .rows = {}};
    for (std::size_t i = 0; i < report().timeline.size(); ++i) {
        const LiveBytes& live = report().timeline[i];
        table.rows.push_back({QString::number(i + 1), textOf(live.layer), textOf(live.op), groupedText(live.bytes),
                              i == report().peakNode ? tr("peak") : QString()});
    }
    return table;
}

void LiveBytesChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    clearPlot(plot, style);
    QCPAxisRect* rect = addAxes(plot, style);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    const auto& timeline = report().timeline;
    const ByteUnit in = unit();
    styleAxis(*x, style, tr("Operators in the order they run, by module"));
    styleAxis(*y, style, tr("%1 alive").arg(in.name));
    const double count = static_cast<double>(timeline.size());
    x->setRange(0, std::max(1.0, count));
    y->setRange(0, static_cast<double>(timeline[report().peakNode].bytes) / in.bytes * kPeakRoom);
    y->setTicker(numberTicker(style.size.height() < 200 ? 3 : 5));

    const auto marks = moduleMarks(timeline, static_cast<std::size_t>(std::max(2.0, style.size.width() / kMarkPixels)));
    auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    double lastEnd = -1e9;
    for (const auto& mark : marks) {
        // Names that would touch the one before are left out; the data table has them all.
        const double at = static_cast<double>(mark.node) / std::max(1.0, count) * style.size.width();
        const double half = textSize(mark.name, style.axisFont()).width() / 2;
        const bool free = at - half > lastEnd + 8;
        ticker->addTick(static_cast<double>(mark.node), free ? mark.name : QString());
        if (free) lastEnd = at + half;
    }
    x->setTicker(ticker);
    rect->setMinimumMargins(QMargins(46, 6, 20, 2));

    for (const auto& line : lines()) {
        auto* graph = plot.addGraph(x, y);
        graph->setLineStyle(QCPGraph::lsStepLeft);
        graph->setPen(QPen(style.color(line.format), 1.6));
        graph->setAdaptiveSampling(false);
        QVector<double> keys, values;
        for (std::size_t i = 0; i < timeline.size(); ++i) {
            keys << static_cast<double>(i);
            values << line.bytesOf(timeline[i].bytes) / in.bytes;
        }
        keys << count;  // the last step has a length too
        values << values.back();
        graph->setData(keys, values, true);
    }
    drawPeak(plot, rect, style);
}

void LiveBytesChart::drawPeak(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const {
    addPainting(
        plot, rect,
        [=, this](QPainter& painter) {
            QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
            const LiveBytes& peak = report().timeline[report().peakNode];
            const double at = x->coordToPixel(static_cast<double>(report().peakNode) + 0.5);
            if (at < rect->left() || at > rect->right()) return;  // zoomed away
            double top = rect->bottom();
            for (const auto& line : lines()) {
                const double level = y->coordToPixel(line.bytesOf(peak.bytes) / unit().bytes);
                top = std::min(top, level);
                if (level >= rect->top() && level <= rect->bottom())
                    paintMarker(painter, QRectF(at - 5, level - 5, 10, 10), lookOf(line.format),
                                style.color(line.format));
            }
            const QString text = tr("peak %1, %2").arg(bytesText(peak.bytes), placeOf(peak));
            const double width = textSize(text, style.axisFont()).width();
            const double left =
                std::clamp(at + 10, rect->left() + 2.0, std::max(rect->left() + 2.0, rect->right() - width));
            paintText(painter, {left, std::max(rect->top() + 7.0, top - 10)}, Qt::AlignLeft | Qt::AlignVCenter, text,
                      style.axisFont(), style.tokens.text1);
        },
        ClipTo::nothing);
}

QString LiveBytesChart::hoverText(const QCustomPlot& plot, QPointF position) const {
    if (!hasReport() || plot.axisRectCount() == 0) return {};
    const QCPAxis* x = const_cast<QCustomPlot&>(plot).axisRect(0)->axis(QCPAxis::atBottom);
    const double step = x->pixelToCoord(position.x());
    if (step < 0 || step >= static_cast<double>(report().timeline.size())) return {};
    const auto index = static_cast<std::size_t>(step);
    const LiveBytes& live = report().timeline[index];
    QStringList parts;
    for (const auto& line : lines())
        parts << tr("%1: %2").arg(line.names.join(QStringLiteral(", ")),
                                  bytesText(static_cast<std::int64_t>(line.bytesOf(live.bytes))));
    return tr("Step %1 of %2, %3\n%4")
        .arg(QString::number(index + 1), QString::number(report().timeline.size()), placeOf(live), parts.join('\n'));
}

}  // namespace mantissa::ui
