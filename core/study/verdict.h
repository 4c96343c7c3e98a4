#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "study/compare.h"

namespace mantissa {

/// The other classes whose logits in this candidate are exactly that of the reference's answer, where none is larger: a
/// tie, which is no changed answer. Empty where there is none.
std::vector<std::size_t> tiedWithAnswer(const CompareReport& report, const Comparison& comparison);

/// One sentence about a candidate that ran: whether it keeps the reference's answer, changes it or makes it a tie, the
/// margin of that answer over its closest rival before and after, and how many outputs are not finite. "BF16 keeps the
/// answer, “cat”: margin 0.31, was 0.41".
std::string verdictOn(const CompareReport& report, const Comparison& comparison);

}  // namespace mantissa
