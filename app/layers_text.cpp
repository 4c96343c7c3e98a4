#include "layers_text.h"

#include <algorithm>
#include <cmath>

#include "compare_text.h"
#include "number_words.h"
#include "storage/shape_text.h"
#include "text_table.h"

namespace mantissa::app {
namespace {

constexpr std::size_t kNameColumns = 44;

std::string decibels(double sqnr) {
    if (std::isnan(sqnr)) return "–";
    return std::isinf(sqnr) && sqnr > 0 ? "exact" : fixed(sqnr, 1);
}

std::string decibels(const ArrayError& error) { return decibels(error.sqnrDb()); }

std::string count(std::int64_t n) { return n == 0 ? "·" : grouped(n); }

std::string binades(const MagnitudeRange& range) { return range.largest == 0 ? "–" : fixed(range.binades(), 1); }

std::string milliseconds(const std::optional<double>& ms) { return ms ? fixed(*ms, 3) : "–"; }

/// The last name of a path, indented as deep as it lies.
std::string indented(const LayerReport& layer) {
    if (layer.depth == 0) return "(model)";
    const auto dot = layer.path.rfind('.');
    const std::string name = dot == std::string::npos ? layer.path : layer.path.substr(dot + 1);
    return shortened(std::string(2 * static_cast<std::size_t>(layer.depth - 1), ' ') + printable(name), kNameColumns);
}

struct Columns {
    bool native = false;
    const SensitivityReport* alone = nullptr;
};

std::string aloneCell(const SensitivityReport& report, const LayerReport& layer) {
    if (layer.depth == 0) return decibels(report.whole.sqnrDb);
    for (const auto& one : report.layers)
        if (one.layer == layer.path) return decibels(one.metrics.sqnrDb);
    return "";
}

std::vector<std::string> cellsOf(const LayerReport& layer, const Columns& columns) {
    const ArrayError& both = layer.local.both;
    std::vector<std::string> cells{indented(layer),
                                   layer.outputShape.empty() ? "" : shapeText(layer.outputShape),
                                   layer.parameters > 0 ? grouped(layer.parameters) : "",
                                   milliseconds(layer.milliseconds),
                                   decibels(layer.local.weights),
                                   decibels(layer.local.activations),
                                   decibels(both),
                                   decibels(layer.cumulative.both)};
    if (columns.native) cells.push_back(layer.cumulative.native ? decibels(*layer.cumulative.native) : "–");
    if (columns.alone) cells.push_back(aloneCell(*columns.alone, layer));
    const CastCounts& w = layer.weightCasts;
    const CastCounts& a = layer.activationCasts;
    for (const auto n : {w.overflows + a.overflows, w.underflows + a.underflows, w.subnormals + a.subnormals,
                         w.nans + a.nans, w.infinities + a.infinities})
        cells.push_back(count(n));
    cells.push_back(binades(layer.weights));
    cells.push_back(binades(layer.activations));
    return cells;
}

std::string heading(const LayersReport& report) {
    const FormatLimits l = limits(report.format);
    std::string text =
        subjectText(*report.model, report.preprocessing, report.image, report.tensor, report.environment);
    return text + "format    " + report.format.title + ", emulated, against FP32; it spans " +
           fixed(l.dynamicRangeBinades, 1) + " binades, " + significant(l.minSubnormal, 3) + " to " +
           significant(l.max, 4) + "\n" + castText(CastScope::weightsAndActivations, report.overrides, report.scales);
}

/// Two lines of column titles.
void addTitles(TextTable& table, const Columns& columns) {
    std::vector<std::pair<std::string, std::string>> titles{{"", "layer"},
                                                            {"", "output"},
                                                            {"", "parameters"},
                                                            {"FP32", "ms"},
                                                            {"local SQNR", "weights"},
                                                            {"in dB", "activations"},
                                                            {"", "both"},
                                                            {"cumulative", "both"}};
    if (columns.native) titles.push_back({"cumulative", "native"});
    if (columns.alone) titles.push_back({"only this", "logits"});
    for (const auto& [over, under] : std::vector<std::pair<std::string, std::string>>{{"over-", "flow"},
                                                                                      {"under-", "flow"},
                                                                                      {"sub-", "normal"},
                                                                                      {"", "NaN"},
                                                                                      {"", "Inf"},
                                                                                      {"binades", "weights"},
                                                                                      {"", "activations"}})
        titles.emplace_back(over, under);
    std::vector<std::string> over, under;
    for (auto& [first, second] : titles) {
        over.push_back(std::move(first));
        under.push_back(std::move(second));
    }
    table.row(std::move(over));
    table.row(std::move(under));
}

std::string planText(const MixedPlan& plan, const Format& format) {
    const double sqnr = plan.metrics.sqnrDb;
    const std::string reached = (std::isinf(sqnr) && sqnr > 0 ? "no difference" : "SQNR " + decibels(sqnr) + " dB") +
                                ", margin " + significant(plan.metrics.candidateMargin, 4) + ", was " +
                                significant(plan.metrics.referenceMargin, 4);
    if (!plan.met) return "No plan reaches the target, not even with every layer in FP32: " + reached + ".\n";
    if (plan.keep.empty()) return format.title + " everywhere reaches the target: " + reached + ".\n";
    std::string text = "With " + std::to_string(plan.keep.size()) + (plan.keep.size() == 1 ? " layer" : " layers") +
                       " in FP32 the target is met: " + reached + ".\n";
    for (const auto& layer : plan.keep) text += "  " + printable(layer) + "\n";
    if (std::any_of(plan.overrides.begin(), plan.overrides.end(),
                    [](const auto& one) { return one.format.name != "fp32"; }))
        text += "Each means its own operators and weights, not the modules below it.\n";
    text += "The same of compare: --keep ";
    for (std::size_t i = 0; i < plan.overrides.size(); ++i) {
        const LayerFormat& one = plan.overrides[i];
        text += (i > 0 ? "," : "") + printable(one.layer) + (one.format.name == "fp32" ? "" : "=" + one.format.name);
    }
    return text + "\n";
}

}  // namespace

std::string layersText(const LayersReport& report, const SensitivityReport* alone, int depth) {
    const Columns columns{.native = std::any_of(report.layers.begin(), report.layers.end(),
                                                [](const auto& one) { return one.cumulative.native.has_value(); }),
                          .alone = alone};
    TextTable table;
    addTitles(table, columns);
    for (const auto& layer : report.layers)
        if (depth <= 0 || layer.depth <= depth) table.row(cellsOf(layer, columns));
    std::string text = heading(report) + "\n" + table.text();
    text += "\nLocal: only that module in the format, on exact inputs; of (model), all of it on the exact picture. "
            "Cumulative: everything up to there, the picture too.\n";
    if (alone && !report.overrides.empty())
        text += "Only this: the module in the format and all others in FP32, whether --keep keeps it or not.\n";
    if (alone && alone->plan) text += "\n" + planText(*alone->plan, report.format);
    if (report.nativeError)
        text +=
            "\nCaution: " + report.format.title + " did not run natively: " + failureText(*report.nativeError) + "\n";
    return text;
}

}  // namespace mantissa::app
