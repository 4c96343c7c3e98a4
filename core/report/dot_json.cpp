#include "report/dot_json.h"

#include <cmath>

#include "report/json_number.h"

namespace mantissa {
namespace {

OrderedJson vectorsJson(const DotReport& report) {
    const DotSource& source = report.source;
    OrderedJson json{{"data", dotDataName(source.data)}, {"n", report.n}, {"terms", report.vectors->terms}};
    if (source.data == DotData::uniform || source.data == DotData::normal) json["seed"] = source.seed;
    if (source.data == DotData::file) {
        json["path"] = source.tensors.file.string();
        json["a"] = source.tensors.a;
        json["b"] = source.tensors.b;
    }
    if (source.data == DotData::neuron) {
        json["model"] = source.neuron.model->path.string();
        json["image"] = source.neuron.image->path.string();
        json["output"] = source.neuron.output;
    }
    if (!report.vectors->note.empty()) json["note"] = report.vectors->note;
    return json;
}

/// Positive where the sum is too large, whatever the sign of the exact one.
OrderedJson relative(double error, double of) { return of == 0 ? OrderedJson() : jsonNumber(error / std::abs(of)); }

OrderedJson boundJson(const DotReport& report, const DotSeries& series) {
    if (!series.bound) return nullptr;
    return {{"relative", jsonNumber(series.bound->relative)},
            {"underflow", jsonNumber(series.bound->underflow)},
            {"absolute", jsonNumber(series.bound->absolute(report.sizes))},
            {"roundings", series.bound->roundings},
            {"first_order", series.bound->firstOrder}};
}

OrderedJson seriesJson(const DotReport& report, const DotSeries& series) {
    OrderedJson json{{"accumulator", series.how.accumulator.name},
                     {"order", orderName(series.how.order)},
                     {"sum", jsonNumber(series.sum)},
                     {"error", jsonNumber(series.error)},
                     {"relative_error", relative(series.error, report.exact)},
                     {"error_over_sizes", relative(series.error, report.sizes)},
                     {"bound", boundJson(report, series)},
                     {"stagnation", nullptr},
                     {"not_finite_from", nullptr},
                     {"sums", jsonNumbers<double>(series.sums)},
                     {"largest_errors_over_sizes", jsonNumbers<double>(series.largestErrors)}};
    if (const auto& stop = series.stagnation)
        json["stagnation"] = {{"n", stop->n},
                              {"sum", jsonNumber(stop->sum)},
                              {"gap", jsonNumber(stop->gap)},
                              {"clamped", stop->clamped()},
                              {"largest_addend", jsonNumber(stop->largestAddend)}};
    if (series.notFiniteFrom) json["not_finite_from"] = *series.notFiniteFrom;
    return json;
}

OrderedJson kernelJson(const DotReport& report, const DotKernel& kernel) {
    if (kernel.failure) return {{"format", kernel.format.name}, {"ok", false}, {"error", kernel.failure->text()}};
    return {{"format", kernel.format.name},
            {"ok", true},
            {"sum", jsonNumber(kernel.sum)},
            {"error", jsonNumber(kernel.error)},
            {"relative_error", relative(kernel.error, report.exact)}};
}

}  // namespace

std::string dotJson(const DotReport& report) {
    OrderedJson json{{"schema", "mantissa.dot/1"},
                     {"vectors", vectorsJson(report)},
                     {"product", report.product.name},
                     {"exact", jsonNumber(report.exact)},
                     {"sizes", jsonNumber(report.sizes)},
                     {"condition", jsonNumber(report.condition)},
                     {"finding", report.finding},
                     {"explanation", report.explanation},
                     {"sums", OrderedJson::array()},
                     {"libtorch", OrderedJson::array()},
                     {"steps", report.steps},
                     {"exact_sums", jsonNumbers<double>(report.exactSums)}};
    for (const auto& series : report.series) json["sums"].push_back(seriesJson(report, series));
    for (const auto& kernel : report.kernels) json["libtorch"].push_back(kernelJson(report, kernel));
    return json.dump(2) + "\n";
}

}  // namespace mantissa
