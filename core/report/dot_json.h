#pragma once

#include <string>

#include "study/dot_product.h"

namespace mantissa {

/// A dot product, schema "mantissa.dot/1": what was asked, the exact sum, and for each accumulator and order its sum,
/// error, bound, where it stopped, and its curve at the drawn steps; LibTorch's own results beside them.
std::string dotJson(const DotReport& report);

}  // namespace mantissa
