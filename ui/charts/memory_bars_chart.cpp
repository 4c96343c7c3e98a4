#include "charts/memory_bars_chart.h"

#include <qcustomplot.h>

#include <algorithm>

#include "charts/painted_item.h"
#include "compare/run_words.h"
#include "number_text.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

constexpr int kMarkerRoom = 20;      // px, the marker before a name
constexpr double kLeastLane = 11;    // px a bar
constexpr double kBufferTone = 0.6;  // buffers are this much of the format's colour

QColor bufferColor(const QColor& color, const ChartStyle& style) {
    return blended(color, style.tokens.card, kBufferTone);
}

/// Legend colours stand for every format, so they are the words' colour.
FormatLook inkLook(double tone = 1) {
    const auto of = [tone](Scheme scheme) { return blended(tokens(scheme).text2, tokens(scheme).card, tone); };
    return {.light = of(Scheme::light), .dark = of(Scheme::dark), .marker = Marker::square};
}

}  // namespace

/// One bar of a format.
struct MemoryBarsChart::Bar {
    MemoryParts parts;
    bool hatched = false;  ///< held by an emulated run
    QString valueText, note;
};

ByteUnit MemoryBarsChart::unit() const {
    std::int64_t most = 0;
    for (const auto& memory : report().formats) most = std::max(most, storedParts(memory, view()).total());
    return byteUnitFor(most);
}

std::vector<MemoryBarsChart::Bar> MemoryBarsChart::barsOf(const FormatMemory& memory) const {
    std::vector<Bar> bars;
    const FormatMemory* fp32 = fp32Of(report());
    if (view().showsStored()) {
        const MemoryParts stored = storedParts(memory, view());
        const QString note = fp32 && fp32 != &memory
                                 ? shareText(stored.total(), storedParts(*fp32, view()).total(), tr("FP32"))
                                 : QString();
        bars.push_back(
            {.parts = stored, .hatched = false, .valueText = bytesText(stored.total(), unit()), .note = note});
    }
    if (!view().showsHere()) return bars;
    if (const auto here = hereParts(memory, view())) {
        const bool emulated = memory.mode == RunMode::emulated;
        bars.push_back({.parts = *here,
                        .hatched = emulated,
                        .valueText = bytesText(here->total(), unit()),
                        .note = emulated ? tr("here, emulated") : tr("here, native")});
    } else {
        bars.push_back(
            {.parts = {}, .hatched = false, .valueText = QStringLiteral("—"), .note = tr("did not run here")});
    }
    return bars;
}

QString MemoryBarsChart::emptyText() const {
    if (const QString missing = MemoryChart::emptyText(); !missing.isEmpty()) return missing;
    if (!view().weights && !view().buffers && !view().activations && !view().scales)
        return tr("Every part is switched off. Turn on weights.");
    return {};
}

QString MemoryBarsChart::finding() const { return hasReport() ? memoryFindingOf(report()) : QString(); }

std::vector<LegendEntry> MemoryBarsChart::legend() const {
    std::vector<LegendEntry> entries;
    if (!hasReport()) return entries;
    if (view().weights) entries.push_back({tr("weights"), LegendShape::swatch, inkLook()});
    if (view().buffers) entries.push_back({tr("buffers"), LegendShape::swatch, inkLook(kBufferTone)});
    if (view().activations) entries.push_back({tr("activations, peak"), LegendShape::tintedSwatch, inkLook()});
    if (view().scales && view().showsStored())
        entries.push_back({tr("scales"),
                           LegendShape::swatch,
                           {tokens(Scheme::light).text1, tokens(Scheme::dark).text1, Marker::square}});
    const auto emulated = [](const FormatMemory& one) { return one.mode == RunMode::emulated && !one.error; };
    if (view().showsHere() && std::any_of(report().formats.begin(), report().formats.end(), emulated))
        entries.push_back({tr("emulated here"), LegendShape::hatchedSwatch, inkLook()});
    return entries;
}

