#pragma once

#include <string_view>

namespace mantissa {

/// Operations on numbers that a Graph may hold beside ATen's: symbolic sizes and the integer arithmetic of traced
/// models. Arguments are positional (names are ignored); integers follow Python (floor division and modulo round toward
/// −∞); mixing an integer and a float gives a float; comparisons give booleans. What does not fit an int64, and
/// division by zero, is an error when the Graph runs.
///
/// - scalar::size(tensor, dim), scalar::dim(tensor), scalar::numel(tensor), scalar::item(tensor of one element)
/// - scalar::dtype(tensor): LibTorch's number for its type, as operators take it
/// - scalar::to_tensor(number): 0-d int64, float64 or bool tensor, as prim::NumToTensor
/// - scalar::add, sub, mul, floordiv, mod, truediv, pow, min, max (a, b)
/// - scalar::neg, int, float, bool, sqrt, ceil, floor, trunc, round, not (a)
/// - scalar::eq, ne, lt, le, gt, ge, and, or (a, b)
/// - graph::fit_bilinear(tensor, height, width): N × C × H × W resized bilinearly (align_corners false), or handed
///   through unchanged where it has that size already
/// - graph::expect_size(tensor, height, width): the tensor itself; an error where it has another size
bool isScalarOp(std::string_view op);

}  // namespace mantissa
