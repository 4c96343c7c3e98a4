#pragma once

#include <string>

#include "study/compare.h"

namespace mantissa::app {

/// A comparison as `mantissa compare` prints it: a column a format with how it ran, its classes, its differences from
/// the reference; then the verdicts, and what the measurement warns of.
std::string compareText(const CompareReport& report);

}  // namespace mantissa::app
