#pragma once

// Private to core/run: includes LibTorch.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "numerics/format.h"
#include "numerics/rounding.h"

namespace mantissa {

/// Rounds an FP32 activation in place, on its own storage, so that views and in-place operators keep their meaning.
/// Integer formats use one symmetric scale a tensor, max |x| over the largest code (so the largest value is kept).
void roundActivation(at::Tensor& tensor, const Format& format, const RoundOptions& rounding);

/// Rounds an FP32 weight in place. Integer formats use one symmetric scale an output channel (dimension 0) for tensors
/// of two or more dimensions; biases and normalisation parameters, which integer kernels keep in wider types, stay
/// FP32.
void roundWeight(at::Tensor& tensor, const Format& format, const RoundOptions& rounding);

/// Scales that roundWeight makes for a tensor of this shape: 4 bytes each.
std::int64_t weightScaleCount(const std::vector<std::int64_t>& shape, const Format& format);

}  // namespace mantissa
