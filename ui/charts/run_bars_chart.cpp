#include "charts/run_bars_chart.h"

#include <algorithm>

#include "charts/labelled_bars.h"
#include "compare/run_words.h"
#include "number_text.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

const ByteUnit unitOf(const CompareReport& report) {
    std::int64_t most = 0;
    for (const auto& run : report.runs)
        if (run.ok()) most = std::max(most, run.memory.weightBytes + run.memory.scaleBytes);
    return byteUnitFor(most);
}

std::int64_t storedWeights(const FormatRun& run) { return run.memory.weightBytes + run.memory.scaleBytes; }

}  // namespace

QSize RunBarsChart::preferredExportSize() const {
    return {720, hasReport() ? static_cast<int>(170 + 30 * report().runs.size()) : 260};
}

QString RunBarsChart::nameOf(const Bar& bar) const {
    return bar.name.isEmpty() ? shortTitle(report().runs[bar.run].format) : bar.name;
}

QSize RunBarsChart::minimumSizeHint() const { return {160, leastHeightOfBars(hasReport() ? bars().size() : 2)}; }

void RunBarsChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    std::vector<LabelledBar> lines;
    for (const auto& bar : bars()) {
        const FormatRun& run = report().runs[bar.run];
        // Memory is computed for every format alike, so nothing is hatched here; latency is native only.
        lines.push_back({.name = nameOf(bar),
                         .color = style.color(run.format),
                         .value = bar.value,
                         .valueText = bar.valueText,
                         .note = bar.note,
                         .failed = !run.ok()});
    }
    drawLabelledBars(plot, style, lines, axisLabel(), ScaleEnd::cutOutliers);
}

std::vector<RunBarsChart::Bar> LatencyChart::bars() const {
    std::vector<Bar> bars;
    QStringList emulated;
    std::size_t lastEmulated = 0;
    for (std::size_t i = 0; i < report().runs.size(); ++i) {
        const FormatRun& run = report().runs[i];
        Bar bar{.run = i, .name = {}, .value = {}, .valueText = {}, .note = {}};
        if (!run.ok()) {
            bar.note = tr("did not run");
        } else if (run.mode == RunMode::emulated && !run.latency) {
            emulated << shortTitle(run.format);
            lastEmulated = i;
            continue;
        } else if (!run.latency) {
            bar.note = tr("not timed");
        } else {
            bar.value = run.latency->median;
            bar.valueText = millisecondsText(run.latency->median);
            const Comparison* comparison = comparisonOf(report(), i);
            if (comparison && comparison->slowdown && *comparison->slowdown > 0) {
                const double factor = *comparison->slowdown;
                bar.note = factor > 1.005   ? tr("%1 slower").arg(timesText(factor))
                           : factor < 0.995 ? tr("%1 faster").arg(timesText(1 / factor))
                                            : tr("as fast");
            }
        }
        bars.push_back(bar);
    }
    // One line says it for all of them.
    if (emulated.size() == 1)
        bars.push_back({.run = lastEmulated,
                        .name = {},
                        .value = {},
                        .valueText = {},
                        .note = tr("not timed: emulation says nothing about speed")});
    else if (!emulated.isEmpty())
        bars.push_back({.run = lastEmulated,
                        .name = tr("others"),
                        .value = {},
                        .valueText = {},
                        .note = tr("%1: emulated, not timed").arg(emulated.join(QStringLiteral(", ")))});
    return bars;
}

QString LatencyChart::subtitle() const {
    if (!hasReport()) return {};
    const int runs = report().reference().latency ? report().reference().latency->runs : 0;
    QStringList others;
    for (const auto& run : report().runs)
        if (run.latency && run.latency->runs != runs)
            others << (run.latency->runs == 1 ? tr("%1: 1 run").arg(shortTitle(run.format))
                                              : tr("%1: %2").arg(shortTitle(run.format)).arg(run.latency->runs));
    if (runs == 0) return tr("ms per image");
    const QString base = runs == 1 ? tr("ms per image, 1 run") : tr("ms per image, median of %1 runs").arg(runs);
    return others.isEmpty() ? base
                            : base + QStringLiteral(" (") + others.join(QStringLiteral(", ")) + QStringLiteral(")");
}

QString LatencyChart::finding() const {
    if (!hasReport()) return {};
    QStringList parts;
    for (const auto& bar : bars())
        if (bar.value) parts << tr("%1 %2 ms").arg(shortTitle(report().runs[bar.run].format), bar.valueText);
    return parts.isEmpty() ? QString()
                           : tr("Time per image on this computer: %1").arg(parts.join(QStringLiteral(", ")));
}

DataTable LatencyChart::table() const {
    DataTable table{.header = {tr("Format"), tr("Least, ms"), tr("Median, ms"), tr("Most, ms"), tr("Runs")},
                    .rows = {}};
    for (const auto& run : report().runs) {
        if (run.latency)
            table.rows.push_back({titleOf(run), millisecondsText(run.latency->min),
                                  millisecondsText(run.latency->median), millisecondsText(run.latency->max),
                                  QString::number(run.latency->runs)});
        else
            table.rows.push_back(
                {titleOf(run), QStringLiteral("—"), QStringLiteral("—"), QStringLiteral("—"), QStringLiteral("0")});
    }
    return table;
}

std::vector<RunBarsChart::Bar> WeightBytesChart::bars() const {
    std::vector<Bar> bars;
    const ByteUnit unit = unitOf(report());
    const QString reference = titleOf(report().reference());
    for (std::size_t i = 0; i < report().runs.size(); ++i) {
        const FormatRun& run = report().runs[i];
        Bar bar{.run = i, .name = {}, .value = {}, .valueText = {}, .note = {}};
        if (!run.ok()) {
            bar.note = tr("did not run");
        } else {
            bar.value = static_cast<double>(storedWeights(run)) / unit.bytes;
            bar.valueText = bytesText(storedWeights(run), unit);
            if (i > 0) bar.note = shareText(storedWeights(run), storedWeights(report().reference()), reference);
        }
        bars.push_back(bar);
    }
    return bars;
}

QString WeightBytesChart::axisLabel() const {
    return hasReport() ? tr("%1 of weights (%2)").arg(unitOf(report()).name, unitOf(report()).definition) : QString();
}

QString WeightBytesChart::subtitle() const {
    return hasReport() ? tr("%1 of weights, as stored (%2)").arg(unitOf(report()).name, unitOf(report()).definition)
                       : QString();
}

QString WeightBytesChart::finding() const {
    if (!hasReport()) return {};
    QStringList parts;
    for (const auto& run : report().runs)
        if (run.ok()) parts << tr("%1 %2").arg(shortTitle(run.format), bytesText(storedWeights(run)));
    return tr("Weights as stored: %1").arg(parts.join(QStringLiteral(", ")));
}

DataTable WeightBytesChart::table() const {
    DataTable table{.header = {tr("Format"), tr("Weights, bytes"), tr("Of these buffers"), tr("Scales, bytes")},
                    .rows = {}};
    for (const auto& run : report().runs)
        if (run.ok())
            table.rows.push_back({titleOf(run), groupedText(run.memory.weightBytes),
                                  groupedText(run.memory.bufferBytes), groupedText(run.memory.scaleBytes)});
    return table;
}

}  // namespace mantissa::ui
