#pragma once

#include <cstdint>
#include <memory>
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

/// How many FP32 scales an emulated format's codes share. Formats in blocks have their own, whatever is asked for.
enum class ScaleGrain {
    usual,   ///< integers: one an output channel of a weight, one an activation tensor; floating formats: none
    none,    ///< floating formats only: a code is a value; integers take the usual
    tensor,  ///< one a tensor
    channel  ///< one an output channel (dimension 0) of a weight of two or more dimensions; else one a tensor
};

/// What values of a tensor are expected to lie between; zero is always among them.
struct ValueBounds {
    float low = 0, high = 0;
};

/// Bounds that were found beforehand, for static quantisation: of the input and of what each node makes.
struct ActivationBounds {
    ValueBounds input{};
    std::vector<ValueBounds> nodes{};  ///< by node of the Graph
};

/// Scales of emulated formats, symmetric unless the format is affine: the bound over the largest code. What lies beyond
/// a bound saturates.
struct ScaleOptions {
    ScaleGrain weights = ScaleGrain::usual;
    ScaleGrain activations = ScaleGrain::usual;  ///< usual, none or tensor
    /// None: each activation tensor's own smallest and largest value, as dynamic quantisation takes them.
    std::shared_ptr<const ActivationBounds> bounds{};
};

/// Scales that a weight of this format, with so many dimensions, has under `grain`.
ScaleGrain weightGrain(const Format& format, std::size_t dimensions, ScaleGrain grain);
/// Whether an activation tensor of this format has a scale under `grain`.
bool scalesActivations(const Format& format, ScaleGrain grain);

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
    ScaleOptions scales{};  ///< emulated only
};

/// The format of a layer or weight by its module path ("classifier", "classifier.weight"): that of the longest override
/// that is this path or a module above it, else the plan's own.
const Format& formatFor(const PrecisionPlan& plan, std::string_view path);

/// Whether a module path or weight is this module or lies below it.
bool isAtOrBelow(std::string_view path, std::string_view module);

/// Whether rounding FP32 to this format changes nothing: FP32 itself, FP64, and custom formats at least as wide in both
/// fields.
bool holdsEveryFp32(const Format& format);

}  // namespace mantissa
