#pragma once

// Private to core/run: includes LibTorch.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "numerics/format.h"
#include "numerics/rounding.h"
#include "run/block_axis.h"

namespace mantissa {

/// Rounds an FP32 activation in place, on its own storage, so that views and in-place operators keep their meaning.
/// Integer formats use one symmetric scale a tensor, max |x| over the largest code (so the largest value is kept);
/// affine ones a scale and a zero point a tensor, from its smallest and largest finite value. Formats in blocks lay
/// them along `axis`; a tensor that is not N × C × H × W has them along its last dimension in any case.
void roundActivation(at::Tensor& tensor, const Format& format, const RoundOptions& rounding,
                     BlockAxis axis = BlockAxis::last);

/// Rounds an FP32 weight in place, tensors of two or more dimensions only where the format scales its codes: biases and
/// normalisation parameters, which integer and block-scaled kernels keep in wider types, stay FP32 then. Integer
/// formats use one scale an output channel (dimension 0). Blocks lie within an output channel along what its dot
/// product sums over, as the weight lies in memory: input features, or input channels and window of a convolution; a
/// channel's last block may be short.
void roundWeight(at::Tensor& tensor, const Format& format, const RoundOptions& rounding);

/// Bytes of the scales and zero points beside a weight of this shape: FP32 scales for integer formats, and a zero point
/// of the code's width where they are affine.
std::int64_t weightScaleBytes(const std::vector<std::int64_t>& shape, const Format& format);

}  // namespace mantissa
