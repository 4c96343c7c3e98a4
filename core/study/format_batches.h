#pragma once

// Private to core/study: includes LibTorch.

#include <ATen/core/Tensor.h>

#include <optional>
#include <span>
#include <vector>

#include "study/format_runner.h"

namespace mantissa {

/// Logits of several pictures, FP64, one row a picture.
struct LogitRows {
    std::size_t classes = 0;
    std::vector<double> values;

    std::size_t size() const { return classes == 0 ? 0 : values.size() / classes; }
    std::span<const double> row(std::size_t index) const { return std::span(values).subspan(index * classes, classes); }
};

/// One format of a model, ready for batch after batch, in several lanes at once.
class FormatBatches {
  public:
    /// Prepares and tries the format on one picture ([1, 3, H, W]). Errors: those of runFirst, or a model whose output
    /// is no row of logits.
    static Result<FormatBatches> prepare(const Graph& graph, const Format& format, const RunnerOptions& options,
                                         const at::Tensor& picture, const RunControl& control);

    const Format& format() const { return format_; }
    RunMode mode() const { return mode_; }
    const std::optional<Error>& fallbackFrom() const { return fallbackFrom_; }
    std::int64_t activationPeak() const { return activationPeak_; }  ///< bytes, of one picture
    std::size_t classes() const { return classes_; }                 ///< logits of one picture

    /// True once a batch has failed where its pictures alone do not, and from the start where a batch would change what
    /// is rounded.
    bool oneAtATime() const;

    /// From one lane, which there is from the start, to several. They share the weights.
    Status widen(std::size_t lanes);

    /// `input` [N, 3, H, W] → N rows. Different lanes may run at once.
    Result<LogitRows> run(const at::Tensor& input, std::size_t lane, const RunControl& control);

    /// The picture at `index` of the batch, alone, while no lane runs.
    Result<LogitRows> runAlone(const at::Tensor& input, std::int64_t index, const RunControl& control);

  private:
    struct Lane {
        Executor executor;
        bool oneAtATime = false;
    };

    FormatBatches(Format format, FirstRun first, std::size_t classes, bool oneAtATime);
    static Result<LogitRows> runAlone(Lane& lane, const at::Tensor& input, std::int64_t index,
                                      const RunControl& control);

    Format format_;
    RunMode mode_ = RunMode::native;
    std::optional<Error> fallbackFrom_;
    std::int64_t activationPeak_ = 0;
    std::size_t classes_ = 0;
    std::vector<Lane> lanes_;
};

}  // namespace mantissa
