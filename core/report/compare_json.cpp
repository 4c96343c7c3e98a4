#include "report/compare_json.h"

#include <cmath>
#include <utility>

#include "report/csv.h"
#include "report/json_number.h"
#include "report/run_json.h"
#include "study/verdict.h"

namespace mantissa {
namespace {

std::vector<Format> formatsOf(const CompareReport& report) {
    std::vector<Format> formats;
    for (const auto& run : report.runs) formats.push_back(run.format);
    return formats;
}

OrderedJson runJson(const FormatRun& run) {
    OrderedJson json{{"format", run.format.name}, {"mode", modeName(run.mode)}, {"ok", run.ok()}};
    if (run.fallbackFrom) json["fallback_from"] = fallbackJson(*run.fallbackFrom);
    if (run.error) {
        json["error"] = failureJson(*run.error);
        return json;
    }
    if (run.latency)
        json["latency_ms"] = {{"min", run.latency->min},
                              {"median", run.latency->median},
                              {"max", run.latency->max},
                              {"runs", run.latency->runs}};
    else
        json["latency_ms"] = nullptr;
    json["memory"] = {{"weight_bytes", run.memory.weightBytes},
                      {"scale_bytes", run.memory.scaleBytes},
                      {"activation_peak_bytes", run.memory.activationPeakBytes}};
    json["logits"] = jsonNumbers<double>(run.logits);
    OrderedJson top = OrderedJson::array();
    // With a NaN among them the logits have no order.
    for (const auto& c : run.nans > 0 ? std::vector<TopClass>{} : run.top)
        top.push_back({{"index", c.index},
                       {"label", c.label},
                       {"logit", jsonNumber(c.logit)},
                       {"probability", jsonNumber(c.probability)}});
    json["top"] = std::move(top);
    json["nan"] = run.nans;
    json["inf"] = run.infinities;
    return json;
}

OrderedJson comparisonJson(const CompareReport& report, const Comparison& c) {
    const ErrorMetrics& m = c.metrics;
    return {{"candidate", report.runs[c.candidate].format.name},
            {"against", report.reference().format.name},
            {"mean_abs", jsonNumber(m.meanAbs)},
            {"max_abs", jsonNumber(m.maxAbs)},
            {"max_abs_index", m.maxAbsIndex},
            {"rmse", jsonNumber(m.rmse)},
            {"max_rel", jsonNumber(m.maxRelative)},
            {"cosine", jsonNumber(m.cosine)},
            {"sqnr_db", jsonNumber(m.sqnrDb)},
            {"kl", jsonNumber(m.kl)},
            {"max_abs_probability", jsonNumber(m.maxAbsProbability)},
            {"ulp_median", jsonNumber(m.ulpMedian)},
            {"ulp_p99", jsonNumber(m.ulpP99)},
            {"ulp_max", jsonNumber(m.ulpMax)},
            {"top1_agrees", m.top1Agrees},
            {"outcome", outcomeName(outcomeOf(report, c))},
            {"topk_overlap", m.topKOverlap},
            {"reference_margin", jsonNumber(m.referenceMargin)},
            {"candidate_margin", jsonNumber(m.candidateMargin)},
            {"slowdown", c.slowdown ? jsonNumber(*c.slowdown) : OrderedJson(nullptr)},
            {"verdict", c.verdict},
            {"histogram", {{"edges", jsonNumbers<double>(c.differences.edges)}, {"counts", c.differences.counts}}}};
}

}  // namespace

std::string compareJson(const CompareReport& report) {
    OrderedJson json{{"schema", "mantissa.compare/1"},
                     {"environment", environmentJson(report.environment)},
                     {"model", modelJson(*report.model, report.preprocessing, formatsOf(report))}};
    addSource(json, report.image, report.tensor);
    json["reference"] = report.reference().format.name;
    if (!report.overrides.empty()) json["overrides"] = overridesJson(report.overrides);
    if (const auto scales = scaleWords(report.scales); !scales.empty()) json["scales"] = scales;
    json["runs"] = OrderedJson::array();
    for (const auto& run : report.runs) json["runs"].push_back(runJson(run));
    json["comparisons"] = OrderedJson::array();
    for (const auto& c : report.comparisons) json["comparisons"].push_back(comparisonJson(report, c));
    if (report.partial) json["partial"] = true;
    // Paths come from the file system and need not be UTF-8; JSON must be.
    return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::string compareCsv(const CompareReport& report) {
    CsvWriter csv({"format", "mode", "ok", "top1_index", "top1_label", "top1_probability", "mean_abs", "max_abs", "rmse", "max_rel",
                   "cosine", "sqnr_db", "kl", "ulp_median", "ulp_max", "top1_agrees", "topk_overlap", "reference_margin",
                   "candidate_margin", "latency_ms_median", "weight_bytes", "activation_peak_bytes", "nan", "inf", "error"});
    for (std::size_t i = 0; i < report.runs.size(); ++i) {
        const FormatRun& run = report.runs[i];
        csv.text(run.format.name).text(modeName(run.mode)).text(run.ok() ? "true" : "false");
        if (run.top.empty() || run.nans > 0)
            csv.empty(3);
        else
            csv.integer(static_cast<std::int64_t>(run.top[0].index)).text(run.top[0].label).number(run.top[0].probability);
        const Comparison* comparison = nullptr;
        for (const auto& c : report.comparisons)
            if (c.candidate == i) comparison = &c;
        if (comparison) {
            const ErrorMetrics& m = comparison->metrics;
            csv.number(m.meanAbs).number(m.maxAbs).number(m.rmse).number(m.maxRelative).number(m.cosine).number(m.sqnrDb);
            csv.number(m.kl);
            if (std::isnan(m.ulpMax))
                csv.empty(2);  // a scale says how large a step is
            else
                csv.number(m.ulpMedian).number(m.ulpMax);
            csv.text(m.top1Agrees ? "true" : "false").integer(m.topKOverlap);
            csv.number(m.referenceMargin).number(m.candidateMargin);
        } else {
            csv.empty(13);
        }
        if (run.latency)
            csv.number(run.latency->median);
        else
            csv.empty(1);
        if (run.ok()) {
            csv.integer(run.memory.weightBytes).integer(run.memory.activationPeakBytes);
            csv.integer(static_cast<std::int64_t>(run.nans)).integer(static_cast<std::int64_t>(run.infinities));
        } else {
            csv.empty(4);
        }
        csv.text(run.error ? run.error->text() : "");
        csv.endRow();
    }
    return csv.text();
}

}  // namespace mantissa