DataTable MemoryBarsChart::table() const {
    DataTable table{
        .header = {tr("Format"), tr("Runs here"), tr("Weights, bytes"), tr("Buffers, bytes"),
                   tr("Activation peak, bytes"), tr("Scales, bytes"), tr("Stored, bytes"), tr("Weights here, bytes"),
                   tr("Buffers here, bytes"), tr("Activation peak here, bytes"), tr("Here, bytes")},
        .rows = {}};
    for (const auto& memory : report().formats) {
        const MemoryParts stored = storedParts(memory, view());
        const auto here = hereParts(memory, view());
        const auto measured = [&](std::int64_t MemoryParts::*part) {
            return here ? groupedText((*here).*part) : QStringLiteral("—");
        };
        table.rows.push_back({QString::fromStdString(memory.format.title),
                              memory.error                     ? tr("did not run")
                              : memory.mode == RunMode::native ? tr("native")
                                                               : tr("emulated"),
                              groupedText(stored.weights), groupedText(stored.buffers), groupedText(stored.activations),
                              groupedText(stored.scales), groupedText(stored.total()), measured(&MemoryParts::weights),
                              measured(&MemoryParts::buffers), measured(&MemoryParts::activations),
                              here ? groupedText(here->total()) : QStringLiteral("—")});
    }
    return table;
}

QSize MemoryBarsChart::preferredExportSize() const {
    return {900, hasReport() ? static_cast<int>(170 + 44 * report().formats.size()) : 480};
}

QSize MemoryBarsChart::minimumSizeHint() const {
    const std::size_t formats = hasReport() ? report().formats.size() : 2;
    const double lanes = view().show == MemoryShow::storedAndHere ? 2 : 1;
    return {320, static_cast<int>(44 + kLeastLane * lanes * static_cast<double>(formats))};
}

void MemoryBarsChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    clearPlot(plot, style);
    QCPAxisRect* rect = addAxes(plot, style);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    const ByteUnit in = unit();
    double names = 0, notes = 0;
    std::int64_t most = 1;
    for (const auto& memory : report().formats) {
        names = std::max(names, textSize(QString::fromStdString(memory.format.title), style.strongFont()).width());
        for (const auto& bar : barsOf(memory)) {
            most = std::max(most, bar.parts.total());
            notes = std::max(notes, textSize(bar.valueText, style.numberFont()).width() + 8 +
                                        textSize(bar.note, style.axisFont()).width());
        }
    }
    rect->setAutoMargins(QCP::msBottom);
    rect->setMargins(QMargins(static_cast<int>(names) + kMarkerRoom + 12, 2,
                              std::min(static_cast<int>(notes) + 16, style.size.width() / 3), 0));
    styleAxis(*x, style, tr("%1 (%2)").arg(in.name, in.definition));
    x->setRange(0, static_cast<double>(most) / in.bytes * 1.005);
    x->setTicker(numberTicker(style.size.width() < 560 ? 5 : 8));
    y->setTicks(false);
    y->setTickLabels(false);
    setGrid(*y, Grid::off);
    addPainting(
        plot, rect,
        [=, this](QPainter& painter) {
            const auto& formats = report().formats;
            const double band = static_cast<double>(rect->height()) / static_cast<double>(formats.size());
            const double perByte = (x->coordToPixel(1) - x->coordToPixel(0)) / in.bytes;
            for (std::size_t i = 0; i < formats.size(); ++i)
                paintRow(painter,
                         {rect->left() + 0.0, rect->top() + band * static_cast<double>(i), rect->width() + 0.0, band},
                         formats[i], perByte, style);
        },
        ClipTo::nothing);
}

