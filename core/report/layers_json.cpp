#include "report/layers_json.h"

#include <utility>

#include "report/csv.h"
#include "report/run_json.h"
#include "storage/shape_text.h"

namespace mantissa {
namespace {

OrderedJson errorJson(const ArrayError& error) {
    return {{"sqnr_db", jsonNumber(error.sqnrDb())},
            {"cosine", jsonNumber(error.cosine())},
            {"max_abs", jsonNumber(error.maxAbs)},
            {"ulp_max", jsonNumber(error.ulpMax)},
            {"values", error.count},
            {"excluded", error.excluded}};
}

OrderedJson errorJson(const LayerError& error) {
    OrderedJson json{{"weights", errorJson(error.weights)},
                     {"activations", errorJson(error.activations)},
                     {"both", errorJson(error.both)}};
    json["native"] = error.native ? errorJson(*error.native) : OrderedJson(nullptr);
    return json;
}

OrderedJson castsJson(const CastCounts& casts) {
    return {{"values", casts.values},        {"overflow", casts.overflows}, {"underflow", casts.underflows},
            {"subnormal", casts.subnormals}, {"nan", casts.nans},           {"inf", casts.infinities}};
}

OrderedJson rangeJson(const MagnitudeRange& range) {
    return {{"smallest", jsonNumber(range.smallest)},
            {"largest", jsonNumber(range.largest)},
            {"binades", jsonNumber(range.binades())}};
}

const LayerSensitivity* aloneOf(const SensitivityReport* report, const LayerReport& layer) {
    if (!report) return nullptr;
    for (const auto& one : report->layers)
        if (one.layer == layer.path) return &one;
    return nullptr;
}

OrderedJson logitsJson(const ErrorMetrics& metrics) {
    return {{"sqnr_db", jsonNumber(metrics.sqnrDb)},
            {"max_abs", jsonNumber(metrics.maxAbs)},
            {"margin", jsonNumber(metrics.candidateMargin)},
            {"top1_agrees", metrics.top1Agrees}};
}

OrderedJson sensitivityJson(const LayerSensitivity* alone) {
    return alone ? logitsJson(alone->metrics) : OrderedJson(nullptr);
}

OrderedJson planJson(const MixedPlan& plan) {
    return {{"met", plan.met},
            {"keep", plan.keep},
            {"overrides", overridesJson(plan.overrides)},
            {"logits", logitsJson(plan.metrics)},
            {"runs", plan.runs}};
}

OrderedJson layerJson(const LayerReport& layer, const SensitivityReport* alone) {
    return {{"path", layer.path},
            {"parent", layer.parent},
            {"depth", layer.depth},
            {"operators", layer.operators},
            {"calls", layer.calls},
            {"parameters", layer.parameters},
            {"output_shape", layer.outputShape},
            {"finished", layer.finished},
            {"fp32_ms", orNull(layer.milliseconds)},
            {"native_ms", orNull(layer.nativeMilliseconds)},
            {"local", errorJson(layer.local)},
            {"cumulative", errorJson(layer.cumulative)},
            {"sensitivity", sensitivityJson(aloneOf(alone, layer))},
            {"casts", {{"weights", castsJson(layer.weightCasts)}, {"activations", castsJson(layer.activationCasts)}}},
            {"range", {{"weights", rangeJson(layer.weights)}, {"activations", rangeJson(layer.activations)}}}};
}

/// The cells of one error; as many empty ones where there is none.
void addError(CsvWriter& csv, const ArrayError* error) {
    if (error)
        csv.number(error->sqnrDb()).number(error->cosine()).number(error->maxAbs).number(error->ulpMax);
    else
        csv.empty(4);
}

void addErrors(CsvWriter& csv, const LayerError& error) {
    addError(csv, &error.weights);
    addError(csv, &error.activations);
    addError(csv, &error.both);
    addError(csv, error.native ? &*error.native : nullptr);
}

void addCasts(CsvWriter& csv, const CastCounts& casts, const MagnitudeRange& range) {
    csv.integer(casts.values).integer(casts.overflows).integer(casts.underflows).integer(casts.subnormals);
    csv.integer(casts.nans).integer(casts.infinities).number(range.binades());
}

std::vector<std::string> csvHeader() {
    std::vector<std::string> header{"path",       "depth",        "operators", "calls",
                                    "parameters", "output_shape", "fp32_ms",   "native_ms"};
    for (const std::string extent : {"local", "cumulative"})
        for (const std::string part : {"weights", "activations", "both", "native"})
            for (const std::string metric : {"sqnr_db", "cosine", "max_abs", "ulp_max"})
                header.push_back(extent + "_" + part + "_" + metric);
    for (const char* metric : {"sqnr_db", "max_abs", "margin"}) header.push_back(std::string("sensitivity_") + metric);
    for (const std::string what : {"weights", "activations"})
        for (const std::string count : {"values", "overflow", "underflow", "subnormal", "nan", "inf", "binades"})
            header.push_back(what + "_" + count);
    return header;
}

}  // namespace

std::string layersJson(const LayersReport& report, const SensitivityReport* alone) {
    const FormatLimits range = limits(report.format);
    OrderedJson json{{"schema", "mantissa.layers/1"},
                     {"environment", environmentJson(report.environment)},
                     {"model", modelJson(*report.model, report.preprocessing, std::span(&report.format, 1))}};
    addSource(json, report.image, report.tensor);
    json["reference"] = "fp32";
    json["format"] = report.format.name;
    json["format_range"] = {{"smallest", jsonNumber(range.minSubnormal)},
                            {"largest", jsonNumber(range.max)},
                            {"binades", jsonNumber(range.dynamicRangeBinades)}};
    if (!report.overrides.empty()) json["overrides"] = overridesJson(report.overrides);
    if (const auto scales = scaleWords(report.scales); !scales.empty()) json["scales"] = scales;
    json["native_error"] = report.nativeError ? failureJson(*report.nativeError) : OrderedJson(nullptr);
    json["input_casts"] = castsJson(report.inputCasts);
    json["layers"] = OrderedJson::array();
    for (const auto& layer : report.layers) json["layers"].push_back(layerJson(layer, alone));
    json["logits"] = {{"fp32", jsonNumbers<double>(report.reference)}, {"format", jsonNumbers<double>(report.logits)}};
    if (alone && alone->plan) json["plan"] = planJson(*alone->plan);
    json["seconds"] = report.seconds;
    if (report.partial) json["partial"] = true;
    // Paths come from the file system and need not be UTF-8; JSON must be.
    return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::string layersCsv(const LayersReport& report, const SensitivityReport* alone) {
    CsvWriter csv(csvHeader());
    for (const auto& layer : report.layers) {
        std::string operators;
        for (const auto& name : layer.operators) operators += (operators.empty() ? "" : " ") + name;
        csv.text(layer.path).integer(layer.depth).text(operators).integer(layer.calls).integer(layer.parameters);
        csv.text(layer.outputShape.empty() ? "" : shapeText(layer.outputShape));
        for (const auto& time : {layer.milliseconds, layer.nativeMilliseconds})
            if (time)
                csv.number(*time);
            else
                csv.empty(1);
        addErrors(csv, layer.local);
        addErrors(csv, layer.cumulative);
        if (const LayerSensitivity* one = aloneOf(alone, layer))
            csv.number(one->metrics.sqnrDb).number(one->metrics.maxAbs).number(one->metrics.candidateMargin);
        else
            csv.empty(3);
        addCasts(csv, layer.weightCasts, layer.weights);
        addCasts(csv, layer.activationCasts, layer.activations);
        csv.endRow();
    }
    return csv.text();
}

}  // namespace mantissa
