#pragma once

#include <string>

#include "study/evaluate.h"

namespace mantissa::app {

/// An evaluation as `mantissa evaluate` prints it: a column a format with its rates and their intervals and how its
/// differences are spread; then the answers that changed, and what was skipped.
std::string evaluateText(const EvaluateReport& report);

}  // namespace mantissa::app
