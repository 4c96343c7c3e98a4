#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "numerics/format.h"
#include "numerics/rounding.h"

namespace mantissa {

/// What emulation rounds.
enum class CastScope { weights, activations, weightsAndActivations };

/// A module, with all below it, that takes another format than the rest of the model.
struct LayerFormat {
    std::string layer;  ///< module path, "mobilevit.encoder.layer.1"
    Format format;
};

/// How one run treats numbers.
///
/// - native: parameters, floating buffers and the input are cast, and LibTorch's own kernels of that dtype run:
///   `model.to(dtype)`. With overrides, a value that crosses from one dtype to another is cast where a layer reads it.
/// - emulated: arithmetic in FP32; weights and every floating tensor that an operator produces are rounded to the
///   format.
struct PrecisionPlan {
    enum class Kernels { native, emulated };

    Format format = mantissa::format("fp32");
    Kernels kernels = Kernels::native;
    CastScope scope = CastScope::weightsAndActivations;  ///< emulated only
    RoundOptions rounding{};                             ///< emulated only
    /// "Everything in BF16 except `classifier`"; the longest path that fits counts.
    std::vector<LayerFormat> overrides{};
};

/// The format of a layer or weight by its module path ("classifier", "classifier.weight"): that of the longest override
/// that is this path or a module above it, else the plan's own.
const Format& formatFor(const PrecisionPlan& plan, std::string_view path);

/// Whether rounding FP32 to this format changes nothing: FP32 itself, FP64, and custom formats at least as wide in both
/// fields.
bool holdsEveryFp32(const Format& format);

}  // namespace mantissa
