#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "graph/model.h"
#include "image/image.h"
#include "numerics/error_metrics.h"
#include "numerics/histogram.h"
#include "numerics/rounding.h"
#include "progress.h"
#include "result.h"
#include "run/precision_plan.h"
#include "study/calibration.h"

namespace mantissa {

enum class RunMode { automatic, native, emulated };  ///< automatic: native kernels where there are any, else emulated

/// A tensor given directly instead of a picture.
struct TensorInput {
    std::string path;
    std::string tensor;
    std::vector<float> values;
    std::vector<std::int64_t> shape;  ///< {1, C, H, W}
};

/// The question: what do these formats do to this model on this picture?
struct CompareRequest {
    ModelPtr model;
    std::optional<SourceImage> image;  ///< one of image and tensor
    std::optional<TensorInput> tensor;
    std::optional<Preprocessing> preprocessing;  ///< instead of the model's own
    Format reference = format("fp32");
    std::vector<Format> candidates;
    RunMode mode = RunMode::automatic;
    std::vector<Format> emulated;  ///< of the candidates, those that run emulated whatever `mode` says
    CastScope scope = CastScope::weightsAndActivations;
    RoundOptions rounding;  ///< of emulated formats
    /// Of the candidates: modules in another format than the rest, such as those that stay in FP32.
    std::vector<LayerFormat> overrides{};
    /// Of the candidates: modules whose own operators and weights, not those of modules below, stay in FP32.
    std::vector<std::string> keep{};
    QuantizationOptions scales{};  ///< of emulated candidates
    int topK = 5;
    int warmup = 1;
    int runs = 5;
    double timeLimitSeconds = 0;  ///< stop timing a format after this long, at least one run; 0: never
    int threads = 0;              ///< 0: LibTorch's default
};

struct Latency {
    double min = 0, median = 0, max = 0;  ///< ms, forward pass alone, after the warm-up
    int runs = 0;
};

struct MemoryUse {
    std::int64_t weightBytes = 0;  ///< parameters and buffers as stored in the format
    std::int64_t bufferBytes = 0;  ///< of these, buffers
    std::int64_t scaleBytes = 0;   ///< of weights, and of activations where they are calibrated
    std::int64_t activationPeakBytes =
        0;  ///< most bytes of activations alive at once: measured where native, else scaled from FP32
    bool activationMeasured = false;
    std::int64_t hereBytes = 0;  ///< what this process held for it: weights as run plus activation peak as run
};

struct TopClass {
    std::size_t index = 0;
    std::string label;
    double logit = 0;
    double probability = 0;
};

/// One format's run.
struct FormatRun {
    Format format;
    RunMode mode = RunMode::native;     ///< native or emulated: what really ran
    std::optional<Error> error;         ///< set: nothing below is
    std::optional<Error> fallbackFrom;  ///< why automatic mode did not stay native
    std::optional<Latency> latency;     ///< none for emulated runs
    MemoryUse memory;
    std::vector<double> logits;
    std::vector<double> probabilities;
    std::vector<TopClass> top;
    std::size_t nans = 0;
    std::size_t infinities = 0;

    bool ok() const { return !error.has_value(); }
};

struct Comparison {
    std::size_t candidate = 0;  ///< index into CompareReport::runs
    ErrorMetrics metrics;
    Histogram differences;           ///< of Δ, symmetric about 0
    std::string verdict;             ///< one sentence: "BF16 keeps the answer, “cat”: margin 0.31, was 0.41"
    std::optional<double> slowdown;  ///< median latency over the reference's, where both were timed
};

struct Environment {
    std::string mantissa, libtorch, opencv, cpu;
    int threads = 0;
};
Environment environment();

/// The answer. Immutable; shared by window, command line and files.
struct CompareReport {
    Environment environment;
    ModelPtr model;
    Preprocessing preprocessing;
    std::optional<SourceImage> image;
    std::optional<ModelInput> input;  ///< when an image was given
    std::optional<TensorInput> tensor;
    CastScope scope = CastScope::weightsAndActivations;
    std::vector<LayerFormat> overrides{};
    std::vector<std::string> keep{};
    QuantizationOptions scales{};  ///< of emulated candidates
    int topK = 5;
    std::vector<FormatRun> runs;          ///< the reference first, then the candidates in order
    std::vector<Comparison> comparisons;  ///< one a candidate that ran
    double seconds = 0;                   ///< wall time of the whole study
    bool partial = false;                 ///< cancelled after some of the candidates

    const FormatRun& reference() const { return runs.front(); }
};

/// Runs the model once per format (and again for timing) and compares. Fails as a whole only where the reference cannot
/// run; a candidate that fails carries its own error. Stops between operators.
Result<CompareReport> compare(const CompareRequest& request, std::stop_token stop = {}, const Progress& progress = {});

}  // namespace mantissa
