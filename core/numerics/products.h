#pragma once

#include <span>

#include "numerics/format.h"

namespace mantissa {

/// Each aᵢbᵢ, the exact product of two FP32 numbers (which FP64 holds), rounded once to `format`: nearest-even,
/// overflow as the format's standard says. Spans of different sizes are a programming error and end the program.
void roundedProducts(const Format& format, std::span<const float> a, std::span<const float> b, std::span<double> out);

}  // namespace mantissa
