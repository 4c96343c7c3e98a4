#include "study/calibrator.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>

#include "run/emulation.h"
#include "study/picture_batch.h"
#include "study/study_input.h"

namespace mantissa {
namespace {

constexpr std::size_t kBins = 2048;
constexpr int kTries = 96;  // of bounds for the least error, evenly spread up to the largest

/// Calls `see` with the finite values of a floating FP32 tensor.
template <class See>
void eachValue(const at::Tensor& tensor, See see) {
    if (!tensor.defined() || tensor.scalar_type() != at::kFloat) return;
    const at::Tensor packed = tensor.contiguous();
    const auto* values = static_cast<const float*>(packed.const_data_ptr());
    for (std::int64_t i = 0; i < packed.numel(); ++i)
        if (std::isfinite(values[i])) see(values[i]);
}

std::size_t binOf(float x, float low, float high) {
    const double share =
        (static_cast<double>(x) - static_cast<double>(low)) / (static_cast<double>(high) - static_cast<double>(low));
    return std::min(kBins - 1, static_cast<std::size_t>(std::max(share, 0.0) * static_cast<double>(kBins)));
}

}  // namespace

/// Widens bounds by what it sees.
class Calibrator::Range : public ExecutionObserver {
  public:
    explicit Range(std::vector<Values>& nodes) : nodes_(nodes) {}
    void afterNode(std::size_t index, const Node&, const std::vector<at::Tensor>& outputs, std::int64_t) override {
        for (const auto& output : outputs) widen(nodes_[index], output);
    }
    static void widen(Values& values, const at::Tensor& tensor) {
        eachValue(tensor, [&](float x) {
            values.low = std::min(values.low, x);
            values.high = std::max(values.high, x);
        });
    }

  private:
    std::vector<Values>& nodes_;
};

/// Counts what it sees between the bounds.
class Calibrator::Counter : public ExecutionObserver {
  public:
    explicit Counter(std::vector<Values>& nodes) : nodes_(nodes) {}
    void afterNode(std::size_t index, const Node&, const std::vector<at::Tensor>& outputs, std::int64_t) override {
        for (const auto& output : outputs) count(nodes_[index], output);
    }
    static void count(Values& values, const at::Tensor& tensor) {
        values.counts.resize(kBins);
        if (values.low == values.high) return;
        eachValue(tensor, [&](float x) { ++values.counts[binOf(x, values.low, values.high)]; });
    }

  private:
    std::vector<Values>& nodes_;
};

Calibrator::Calibrator(const Graph& graph, const at::Tensor& input, const Preprocessing& preprocessing,
                       const QuantizationOptions& options)
    : graph_(graph), input_(input), preprocessing_(preprocessing), options_(options) {}

Status Calibrator::runAll(Executor& executor, ExecutionObserver& observer, const RunControl& control,
                          const std::function<void(const at::Tensor&)>& seeInput) {
    const auto run = [&](const at::Tensor& input) -> Status {
        seeInput(input);
        auto output = executor.run(input, {.stop = control.stop, .observer = &observer});
        if (!output) return std::move(output).error();
        return Done{};
    };
    if (!options_.pictures) return run(input_);
    const std::size_t all = options_.pictures->size();
    const std::size_t count = std::min(all, static_cast<std::size_t>(std::max(options_.mostPictures, 1)));
    std::size_t read = 0;
    std::string reason;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t index = i * all / count;
        const PictureBatch one = loadBatch(*options_.pictures, preprocessing_, index, index + 1);
        if (one.pictures.empty()) {
            reason = one.skipped.front().reason;
            continue;
        }
        ++read;
        if (auto status = run(one.input); !status) return status;
        if (control.progress) control.progress(i + 1, count);
    }
    if (read > 0) return Done{};
    return Error{.code = ErrorCode::unreadable,
                 .message = "none of the pictures to calibrate on can be read; the last one " + reason,
                 .where = options_.pictures->path().string()};
}

Status Calibrator::observe(const RunControl& control) {
    auto executor = Executor::prepare(graph_, {});
    if (!executor) return std::move(executor).error();
    nodes_.assign(graph_.nodes.size(), {});
    Range range(nodes_);
    if (auto status = runAll(*executor, range, control, [&](const at::Tensor& x) { Range::widen(inputValues_, x); });
        !status)
        return status;
    if (options_.calibration == Calibration::percentile || options_.calibration == Calibration::minimumMse) {
        Counter counter(nodes_);
        if (auto status =
                runAll(*executor, counter, control, [&](const at::Tensor& x) { Counter::count(inputValues_, x); });
            !status)
            return status;
    }
    observed_ = true;
    return Done{};
}

