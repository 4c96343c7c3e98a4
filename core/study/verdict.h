#pragma once

#include <string>

#include "study/compare.h"

namespace mantissa {

/// One sentence about a candidate that ran: whether it keeps the reference's answer, the margin of that answer over its
/// closest rival before and after, and how many outputs are not finite. "BF16 keeps the answer, “cat”: margin 0.31, was
/// 0.41".
std::string verdictOn(const CompareReport& report, const Comparison& comparison);

}  // namespace mantissa
