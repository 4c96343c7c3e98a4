#include "study/dot_words.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace mantissa {
namespace {

std::string number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "minus infinity" : "infinity";
    char text[32];
    std::snprintf(text, sizeof text, "%.7g", value);
    return text;
}

std::string percent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", 100 * share);
    return std::string(text) + " %";
}

/// ", in blocks of 32,": what is said of the order within a sentence.
std::string inOrder(const SummationOrder& order) {
    switch (order.kind) {
        case SummationKind::sequential:
            return "";
        case SummationKind::blocked:
            return ", in blocks of " + std::to_string(order.block) + ",";
        case SummationKind::pairwise:
            return ", added pairwise,";
        case SummationKind::kahan:
            return ", added after Kahan,";
    }
    return "";
}

/// "The BF16 sum of 4096 ones"
std::string subject(const DotReport& report, const DotSeries& series) {
    return "The " + series.how.accumulator.title + " sum of " + report.vectors->terms + inOrder(series.how.order);
}

/// The series whose error is largest among those that `counts` holds for; null where it holds for none.
template <class Counts>
const DotSeries* worst(const DotReport& report, const Counts& counts) {
    const DotSeries* found = nullptr;
    for (const auto& series : report.series)
        if (counts(series) && (!found || std::abs(series.error) > std::abs(found->error))) found = &series;
    return found;
}

void describeStagnation(DotReport& report, const DotSeries& series) {
    const Stagnation& stop = *series.stagnation;
    const std::string& format = series.how.accumulator.title;
    report.finding = subject(report, series) + " stops at " + number(stop.sum);
    if (stop.clamped()) {
        report.explanation = "The exact sum is " + number(report.exact) + ". No " + format + " value lies beyond " +
                             number(stop.sum) + ", so every larger sum is clamped to it, from n = " +
                             std::to_string(stop.n) + " on.";
        return;
    }
    report.explanation =
        "The exact sum is " + number(report.exact) + ". At " + number(std::abs(stop.sum)) + " the gap to the next " +
        format + " value is " + number(stop.gap) + ", and what is added is " +
        (stop.largestAddend * 2 == stop.gap ? "at most half of it, " : "less than half of it, at most ") +
        number(stop.largestAddend) + ": from n = " + std::to_string(stop.n) + " on, adding changes nothing.";
}

}  // namespace

void describe(DotReport& report) {
    if (report.series.empty()) return;
    if (!std::isfinite(report.exact)) {
        report.finding = "The vectors hold values that are not finite";
        report.explanation = "Their dot product is " + number(report.exact) + ", whatever the format.";
        return;
    }
    for (const auto& series : report.series)
        if (series.notFiniteFrom) {
            report.finding = subject(report, series) + " overflows at n = " + std::to_string(*series.notFiniteFrom);
            report.explanation = "The exact sum is " + number(report.exact) + ". The largest " +
                                 series.how.accumulator.title + " value is " +
                                 number(limits(series.how.accumulator).max) + "; the sum left its range and became " +
                                 number(series.sum) + ".";
            return;
        }
    if (const auto* stopped = worst(report, [](const DotSeries& s) { return s.stagnation.has_value(); }))
        return describeStagnation(report, *stopped);
    const auto* largest = worst(report, [](const DotSeries& s) { return s.error != 0; });
    if (!largest) {
        report.finding = (report.series.size() == 1 ? subject(report, report.series.front()) + " is exact"
                                                    : "Every sum of " + report.vectors->terms + " is exact");
        report.explanation = "It is " + number(report.exact) + ".";
        return;
    }
    report.finding =
        subject(report, *largest) + " is off by " +
        (report.exact != 0 ? percent(std::abs(largest->error / report.exact)) : number(std::abs(largest->error)));
    report.explanation = "The exact sum is " + number(report.exact) + "; " + largest->how.accumulator.title +
                         " gives " + number(largest->sum) + ".";
    if (report.condition > 100 && std::isfinite(report.condition))
        report.explanation += " The terms cancel: their sizes add up to " + number(report.sizes) + ".";
}

}  // namespace mantissa
