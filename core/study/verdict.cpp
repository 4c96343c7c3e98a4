#include "study/verdict.h"

#include <algorithm>
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

/// ", but 3 of its 1000 outputs are infinite"; empty where none is.
std::string notFinite(const FormatRun& run) {
    if (run.infinities > 0) return ", but " + counted(run.infinities, run.logits.size(), "infinite");
    return {};
}

}  // namespace

bool holdsNan(std::span<const double> logits) {
    return std::any_of(logits.begin(), logits.end(), [](double x) { return std::isnan(x); });
}

AnswerOutcome outcomeOf(std::span<const double> reference, std::span<const double> candidate) {
    if (holdsNan(reference) || holdsNan(candidate)) return AnswerOutcome::none;
    const double own = candidate[topIndices(reference, 1).front()];
    if (own < *std::max_element(candidate.begin(), candidate.end())) return AnswerOutcome::changed;
    return std::count(candidate.begin(), candidate.end(), own) > 1 ? AnswerOutcome::tie : AnswerOutcome::kept;
}

AnswerOutcome outcomeOf(const CompareReport& report, const Comparison& comparison) {
    return outcomeOf(report.reference().logits, report.runs[comparison.candidate].logits);
}

std::string_view outcomeName(AnswerOutcome outcome) {
    switch (outcome) {
        case AnswerOutcome::kept:
            return "kept";
        case AnswerOutcome::tie:
            return "tie";
        case AnswerOutcome::changed:
            return "changed";
        case AnswerOutcome::none:
            return "none";
    }
    return "";
}

std::vector<std::size_t> tiedWithAnswer(const CompareReport& report, const Comparison& comparison) {
    const std::size_t answer = report.reference().top.front().index;
    const std::vector<double>& logits = report.runs[comparison.candidate].logits;
    std::vector<std::size_t> level;
    if (outcomeOf(report, comparison) != AnswerOutcome::tie) return level;
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
    if (reference.nans > 0)
        return reference.format.title + " gives no answer to keep: " +
               counted(reference.nans, reference.logits.size(), "NaN") + ", so there is no top-1";
    if (run.nans > 0)
        return name + " gives no answer: " + counted(run.nans, run.logits.size(), "NaN") + ", so there is no top-1";
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
    if (outcomeOf(report, comparison) == AnswerOutcome::kept)
        return name + " keeps the answer, " + what + margins + notFinite(run);
    return name + " changes the answer from " + what + " to " + quotedClass(report, own.index) + margins +
           notFinite(run);
}

}  // namespace mantissa
