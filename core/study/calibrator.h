#pragma once

// Private to core/study: includes LibTorch.

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

#include "run/executor.h"
#include "study/compare.h"

namespace mantissa {

/// Finds the bounds of activations for formats with scales. FP32 runs over the pictures once or twice, whatever the
/// number of formats.
class Calibrator {
  public:
    /// `input` ([1, C, H, W]) is calibrated on where the options name no pictures. All must outlive the calibrator.
    Calibrator(const Graph& graph, const at::Tensor& input, const Preprocessing& preprocessing,
               const QuantizationOptions& options);

    /// The scales of one format. Errors: a percentile that is none, pictures none of which can be read, those of
    /// Executor::run.
    Result<ScaleOptions> scalesFor(const Format& format, const RoundOptions& rounding, const RunControl& control);

  private:
    /// What is known of the values that a node makes.
    struct Values {
        float low = 0, high = 0;
        std::vector<std::int64_t> counts{};  // between low and high, in equal bins
    };
    class Range;
    class Counter;

    Status observe(const RunControl& control);
    Status runAll(Executor& executor, ExecutionObserver& observer, const RunControl& control,
                  const std::function<void(const at::Tensor&)>& seeInput);
    ValueBounds boundsOf(const Values& values, const Format& format, const RoundOptions& rounding) const;
    ValueBounds percentileOf(const Values& values, const Format& format) const;
    ValueBounds leastErrorOf(const Values& values, const Format& format, const RoundOptions& rounding) const;

    const Graph& graph_;
    const at::Tensor& input_;
    const Preprocessing& preprocessing_;
    const QuantizationOptions& options_;
    bool observed_ = false;
    Values inputValues_;
    std::vector<Values> nodes_;
};

}  // namespace mantissa
