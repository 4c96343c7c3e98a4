#pragma once

// Private to core/run: includes LibTorch.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "numerics/cast_counts.h"
#include "numerics/format.h"
#include "numerics/rounding.h"
#include "run/block_axis.h"
#include "run/precision_plan.h"

namespace mantissa {

/// What rounding needs to know beside the format.
struct ActivationRounding {
    BlockAxis axis = BlockAxis::last;      ///< along which formats in blocks lay them, in N × C × H × W
    ScaleGrain grain = ScaleGrain::usual;  ///< whether floating formats take a scale
    const ValueBounds* bounds = nullptr;   ///< found beforehand; null: the tensor's own
    CastCounts* casts = nullptr;           ///< what rounding does is added here
};

/// Rounds an FP32 activation in place, on its own storage, so that views and in-place operators keep their meaning.
/// Integer formats use one symmetric scale a tensor, the bound over the largest code (so the tensor's own largest value
/// is kept); affine ones a scale and a zero point a tensor; floating ones none, or the same scale, in which case they
/// saturate. Formats in blocks lay them along `axis`; a tensor that is not N × C × H × W has them along its last
/// dimension in any case. NaN stays NaN; infinities stay in formats without a scale that have them and under scales
/// that are the tensor's own, and saturate elsewhere.
void roundActivation(at::Tensor& tensor, const Format& format, const RoundOptions& rounding,
                     const ActivationRounding& how = {});

struct WeightRounding {
    ScaleGrain grain = ScaleGrain::usual;
    CastCounts* casts = nullptr;
};

/// Rounds an FP32 weight in place, tensors of two or more dimensions only where the format scales its codes: biases and
/// normalisation parameters, which integer and block-scaled kernels keep in wider types, stay FP32 then. Scales as
/// weightGrain says. Blocks lie within an output channel along what its dot product sums over, as the weight lies in
/// memory: input features, or input channels and window of a convolution; a channel's last block may be short. Values
/// that stay FP32 count as cast to that.
void roundWeight(at::Tensor& tensor, const Format& format, const RoundOptions& rounding,
                 const WeightRounding& how = {});

/// Bytes of the scales and zero points beside a weight of this shape: FP32 scales for integer formats and scaled
/// floating ones, and a zero point of the code's width where they are affine.
std::int64_t weightScaleBytes(const std::vector<std::int64_t>& shape, const Format& format,
                              ScaleGrain grain = ScaleGrain::usual);

}  // namespace mantissa
