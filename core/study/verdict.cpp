#include "study/verdict.h"

#include <cmath>
#include <cstdio>

namespace mantissa {
namespace {

/// A class's name in quotation marks; our own word for a class without one, "class 4", bare.
std::string quotedClass(const CompareReport& report, std::size_t index) {
    const std::string label = report.model->label(index);
    const auto& labels = report.model->labels;
    const bool named = index < labels.size() && !labels[index].empty();
    return named ? "“" + label + "”" : label;
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

std::string counted(std::size_t count, std::size_t of, const char* what) {
    return std::to_string(count) + " of its " + std::to_string(of) + " outputs " + (count == 1 ? "is " : "are ") + what;
}

/// ", but 3 of its 1000 outputs are NaN"; empty where all are finite.
std::string notFinite(const FormatRun& run) {
    if (run.nans > 0) return ", but " + counted(run.nans, run.logits.size(), "NaN");
    if (run.infinities > 0) return ", but " + counted(run.infinities, run.logits.size(), "infinite");
    return {};
}

}  // namespace

std::vector<std::size_t> tiedWithAnswer(const CompareReport& report, const Comparison& comparison) {
    const std::size_t answer = report.reference().top.front().index;
    const std::vector<double>& logits = report.runs[comparison.candidate].logits;
    std::vector<std::size_t> level;
    if (!comparison.metrics.top1Agrees || !std::isfinite(logits[answer])) return level;
    for (std::size_t i = 0; i < logits.size(); ++i)
        if (i != answer && logits[i] == logits[answer]) level.push_back(i);
    return level;
}

std::string verdictOn(const CompareReport& report, const Comparison& comparison) {
    const FormatRun& reference = report.reference();
    const FormatRun& run = report.runs[comparison.candidate];
    const std::string& name = run.format.title;
    const TopClass& answer = reference.top.front();
    const TopClass& own = run.top.front();
    if (std::isnan(answer.logit)) return reference.format.title + " gives no answer to keep: its outputs are NaN";
    if (std::isnan(own.logit)) return name + " gives no answer: " + counted(run.nans, run.logits.size(), "NaN");
    const ErrorMetrics& metrics = comparison.metrics;
    std::string margins;
    if (std::isfinite(metrics.candidateMargin) && std::isfinite(metrics.referenceMargin))
        margins = ": margin " + number(metrics.candidateMargin) + ", was " + number(metrics.referenceMargin);
    const std::string what = quotedClass(report, answer.index);
    const auto level = tiedWithAnswer(report, comparison);
    if (level.size() == 1)
        return name + " makes the answer a tie, " + what + " with " + quotedClass(report, level.front()) + margins +
               notFinite(run);
    if (!level.empty())
        return name + " makes the answer a tie, " + what + " with " + std::to_string(level.size()) + " other classes" +
               margins + notFinite(run);
    if (metrics.top1Agrees) return name + " keeps the answer, " + what + margins + notFinite(run);
    return name + " changes the answer from " + what + " to " + quotedClass(report, own.index) + margins +
           notFinite(run);
}

}  // namespace mantissa
