#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "numerics/array_error.h"
#include "numerics/cast_counts.h"
#include "numerics/magnitude_counts.h"
#include "study/compare.h"

namespace mantissa {

/// One value and what the format makes of it.
struct WorstElement {
    std::string tensor;                  ///< "classifier.weight", or for activations the operator, "conv2d"
    std::vector<std::int64_t> position;  ///< in the tensor
    float exact = 0;                     ///< in FP32
    float rounded = 0;                   ///< in the format
    double error = 0;                    ///< |rounded − exact|; +∞ where only the exact one is finite
};

/// The weights or the activations of one module.
struct ValueSpread {
    std::int64_t tensors = 0;
    MagnitudeCounts magnitudes;       ///< in FP32
    MagnitudeRange range;             ///< in FP32
    CastCounts casts;                 ///< what the format did to them
    ArrayError error;                 ///< against FP32
    std::vector<WorstElement> worst;  ///< the furthest from FP32, furthest first; where nothing differs none
};

/// The question: which values has this module, and which of them does the format change most?
struct LayerValuesRequest {
    ModelPtr model;
    std::optional<SourceImage> image;  ///< one of image and tensor
    std::optional<TensorInput> tensor;
    std::optional<Preprocessing> preprocessing;  ///< instead of the model's own
    Format format = mantissa::format("bf16");    ///< emulated
    RoundOptions rounding;
    std::vector<LayerFormat> overrides;  ///< modules in another format
    QuantizationOptions scales;
    std::string layer;       ///< module path; empty: the model itself
    std::size_t worst = 20;  ///< elements listed at most
    int threads = 0;         ///< 0: LibTorch's default
};

/// The answer. Immutable.
struct LayerValues {
    std::string layer;
    Format format;
    ValueSpread weights;         ///< of the module and all below it
    ValueSpread activations;     ///< what its operators give, those below included, on the FP32 inputs that reach it
    bool weightsScaled = false;  ///< the format's codes are scaled, so its limits are not those of the values
    bool activationsScaled = false;  ///< likewise
};

/// Runs FP32 up to the module's last operator and the module in the format beside it. Holds no more values at a time
/// than a run of the model does. Errors: a path that is no module of the model, those of analyseLayers. Stops between
/// operators.
Result<LayerValues> layerValues(const LayerValuesRequest& request, std::stop_token stop = {},
                                const Progress& progress = {});

}  // namespace mantissa
