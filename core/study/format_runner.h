#pragma once

// Private to core/study: includes LibTorch.

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "image/preprocess.h"
#include "run/executor.h"
#include "study/compare.h"
#include "study/sensitivity.h"

namespace mantissa {

/// Bytes of activations alive after each node of one run: as this process holds them, and as they are stored where each
/// value has the format that its layer rounds it to.
class LiveMemoryObserver : public ExecutionObserver {
  public:
    LiveMemoryObserver(const PrecisionPlan& plan, const Executor& executor);
    void afterNode(std::size_t index, const Node& node, const std::vector<at::Tensor>& outputs,
                   std::int64_t liveBytes) override;
    bool wantsLiveBytes() const override { return true; }

    std::int64_t peak() const { return peak_; }
    std::int64_t storedPeak() const { return storedPeak_; }
    const std::vector<std::int64_t>& timeline() const { return timeline_; }  ///< one entry a node, in order

  private:
    /// A node's result while something holds it, in the format of the layer that made it.
    struct Made {
        c10::weak_intrusive_ptr<c10::StorageImpl> storage;
        const Format* format;
    };
    std::int64_t storedBytes(std::int64_t liveBytes) const;

    PrecisionPlan plan_;
    Format inputFormat_;
    std::unordered_set<const void*> known_;  ///< storages of weights
    std::vector<Made> made_;
    std::int64_t peak_ = 0, storedPeak_ = 0;
    std::vector<std::int64_t> timeline_;
};

/// How a format may run.
struct RunnerOptions {
    RunMode mode = RunMode::automatic;
    CastScope scope = CastScope::weightsAndActivations;
    RoundOptions rounding{};
    std::vector<LayerFormat> overrides{};
    ScaleOptions scales{};
};

/// A candidate's modules in another format, as a study's request has them; the reference has none.
template <class Request>
std::vector<LayerFormat> overridesOf(const Request& request, const Format& format) {
    if (format == request.reference) return {};
    auto overrides = keepingInFp32(request.model->graph, request.keep, format);
    overrides.insert(overrides.end(), request.overrides.begin(), request.overrides.end());
    return overrides;
}

/// How a format runs that a study's request asks for, but for its scales.
template <class Request>
RunnerOptions runnerOptionsOf(const Request& request, const Format& format) {
    const bool asked = std::find(request.emulated.begin(), request.emulated.end(), format) != request.emulated.end();
    return {.mode = asked ? RunMode::emulated : request.mode,
            .scope = request.scope,
            .rounding = request.rounding,
            .overrides = overridesOf(request, format)};
}

/// A format's first run, with the executor that is ready for more.
struct FirstRun {
    Executor executor;
    RunMode mode = RunMode::native;     ///< native or emulated
    std::optional<Error> fallbackFrom;  ///< why it is not native although that was tried
    at::Tensor output;
    LiveMemoryObserver memory;
};

/// Prepares `format` on `graph` and runs it once on `input` (NCHW, FP32). Automatic mode runs natively where LibTorch
/// has the dtype and emulated where it has not, or where an operator fails natively; that error is kept in
/// `fallbackFrom`. Rounding only weights or only activations is emulated in every case, except in formats that hold
/// every FP32 value, where nothing is there to round. Errors: those of Executor; where native and emulated both fail,
/// the native one.
Result<FirstRun> runFirst(const Graph& graph, const Format& format, const RunnerOptions& options,
                          const at::Tensor& input, const RunControl& control);

/// The picture as the model sees it: preprocessed, and FP32 NCHW.
struct PreparedInput {
    ModelInput input;
    at::Tensor tensor;
};
Result<PreparedInput> prepareImage(const RgbImage& image, const Preprocessing& how);

/// Parameters, persistent buffers and scales as stored in `format`, or in that of the override they lie under. Integer
/// buffers keep their type.
struct StoredBytes {
    std::int64_t parameters = 0;
    std::int64_t buffers = 0;
    std::int64_t scales = 0;           ///< as emulation rounds under the grain
    std::int64_t scalesPerTensor = 0;  ///< were it one a tensor
};
StoredBytes storedBytes(const Graph& graph, const Format& format, const std::vector<LayerFormat>& overrides = {},
                        ScaleGrain grain = ScaleGrain::usual);

/// Bytes of the scales and zero points that calibrated activations are stored with: one of each a tensor. Dynamic ones
/// are reckoned as the model runs and not stored.
std::int64_t activationScaleBytes(const Format& format, const ScaleOptions& scales);

/// Bytes of values measured in FP32, were they stored in `format`, the scales of blocks included; rounded up.
std::int64_t scaledFromFp32(std::int64_t fp32Bytes, const Format& format);

/// An exception from a library, caught at core's edge, as an Error about `where`.
Error errorFrom(const std::exception& exception, const std::string& where);

}  // namespace mantissa
