#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "study/compare.h"

namespace mantissa {

/// What a plan with some layers in FP32 has to reach.
struct PlanTarget {
    enum class Measure {
        sqnrDb,  ///< of the logits, dB
        margin   ///< of FP32's first class over the best other one, in logits; below 0 the answer changes
    };
    Measure measure = Measure::sqnrDb;
    double value = 30;  ///< the least that will do
};

/// The logits with one layer in the format and all others in FP32, against all in FP32.
struct LayerSensitivity {
    std::string layer;   ///< module path: its own operators and weights, not those of modules below
    bool exact = false;  ///< rounding it changed nothing
    ErrorMetrics metrics;
};

/// The layers that a plan keeps in FP32.
struct MixedPlan {
    bool met = false;               ///< false: not even with every layer kept
    std::vector<std::string> keep;  ///< of SensitivityReport::layers, in the order of the model
    std::vector<LayerFormat>
        overrides;         ///< the same for a PrecisionPlan: modules below a kept one have the format again
    ErrorMetrics metrics;  ///< of the logits under the plan
    int runs = 0;          ///< forward passes that finding it took
};

struct SensitivityRequest {
    ModelPtr model;
    std::optional<SourceImage> image;  ///< one of image and tensor
    std::optional<TensorInput> tensor;
    std::optional<Preprocessing> preprocessing;  ///< instead of the model's own
    Format format = mantissa::format("bf16");    ///< emulated
    CastScope scope = CastScope::weightsAndActivations;
    RoundOptions rounding;
    QuantizationOptions scales;
    std::optional<PlanTarget> target;  ///< none: no plan
    int threads = 0;                   ///< 0: LibTorch's default
    /// Called with each layer as soon as it is known, on the thread that works.
    std::function<void(const LayerSensitivity&)> ready;
};

struct SensitivityReport {
    Format format;
    std::vector<double> reference;         ///< logits in FP32
    ErrorMetrics whole;                    ///< with every layer in the format: as compare() gives it emulated
    std::vector<LayerSensitivity> layers;  ///< in the order of the model; those without operators and weights left out
    std::optional<MixedPlan> plan;
    std::int64_t nodesRun = 0;  ///< operators run for `layers`, FP32's own included
    double seconds = 0;
    bool partial = false;  ///< cancelled: layers, or the plan, are missing
};

/// Puts one layer after the other in the format. FP32 runs once; each layer's walk starts at its first operator from
/// the values that are alive there, and ends at its last where rounding changed nothing. The results are, bit by bit,
/// those of whole forward passes.
///
/// The plan is greedy: layers in order of the noise that each makes alone, as many as the target takes, and of those
/// every one given back that it does not need. Errors: those of analyseLayers. Stops between operators and then reports
/// what is done, if any layer is.
Result<SensitivityReport> analyseSensitivity(const SensitivityRequest& request, std::stop_token stop = {},
                                             const Progress& progress = {});

/// The overrides that put the own operators and weights of these modules, and nothing else, in FP32 when all else is in
/// `format`.
std::vector<LayerFormat> keepingInFp32(const Graph& graph, const std::vector<std::string>& modules,
                                       const Format& format);

}  // namespace mantissa
