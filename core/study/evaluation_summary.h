#pragma once

#include "study/evaluate.h"

namespace mantissa {

/// Fills in everything that follows from the rows: rates, distributions, flips by margin.
void summarise(EvaluateReport& report);

}  // namespace mantissa
