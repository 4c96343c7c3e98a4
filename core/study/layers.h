#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "numerics/array_error.h"
#include "numerics/cast_counts.h"
#include "study/compare.h"

namespace mantissa {

/// How far a layer's results are from FP32's, by what was rounded.
struct LayerError {
    ArrayError weights;      ///< only weights rounded, arithmetic in FP32
    ArrayError activations;  ///< only what operators produce
    ArrayError both;
    std::optional<ArrayError> native;  ///< LibTorch's own kernels of the format, which accumulate as they please
};

/// One module of the model, with all below it.
struct LayerReport {
    std::string path;                          ///< "encoder.layer.1"; empty for the model itself
    int parent = -1;                           ///< index into LayersReport::layers; −1 for the model itself
    int depth = 0;                             ///< of the model itself: 0
    std::vector<std::string> operators;        ///< its own, by name, each once: "conv2d"; not those of modules below
    std::int64_t calls = 0;                    ///< operators run, those below included
    std::int64_t parameters = 0;               ///< those below included
    std::vector<std::int64_t> outputShape;     ///< of the last tensor that leaves it; empty where none does
    bool finished = false;                     ///< false where the study was stopped before its last operator
    std::optional<double> milliseconds;        ///< in FP32, median of the timed runs, those below included
    std::optional<double> nativeMilliseconds;  ///< in the format's own kernels

    // Over the floating tensors that leave the module.
    LayerError local;       ///< the module in the format on FP32 inputs
    LayerError cumulative;  ///< everything up to here in the format

    // Sums over the module and all below it.
    CastCounts weightCasts;      ///< what rounding its weights did
    CastCounts activationCasts;  ///< what rounding its operators' results did, with everything up to here in the format
    MagnitudeRange weights;      ///< of its weights in FP32
    MagnitudeRange activations;  ///< of its operators' results in FP32
};

/// The question: where in this model does the error of this format come from?
struct LayersRequest {
    ModelPtr model;
    std::optional<SourceImage> image;  ///< one of image and tensor
    std::optional<TensorInput> tensor;
    std::optional<Preprocessing> preprocessing;  ///< instead of the model's own
    Format format = mantissa::format("bf16");
    RoundOptions rounding;
    std::vector<LayerFormat> overrides;  ///< modules in another format, such as those that stay in FP32
    QuantizationOptions scales;
    int runs = 3;     ///< timed runs; 0: no times
    int threads = 0;  ///< 0: LibTorch's default
    /// Called with each layer as soon as all but its times is known, on the thread that works.
    std::function<void(const LayerReport& layer, std::size_t index)> ready;
};

/// The answer. Immutable.
struct LayersReport {
    Environment environment;
    ModelPtr model;
    Preprocessing preprocessing;
    std::optional<SourceImage> image;
    std::optional<TensorInput> tensor;
    Format format;
    std::vector<LayerFormat> overrides;
    QuantizationOptions scales;
    /// Parents before children, siblings in the order in which they first run; the first is the model itself. What sums
    /// up does so over a module's own operators and its children.
    std::vector<LayerReport> layers;
    CastCounts inputCasts;                ///< what rounding the picture did
    std::vector<double> reference;        ///< logits in FP32
    std::vector<double> logits;           ///< with everything in the format, emulated: as compare() gives them
    std::optional<ErrorMetrics> metrics;  ///< of `logits`; none where partial
    std::optional<Error> nativeError;     ///< why there is no native run although LibTorch has the dtype
    double seconds = 0;
    bool partial = false;  ///< cancelled; layers that are not finished hold what they had
};

/// Walks the model once in FP32 and, step by step beside it, in the format: with weights, activations or both rounded,
/// natively where LibTorch has the dtype, and each module by itself on the FP32 inputs that reach it. Nothing is kept
/// but what is alive. Errors: a format that cannot be emulated (FP64), an operator that fails in FP32, a model that
/// does not give one row of logits. Stops between operators and then reports what is done, if any layer is.
Result<LayersReport> analyseLayers(const LayersRequest& request, std::stop_token stop = {},
                                   const Progress& progress = {});

}  // namespace mantissa
