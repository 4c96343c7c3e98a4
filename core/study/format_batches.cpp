#include "study/format_batches.h"

#include <algorithm>
#include <utility>

namespace mantissa {
namespace {

/// A model's output for `pictures` pictures as rows; nothing where it is something else.
std::optional<LogitRows> rowsOf(const at::Tensor& output, std::int64_t pictures) {
    if (!output.is_floating_point() || output.dim() < 2 || output.size(0) != pictures || output.numel() < 1)
        return std::nullopt;
    const at::Tensor logits = output.detach().to(at::kDouble).contiguous();
    const auto* values = logits.const_data_ptr<double>();
    return LogitRows{.classes = static_cast<std::size_t>(logits.numel() / pictures),
                     .values = {values, values + logits.numel()}};
}

Error noLogits() {
    return {.code = ErrorCode::unsupported, .message = "the model does not give one row of logits for one picture"};
}

}  // namespace

FormatBatches::FormatBatches(Format format, FirstRun first, std::size_t classes, bool oneAtATime)
    : format_(std::move(format)),
      mode_(first.mode),
      fallbackFrom_(std::move(first.fallbackFrom)),
      activationPeak_(first.memory.peak()),
      classes_(classes) {
    lanes_.push_back({std::move(first.executor), oneAtATime});
}

Result<FormatBatches> FormatBatches::prepare(const Graph& graph, const Format& format, const RunnerOptions& options,
                                             const at::Tensor& picture, const RunControl& control) {
    auto first = runFirst(graph, format, options, picture, control);
    if (!first) return std::move(first).error();
    const auto rows = rowsOf(first->output, 1);
    if (!rows) return noLogits();
    const bool activations = options.scope != CastScope::weights;
    // One scale over a batch, or random numbers counted along it, would make a picture's result depend on its
    // neighbours.
    const bool sharedScale = scalesActivations(format, options.scales.activations) && !options.scales.bounds;
    const bool oneAtATime = first->mode == RunMode::emulated && activations &&
                            (sharedScale || options.rounding.rounding == Rounding::stochastic);
    return FormatBatches(format, *std::move(first), rows->classes, oneAtATime);
}

bool FormatBatches::oneAtATime() const {
    return std::any_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.oneAtATime; });
}

Status FormatBatches::widen(std::size_t lanes) {
    while (lanes_.size() < lanes) {
        auto executor = lanes_.front().executor.sibling();
        if (!executor) return std::move(executor).error();
        lanes_.push_back({*std::move(executor), lanes_.front().oneAtATime});
    }
    return Done{};
}

Result<LogitRows> FormatBatches::run(const at::Tensor& input, std::size_t lane, const RunControl& control) {
    Lane& own = lanes_[lane];
    if (!own.oneAtATime) {
        auto output = own.executor.run(input, control);
        if (!output && output.error().code == ErrorCode::cancelled) return std::move(output).error();
        if (output)
            if (auto rows = rowsOf(*output, input.size(0))) return *std::move(rows);
        // Exported with one picture baked in, as traced models may be.
        own.oneAtATime = true;
    }
    LogitRows all;
    for (std::int64_t i = 0; i < input.size(0); ++i) {
        auto rows = runAlone(own, input, i, control);
        if (!rows) return rows;
        all.classes = rows->classes;
        all.values.insert(all.values.end(), rows->values.begin(), rows->values.end());
    }
    return all;
}

Result<LogitRows> FormatBatches::runAlone(const at::Tensor& input, std::int64_t index, const RunControl& control) {
    return runAlone(lanes_.front(), input, index, control);
}

Result<LogitRows> FormatBatches::runAlone(Lane& lane, const at::Tensor& input, std::int64_t index,
                                          const RunControl& control) {
    auto output = lane.executor.run(input.narrow(0, index, 1), control);
    if (!output) return std::move(output).error();
    auto rows = rowsOf(*output, 1);
    if (!rows) return noLogits();
    return *std::move(rows);
}

}  // namespace mantissa
