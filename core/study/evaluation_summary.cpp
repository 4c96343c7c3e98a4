#include "study/evaluation_summary.h"

#include <algorithm>
#include <cmath>

namespace mantissa {
namespace {

constexpr std::size_t kMarginBins = 10;

template <class Value>
Distribution distributionOver(const std::vector<EvaluationRow>& rows, Value value) {
    std::vector<double> values;
    values.reserve(rows.size());
    for (const auto& row : rows) values.push_back(value(row));
    return distributionOf(std::move(values));
}

/// Bins of as many pictures each, so that every rate rests on as much; equal margins stay in one bin.
std::vector<MarginBin> binsByMargin(const std::vector<EvaluationRow>& rows) {
    std::vector<const EvaluationRow*> sorted;
    for (const auto& row : rows)
        if (std::isfinite(row.referenceMargin)) sorted.push_back(&row);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](auto* a, auto* b) { return a->referenceMargin < b->referenceMargin; });
    std::vector<MarginBin> bins;
    const std::size_t wanted = std::min(kMarginBins, sorted.size());
    std::size_t begin = 0;
    for (std::size_t bin = 1; bin <= wanted; ++bin) {
        std::size_t end = std::max(sorted.size() * bin / wanted, begin);
        while (end > begin && end < sorted.size() && sorted[end]->referenceMargin == sorted[end - 1]->referenceMargin)
            ++end;
        if (end == begin) continue;
        std::int64_t flips = 0;
        for (std::size_t i = begin; i < end; ++i) flips += sorted[i]->flipped();
        bins.push_back({.low = sorted[begin]->referenceMargin,
                        .high = sorted[std::min(end, sorted.size() - 1)]->referenceMargin,
                        .flips = rateOf(flips, static_cast<std::int64_t>(end - begin))});
        begin = end;
    }
    return bins;
}

void summarise(FormatEvaluation& run, const EvaluateReport& report) {
    std::int64_t known = 0, first = 0, five = 0;
    run.flips = run.ties = run.notFinite = 0;
    for (std::size_t i = 0; i < run.rows.size(); ++i) {
        const EvaluationRow& row = run.rows[i];
        run.flips += row.flipped();
        run.ties += row.outcome == AnswerOutcome::tie;
        run.notFinite += !row.finite;
        const auto truth = truthOf(report, report.done[i]);
        if (!truth) continue;
        ++known;
        first += row.answer == static_cast<std::int32_t>(*truth);
        five += row.inTopFive;
    }
    if (known > 0) {
        run.top1 = rateOf(first, known);
        run.top5 = rateOf(five, known);
    }
    const auto all = static_cast<std::int64_t>(run.rows.size());
    run.agreement = rateOf(all - run.flips - run.ties, all);
    run.meanAbs = distributionOver(run.rows, [](const auto& r) { return r.meanAbs; });
    run.maxAbs = distributionOver(run.rows, [](const auto& r) { return r.maxAbs; });
    run.kl = distributionOver(run.rows, [](const auto& r) { return r.kl; });
    run.sqnrDb = distributionOver(run.rows, [](const auto& r) { return r.sqnrDb; });
    run.flipsByMargin = binsByMargin(run.rows);
}

}  // namespace

void summarise(EvaluateReport& report) {
    for (auto& run : report.runs)
        if (run.ok()) summarise(run, report);
}

}  // namespace mantissa
