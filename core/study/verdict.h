#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "study/compare.h"

namespace mantissa {

/// A native format counts as slow where it takes more than this many times the reference's time.
inline constexpr double kSlowFactor = 3;

/// What a candidate does to the reference's answer, which is the reference's first class. One rule for every study,
/// page and file.
enum class AnswerOutcome {
    kept,     ///< it has the largest logit, alone
    tie,      ///< it has the largest logit together with others: neither kept nor changed
    changed,  ///< another class has a larger logit
    none      ///< a NaN is among the logits of either, so nothing is largest: there is no top-1
};
AnswerOutcome outcomeOf(std::span<const double> reference, std::span<const double> candidate);
/// Whether a NaN is among the logits, which then order no classes and give no answer.
bool holdsNan(std::span<const double> logits);
/// The same for a candidate of this report.
AnswerOutcome outcomeOf(const CompareReport& report, const Comparison& comparison);

std::string_view outcomeName(AnswerOutcome outcome);  ///< "kept", "tie", "changed", "none"

/// The other classes whose logits in this candidate are exactly that of the reference's answer, where none is larger: a
/// tie, which is no changed answer. Empty where there is none.
std::vector<std::size_t> tiedWithAnswer(const CompareReport& report, const Comparison& comparison);

/// One sentence about a candidate that ran: whether it keeps the reference's answer, changes it or makes it a tie, the
/// margin of that answer over its closest rival before and after, and how many outputs are not finite. "BF16 keeps the
/// answer, “cat”: margin 0.31, was 0.41".
std::string verdictOn(const CompareReport& report, const Comparison& comparison);

}  // namespace mantissa
