#include "study/verdict.h"

#include <cmath>
#include <cstdio>

namespace mantissa {
namespace {

/// A class's name in quotation marks; our own word for a class without one, "class 4", bare.
std::string quoted(const CompareReport& report, const TopClass& top) {
    const auto& labels = report.model->labels;
    const bool named = top.index < labels.size() && !labels[top.index].empty();
    return named ? "“" + top.label + "”" : top.label;
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
    if (metrics.top1Agrees) return name + " keeps the answer, " + quoted(report, answer) + margins + notFinite(run);
    return name + " changes the answer from " + quoted(report, answer) + " to " + quoted(report, own) + margins +
           notFinite(run);
}

}  // namespace mantissa
