#include "train/evaluate.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <utility>

#include "run/executor.h"

namespace mantissa::training {
namespace {

/// A picture's rows of RGB pixels, from the planes that CIFAR-10 stores.
RgbImage interleaved(std::span<const std::uint8_t> planes) {
    constexpr std::size_t kPlane = kCifarPixelBytes / 3;
    RgbImage image{kCifarSide, kCifarSide, std::vector<std::uint8_t>(kCifarPixelBytes)};
    for (std::size_t i = 0; i < kPlane; ++i)
        for (std::size_t channel = 0; channel < 3; ++channel)
            image.pixels[3 * i + channel] = planes[channel * kPlane + i];
    return image;
}

/// One format's executor and what it has got right so far.
class Contestant {
  public:
    static Result<Contestant> prepare(const Graph& graph, const Format& format, const RoundOptions& rounding) {
        Contestant made(graph, {.format = format, .rounding = rounding});
        if (!nativeDType(format)) made.plan_.kernels = PrecisionPlan::Kernels::emulated;
        if (auto status = made.makeExecutor(); !status) return std::move(status).error();
        return made;
    }

    /// The class with the largest logit. Falls back to emulation, for this picture and all later ones, where a kernel
    /// is missing.
    Result<std::int64_t> classify(const at::Tensor& input, std::stop_token stop) {
        auto logits = executor_->run(input, {.stop = stop});
        if (!logits && logits.error().code == ErrorCode::noKernel && plan_.kernels == PrecisionPlan::Kernels::native) {
            result_.fallbackFrom = std::move(logits).error();
            plan_.kernels = PrecisionPlan::Kernels::emulated;
            if (auto status = makeExecutor(); !status) return std::move(status).error();
            logits = executor_->run(input, {.stop = stop});
        }
        if (!logits) return std::move(logits).error();
        const at::Tensor wide = logits->to(at::kDouble);
        if (!wide.isfinite().all().item<bool>()) ++result_.notFinite;
        return wide.argmax(1).item<std::int64_t>();
    }

    void count(std::int64_t named, std::int64_t truth, std::int64_t reference) {
        ++result_.pictures;
        if (named == truth) ++result_.right;
        if (named == reference) ++result_.agreeing;
    }

    FormatAccuracy result() const {
        FormatAccuracy result = result_;
        result.format = plan_.format;
        result.kernels = plan_.kernels;
        return result;
    }

  private:
    Contestant(const Graph& graph, PrecisionPlan plan) : graph_(&graph), plan_(std::move(plan)) {}

    Status makeExecutor() {
        auto executor = Executor::prepare(*graph_, plan_);
        if (!executor) return std::move(executor).error();
        executor_ = *std::move(executor);
        return Done{};
    }

    const Graph* graph_;
    PrecisionPlan plan_;
    std::optional<Executor> executor_;
    FormatAccuracy result_;
};

Status classifyPicture(std::vector<Contestant>& contestants, ModelInput& input, std::int64_t truth,
                       std::stop_token stop) {
    const at::Tensor tensor = at::from_blob(input.values.data(), input.shape, at::kFloat);
    std::int64_t reference = -1;
    for (auto& contestant : contestants) {
        auto named = contestant.classify(tensor, stop);
        if (!named) return std::move(named).error();
        if (&contestant == &contestants.front()) reference = *named;
        contestant.count(*named, truth, reference);
    }
    return Done{};
}

}  // namespace

Result<std::vector<FormatAccuracy>> evaluateFormats(const Graph& graph, const CifarSet& set,
                                                    const Preprocessing& preprocessing,
                                                    const EvaluationOptions& options) try {
    const c10::InferenceMode inference;
    std::vector<Contestant> contestants;
    for (const Format& format : options.formats) {
        auto contestant = Contestant::prepare(graph, format, options.rounding);
        if (!contestant) return std::move(contestant).error();
        contestants.push_back(*std::move(contestant));
    }
    for (std::size_t i = 0; i < set.size(); ++i) {
        if (options.stop.stop_requested())
            return Error{.code = ErrorCode::cancelled, .message = "stopped at picture " + std::to_string(i)};
        auto input = preprocess(interleaved(set.picture(i)), preprocessing);
        if (!input) return std::move(input).error();
        if (auto status = classifyPicture(contestants, *input, set.labels[i], options.stop); !status)
            return std::move(status).error();
        if (options.progress)
            options.progress({"Picture " + std::to_string(i + 1), static_cast<std::int64_t>(i + 1),
                              static_cast<std::int64_t>(set.size())});
    }
    std::vector<FormatAccuracy> results;
    for (const auto& contestant : contestants) results.push_back(contestant.result());
    return results;
} catch (const c10::Error& error) {
    return Error{.code = ErrorCode::internal, .message = error.what_without_backtrace()};
}

}  // namespace mantissa::training