/// Symmetric scales: the magnitude that the share does not exceed. Affine ones leave as much out at either end.
ValueBounds Calibrator::percentileOf(const Values& values, const Format& format) const {
    const double width =
        (static_cast<double>(values.high) - static_cast<double>(values.low)) / static_cast<double>(kBins);
    const auto all = std::accumulate(values.counts.begin(), values.counts.end(), std::int64_t{0});
    const double left = static_cast<double>(all) * (1 - options_.percentile / 100);
    std::size_t low = 0, high = kBins;
    const auto end = [&](std::size_t bin) {
        return static_cast<double>(values.low) + width * static_cast<double>(bin);
    };
    const bool affine = format.scaling == Scaling::affine;
    double out = 0, outLow = 0, outHigh = 0;
    while (low < high) {
        // The bin that lies farther out goes first; of affine formats, each end has half of what may go.
        const bool dropsHigh = affine ? outHigh <= outLow : std::abs(end(high)) >= std::abs(end(low));
        const auto count = static_cast<double>(values.counts[dropsHigh ? high - 1 : low]);
        if (out + count > left) break;
        out += count;
        (dropsHigh ? outHigh : outLow) += count;
        if (dropsHigh)
            --high;
        else
            ++low;
    }
    return {.low = std::min(0.0F, static_cast<float>(end(low))), .high = std::max(0.0F, static_cast<float>(end(high)))};
}

/// Goes through bounds that are shares of the whole range. Each bin's values count as its middle.
ValueBounds Calibrator::leastErrorOf(const Values& values, const Format& format, const RoundOptions& rounding) const {
    const double width =
        (static_cast<double>(values.high) - static_cast<double>(values.low)) / static_cast<double>(kBins);
    std::vector<float> middles;
    std::vector<std::int64_t> counts;
    for (std::size_t bin = 0; bin < kBins; ++bin)
        if (values.counts[bin] > 0) {
            middles.push_back(
                static_cast<float>(static_cast<double>(values.low) + width * (static_cast<double>(bin) + 0.5)));
            counts.push_back(values.counts[bin]);
        }
    ValueBounds best{values.low, values.high};
    double least = std::numeric_limits<double>::infinity();
    at::Tensor rounded = at::empty({static_cast<std::int64_t>(middles.size())}, at::kFloat);
    const std::span<float> y(static_cast<float*>(rounded.mutable_data_ptr()), middles.size());
    for (int i = kTries; i > 0; --i) {
        const float share = static_cast<float>(i) / static_cast<float>(kTries);
        const ValueBounds bounds{values.low * share, values.high * share};
        std::copy(middles.begin(), middles.end(), y.begin());
        roundActivation(rounded, format, rounding, {.grain = ScaleGrain::tensor, .bounds = &bounds});
        double error = 0;
        for (std::size_t k = 0; k < middles.size(); ++k) {
            const double delta = static_cast<double>(y[k]) - static_cast<double>(middles[k]);
            error += delta * delta * static_cast<double>(counts[k]);
        }
        if (error < least) {
            least = error;
            best = bounds;
        }
    }
    return best;
}

ValueBounds Calibrator::boundsOf(const Values& values, const Format& format, const RoundOptions& rounding) const {
    const bool empty = values.low == values.high;
    if (!empty && options_.calibration == Calibration::percentile) return percentileOf(values, format);
    if (!empty && options_.calibration == Calibration::minimumMse) return leastErrorOf(values, format, rounding);
    return {values.low, values.high};
}

Result<ScaleOptions> Calibrator::scalesFor(const Format& format, const RoundOptions& rounding,
                                           const RunControl& control) {
    ScaleOptions scales{.weights = options_.weights, .activations = options_.activations, .bounds = nullptr};
    if (options_.calibration == Calibration::dynamic || !scalesActivations(format, options_.activations)) return scales;
    if (!(options_.percentile > 50 && options_.percentile <= 100))
        return badRequest("a percentile lies above 50 and up to 100");
    if (!observed_)
        if (auto status = observe(control); !status) return std::move(status).error();
    auto bounds = std::make_shared<ActivationBounds>();
    bounds->input = boundsOf(inputValues_, format, rounding);
    for (const Values& values : nodes_) {
        if (control.stop.stop_requested()) return Error{.code = ErrorCode::cancelled, .message = "stopped"};
        bounds->nodes.push_back(boundsOf(values, format, rounding));
    }
    scales.bounds = std::move(bounds);
    return scales;
}

}  // namespace mantissa
