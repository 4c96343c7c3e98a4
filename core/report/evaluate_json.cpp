#include "report/evaluate_json.h"

#include <optional>

#include "report/csv.h"
#include "report/json_number.h"
#include "report/run_json.h"

namespace mantissa {
namespace {

OrderedJson rateJson(const Rate& rate) {
    return {{"value", jsonNumber(rate.value)},
            {"low", rate.low},
            {"high", rate.high},
            {"hits", rate.hits},
            {"trials", rate.trials}};
}

OrderedJson rateJson(const std::optional<Rate>& rate) { return rate ? rateJson(*rate) : OrderedJson(nullptr); }

OrderedJson distributionJson(const Distribution& d) {
    return {{"mean", jsonNumber(d.mean)}, {"p50", jsonNumber(d.p50)}, {"p95", jsonNumber(d.p95)},
            {"max", jsonNumber(d.max)},   {"min", jsonNumber(d.min)}, {"p5", jsonNumber(d.p5)},
            {"nan", d.excluded}};
}

OrderedJson runJson(const FormatEvaluation& run) {
    OrderedJson json{{"format", run.format.name}, {"mode", modeName(run.mode)}, {"ok", run.ok()}};
    if (run.fallbackFrom) json["fallback_from"] = fallbackJson(*run.fallbackFrom);
    if (run.error) {
        json["error"] = failureJson(*run.error);
        return json;
    }
    json["one_at_a_time"] = run.oneAtATime;
    json["top1"] = rateJson(run.top1);
    json["top5"] = rateJson(run.top5);
    json["agreement"] = rateJson(run.agreement);
    json["flips"] = run.flips;
    json["ties"] = run.ties;
    json["not_finite"] = run.notFinite;
    json["mean_abs"] = distributionJson(run.meanAbs);
    json["max_abs"] = distributionJson(run.maxAbs);
    json["kl"] = distributionJson(run.kl);
    json["sqnr_db"] = distributionJson(run.sqnrDb);
    json["flips_by_margin"] = OrderedJson::array();
    for (const auto& bin : run.flipsByMargin)
        json["flips_by_margin"].push_back({{"low", bin.low}, {"high", bin.high}, {"flips", rateJson(bin.flips)}});
    return json;
}

}  // namespace

std::string evaluateJson(const EvaluateReport& report) {
    std::vector<Format> formats;
    for (const auto& run : report.runs) formats.push_back(run.format);
    OrderedJson skipped = OrderedJson::array();
    for (const auto& picture : report.skipped)
        skipped.push_back({{"picture", report.pictures->name(picture.picture)}, {"reason", picture.reason}});
    OrderedJson json{{"schema", "mantissa.evaluate/1"},
                     {"environment", environmentJson(report.environment)},
                     {"model", modelJson(*report.model, report.preprocessing, formats)},
                     {"images",
                      {{"path", report.pictures->path().string()},
                       {"count", report.done.size()},
                       {"skipped", std::move(skipped)},
                       {"unknown_classes", report.pictures->unknownClasses()},
                       {"classes_not_the_models", foreignTruths(report)}}},
                     {"reference", report.reference().format.name},
                     {"batch", report.batch},
                     {"seconds", report.seconds},
                     {"runs", OrderedJson::array()}};
    for (const auto& run : report.runs) json["runs"].push_back(runJson(run));
    if (!report.keep.empty()) json["keep"] = report.keep;
    if (!report.overrides.empty()) json["overrides"] = overridesJson(report.overrides);
    if (const auto scales = scaleWords(report.scales); !scales.empty()) json["scales"] = scales;
    if (report.partial) json["partial"] = true;
    // Paths come from the file system and need not be UTF-8; JSON must be.
    return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::string evaluateCsv(const EvaluateReport& report) {
    CsvWriter csv({"image", "format", "class", "answer", "answer_label", "top5", "outcome", "finite", "margin",
                   "reference_margin", "kept_margin", "mean_abs", "max_abs", "kl", "sqnr_db"});
    for (std::size_t i = 0; i < report.done.size(); ++i) {
        const std::string name = report.pictures->name(report.done[i]);
        const auto truth = truthOf(report, report.done[i]);
        for (const auto& run : report.runs) {
            if (!run.ok()) continue;
            const EvaluationRow& row = run.rows[i];
            csv.text(name).text(run.format.name);
            if (truth)
                csv.integer(static_cast<std::int64_t>(*truth));
            else
                csv.empty(1);
            if (row.answer == kNoAnswer)
                csv.empty(2);
            else
                csv.integer(row.answer).text(answerLabel(*report.model, row.answer));
            if (truth)
                csv.text(row.inTopFive ? "true" : "false");
            else
                csv.empty(1);
            csv.text(outcomeName(row.outcome)).text(row.finite ? "true" : "false");
            csv.number(row.margin).number(row.referenceMargin).number(row.keptMargin);
            csv.number(row.meanAbs).number(row.maxAbs).number(row.kl).number(row.sqnrDb);
            csv.endRow();
        }
    }
    return csv.text();
}

}  // namespace mantissa
