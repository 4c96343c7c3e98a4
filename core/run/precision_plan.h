#pragma once

#include "numerics/format.h"
#include "numerics/rounding.h"

namespace mantissa {

/// What emulation rounds.
enum class CastScope { weights, activations, weightsAndActivations };

/// How one run treats numbers.
///
/// native: parameters, floating buffers and the input are cast, and LibTorch's own kernels of that dtype run: `model.to(dtype)`.
/// emulated: arithmetic in FP32; weights and every floating tensor that an operator produces are rounded to the format.
struct PrecisionPlan {
    enum class Kernels { native, emulated };

    Format format = mantissa::format("fp32");
    Kernels kernels = Kernels::native;
    CastScope scope = CastScope::weightsAndActivations;  ///< emulated only
    RoundOptions rounding{};                             ///< emulated only
};

}  // namespace mantissa
