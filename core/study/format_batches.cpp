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

Result<FormatBatches> FormatBatches::prepare(const Graph& graph, const Format& format, const RunnerOptions& options,
                                             const at::Tensor& picture, const RunControl& control) {
    auto first = runFirst(graph, format, options, picture, control);
    if (!first) return std::move(first).error();
    if (!rowsOf(first->output, 1)) return noLogits();
    FormatBatches made(format, *std::move(first));
    const bool activations = options.scope != CastScope::weights;
    // One scale over a batch, or random numbers counted along it, would make a picture's result depend on its
    // neighbours.
    const bool sharedScale = scalesActivations(format, options.scales.activations) && !options.scales.bounds;
    made.oneAtATime_ = made.mode() == RunMode::emulated && activations &&
                       (sharedScale || options.rounding.rounding == Rounding::stochastic);
    return made;
}

Result<LogitRows> FormatBatches::run(const at::Tensor& input, const RunControl& control) {
    if (!oneAtATime_) {
        auto output = first_.executor.run(input, control);
        if (!output && output.error().code == ErrorCode::cancelled) return std::move(output).error();
        if (output)
            if (auto rows = rowsOf(*output, input.size(0))) return *std::move(rows);
        // Exported with one picture baked in, as traced models may be.
        oneAtATime_ = true;
    }
    LogitRows all;
    for (std::int64_t i = 0; i < input.size(0); ++i) {
        auto rows = runAlone(input, i, control);
        if (!rows) return rows;
        all.classes = rows->classes;
        all.values.insert(all.values.end(), rows->values.begin(), rows->values.end());
    }
    return all;
}

Result<LogitRows> FormatBatches::runAlone(const at::Tensor& input, std::int64_t index, const RunControl& control) {
    auto output = first_.executor.run(input.narrow(0, index, 1), control);
    if (!output) return std::move(output).error();
    auto rows = rowsOf(*output, 1);
    if (!rows) return noLogits();
    return *std::move(rows);
}

}  // namespace mantissa