void MemoryBarsChart::paintRow(QPainter& painter, const QRectF& row, const FormatMemory& memory, double pixelsPerByte,
                               const ChartStyle& style) const {
    const bool main = memory.format.name == "fp32";
    const QFont font = main ? style.strongFont() : style.labelFont();
    const QString name = QString::fromStdString(memory.format.title);
    const double center = row.center().y();
    paintText(painter, {4.0 + kMarkerRoom, center}, Qt::AlignLeft | Qt::AlignVCenter, name, font, style.tokens.text1);
    paintMarker(painter, QRectF(4, center - 6, 12, 12), lookOf(memory.format), style.color(memory.format));
    const auto bars = barsOf(memory);
    const double lanes = static_cast<double>(bars.size());
    const double lane = std::min(row.height() * 0.86 / lanes, bars.size() > 1 ? 17.0 : 24.0);
    for (std::size_t i = 0; i < bars.size(); ++i) {
        const double top = center - lane * lanes / 2 + lane * static_cast<double>(i);
        paintStack(painter, {row.left(), top + 0.5, row.width(), lane - 1}, bars[i], memory, pixelsPerByte, style);
    }
}

void MemoryBarsChart::paintStack(QPainter& painter, const QRectF& lane, const Bar& bar, const FormatMemory& memory,
                                 double pixelsPerByte, const ChartStyle& style) const {
    const QColor color = style.color(memory.format);
    double at = lane.left();
    const auto add = [&](std::int64_t bytes, BarFill fill, const QColor& tone, double least = 0) {
        const double width = bytes == 0 ? 0 : std::max(least, static_cast<double>(bytes) * pixelsPerByte);
        const QRectF part(at, lane.top(), width, lane.height());
        paintBar(painter, part, fill, tone, style.tokens.card);
        at += width;
        return part;
    };
    const QRectF weights = add(bar.parts.weights, bar.hatched ? BarFill::hatched : BarFill::solid, color);
    add(bar.parts.buffers, BarFill::solid, bufferColor(color, style));
    add(bar.parts.activations, BarFill::tinted, color);
    // Scales are small, and there: a bar of 2 px says so, its number is in the table.
    add(bar.parts.scales, BarFill::solid, style.tokens.text1, 2);
    const QString inside = bytesText(bar.parts.weights, unit());
    const bool fits = textSize(inside, style.numberFont()).width() + 12 < weights.width() && lane.height() >= 12;
    if (fits && !bar.hatched && bar.parts.weights != bar.parts.total())
        paintText(painter, {weights.left() + 6, lane.center().y()}, Qt::AlignLeft | Qt::AlignVCenter, inside,
                  style.numberFont(), readableOn(color));
    paintText(painter, {at + 6, lane.center().y()}, Qt::AlignLeft | Qt::AlignVCenter, bar.valueText, style.numberFont(),
              style.tokens.text1);
    paintText(painter, {at + 13 + textSize(bar.valueText, style.numberFont()).width(), lane.center().y()},
              Qt::AlignLeft | Qt::AlignVCenter, bar.note, style.axisFont(), style.tokens.text3);
}

QString MemoryBarsChart::hoverText(const QCustomPlot& plot, QPointF position) const {
    if (!hasReport() || plot.axisRectCount() == 0) return {};
    const QCPAxisRect* rect = const_cast<QCustomPlot&>(plot).axisRect(0);
    const double row = (position.y() - rect->top()) / rect->height() * static_cast<double>(report().formats.size());
    if (row < 0 || row >= static_cast<double>(report().formats.size())) return {};
    const FormatMemory& memory = report().formats[static_cast<std::size_t>(row)];
    const MemoryParts stored = storedParts(memory, view());
    QStringList lines{QString::fromStdString(memory.format.title),
                      tr("Stored: %1 weights, %2 buffers, %3 activations, %4 scales")
                          .arg(bytesText(stored.weights), bytesText(stored.buffers), bytesText(stored.activations),
                               bytesText(stored.scales))};
    if (const auto here = hereParts(memory, view()))
        lines << tr("Here, %1: %2 weights, %3 buffers, %4 activations")
                     .arg(memory.mode == RunMode::native ? tr("native") : tr("emulated"), bytesText(here->weights),
                          bytesText(here->buffers), bytesText(here->activations));
    else if (memory.error)
        lines << tr("Did not run here: %1").arg(QString::fromStdString(memory.error->text()));
    return lines.join('\n');
}

}  // namespace mantissa::ui
