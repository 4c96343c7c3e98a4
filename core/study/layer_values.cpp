#include "study/layer_values.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "run/executor.h"
#include "study/calibrator.h"
#include "study/format_runner.h"
#include "study/layer_walks.h"
#include "study/module_tree.h"
#include "study/study_input.h"
#include "study/thread_count.h"

namespace mantissa {
namespace {

double distance(float exact, float rounded) {
    if (exact == rounded || (std::isnan(exact) && std::isnan(rounded))) return 0;
    if (!std::isfinite(exact)) return 0;  // what is not finite in FP32 is not the format's doing
    if (!std::isfinite(rounded)) return std::numeric_limits<double>::infinity();
    return std::abs(static_cast<double>(rounded) - static_cast<double>(exact));
}

std::vector<std::int64_t> positionOf(std::size_t element, const std::vector<std::int64_t>& shape) {
    std::vector<std::int64_t> position(shape.size());
    auto left = static_cast<std::int64_t>(element);
    for (std::size_t i = shape.size(); i-- > 0;) {
        position[i] = left % shape[i];
        left /= shape[i];
    }
    return position;
}

/// Takes tensors one after the other; keeps of them what the report says.
class SpreadCollector {
  public:
    SpreadCollector(const Format& format, std::size_t worst) : format_(format), most_(worst) {}

    void take(const std::string& name, const at::Tensor& exact, const at::Tensor& rounded, const CastCounts& casts) {
        const at::Tensor before = exact.to(at::kFloat).contiguous(), after = rounded.to(at::kFloat).contiguous();
        const auto count = static_cast<std::size_t>(before.numel());
        const std::span<const float> a(static_cast<const float*>(before.const_data_ptr()), count);
        const std::span<const float> b(static_cast<const float*>(after.const_data_ptr()), count);
        ++spread.tensors;
        spread.magnitudes.add(countMagnitudes(a));
        spread.range.add(magnitudeRange(a));
        spread.casts.add(casts);
        spread.error.add(arrayError(a, b, format_));
        keepWorst(name, a, b, before.sizes().vec());
    }

    ValueSpread spread;

  private:
    static bool isWorse(const WorstElement& a, const WorstElement& b) { return a.error > b.error; }

    /// A heap with the least bad of the kept at its front.
    void keepWorst(const std::string& name, std::span<const float> exact, std::span<const float> rounded,
                   const std::vector<std::int64_t>& shape) {
        auto& worst = spread.worst;
        for (std::size_t i = 0; i < exact.size() && most_ > 0; ++i) {
            const double error = distance(exact[i], rounded[i]);
            if (error == 0 || (worst.size() == most_ && error <= worst.front().error)) continue;
            if (worst.size() == most_) {
                std::pop_heap(worst.begin(), worst.end(), isWorse);
                worst.pop_back();
            }
            worst.push_back({name, positionOf(i, shape), exact[i], rounded[i], error});
            std::push_heap(worst.begin(), worst.end(), isWorse);
        }
    }

    const Format& format_;
    std::size_t most_;
};

class LayerValuesStudy {
  public:
    LayerValuesStudy(const LayerValuesRequest& request, std::stop_token stop, const Progress& progress)
        : request_(request),
          stop_(std::move(stop)),
          progress_(progress),
          tree_(request.model->graph),
          weights_(request.format, request.worst),
          activations_(request.format, request.worst) {}

    Result<LayerValues> run();

  private:
    void takeWeights(const Executor& reference, const Executor& rounded);
    Status walk(Executor& reference, Executor& rounded, const at::Tensor& input);
    bool isBelow(int module) const;

    const Graph& graph() const { return request_.model->graph; }

    const LayerValuesRequest& request_;
    std::stop_token stop_;
    const Progress& progress_;
    ModuleTree tree_;
    int module_ = 0;
    SpreadCollector weights_, activations_;
};

/// Whether a module is the one that was asked for, or lies below it.
bool LayerValuesStudy::isBelow(int module) const {
    while (module >= 0 && module != module_) module = tree_.modules()[static_cast<std::size_t>(module)].parent;
    return module >= 0;
}

void LayerValuesStudy::takeWeights(const Executor& reference, const Executor& rounded) {
    const auto exact = reference.weights(), made = rounded.weights();
    for (std::size_t i = 0; i < graph().weights.size(); ++i) {
        const Weight& weight = graph().weights[i];
        const std::string& name = weight.tensor.name;
        if ((!weight.isParameter && !weight.persistent) || !isBelow(tree_.ofWeight(name))) continue;
        const at::Tensor& before = exact.at(name);
        if (!before.is_floating_point()) continue;
        weights_.take(name, before, made.at(name), rounded.weightCasts(i));
    }
}

Status LayerValuesStudy::walk(Executor& reference, Executor& rounded, const at::Tensor& input) {
    // Of modules with the same nodes, the innermost stands for all of them on their lane.
    int walked = module_;
    while (tree_.modules()[static_cast<std::size_t>(walked)].twin >= 0)
        walked = tree_.modules()[static_cast<std::size_t>(walked)].twin;
    const ModuleNode& module = tree_.modules()[static_cast<std::size_t>(walked)];
    const ValueFlow flow(graph(), tree_, reference);
    const auto isOwn = [&](ValueId id) {
        if (flow.isInput(id)) return false;
        return !flow.isMade(id) || tree_.onLane(flow.producer(id), module.lane) == walked;
    };
    if (auto status = reference.begin(input); !status) return status;
    for (std::size_t i = 0; i <= module.last; ++i) {
        const Node& node = graph().nodes[i];
        if (stop_.stop_requested())
            return Error{.code = ErrorCode::cancelled, .message = "stopped before " + node.layer};
        if (progress_)
            progress_({.stage = "Values of " + request_.layer,
                       .done = static_cast<std::int64_t>(i),
                       .total = static_cast<std::int64_t>(module.last + 1)});
        const bool within = isBelow(tree_.ofNode(i));
        CastCounts casts;
        if (within)
            if (auto status = rounded.stepOn(reference, i, isOwn, &casts); !status) return status;
        if (auto status = reference.step(i); !status) return status;
        const bool isNew = casts.values > 0;
        for (const ValueId id : node.outputs) {
            // Views and what is handed through are no new values.
            if (!within || !isNew || id < 0) continue;
            const at::Tensor exact = reference.floatingValue(id), made = rounded.floatingValue(id);
            if (!exact.defined() || !made.defined() || exact.sizes() != made.sizes()) continue;
            activations_.take(node.op.substr(node.op.rfind(':') + 1), exact, made, std::exchange(casts, {}));
        }
        for (const ValueId id : flow.dead(module.lane, i)) rounded.drop(id);
        reference.release(i);
    }
    return Done{};
}

Result<LayerValues> LayerValuesStudy::run() {
    if (request_.threads < 0) return badRequest("the number of threads cannot be negative");
    const ThreadCount threads(request_.threads);
    if (graph().nodes.empty()) return badRequest("the model has no layers");
    module_ = tree_.find(request_.layer);
    if (module_ < 0) return badRequest("is no layer of this model; `mantissa layers` lists them", request_.layer);
    if (auto status = checkOverrides(graph(), request_.overrides); !status) return std::move(status).error();
    auto input = takeInput(*request_.model, request_.image, request_.tensor, request_.preprocessing);
    if (!input) return std::move(input).error();
    Calibrator calibrator(graph(), input->tensor, input->preprocessing, request_.scales);
    auto scales = calibrator.scalesFor(request_.format, request_.rounding, {.stop = stop_});
    if (!scales) return std::move(scales).error();
    auto reference = Executor::prepare(graph(), {});
    if (!reference) return std::move(reference).error();
    auto rounded = reference->sibling({.format = request_.format,
                                       .kernels = PrecisionPlan::Kernels::emulated,
                                       .rounding = request_.rounding,
                                       .overrides = request_.overrides,
                                       .scales = *scales});
    if (!rounded) return std::move(rounded).error();
    takeWeights(*reference, *rounded);
    if (auto status = walk(*reference, *rounded, input->tensor); !status) return std::move(status).error();

    LayerValues values{.layer = request_.layer, .format = request_.format, .weights = {}, .activations = {}};
    for (auto* spread : {&weights_.spread, &activations_.spread})
        std::sort(spread->worst.begin(), spread->worst.end(),
                  [](const WorstElement& a, const WorstElement& b) { return a.error > b.error; });
    values.weights = std::move(weights_.spread);
    values.activations = std::move(activations_.spread);
    constexpr std::size_t kMatrix = 2;  // dimensions
    const bool blocks = request_.format.blockSize > 0;
    values.weightsScaled = blocks || weightGrain(request_.format, kMatrix, request_.scales.weights) != ScaleGrain::none;
    values.activationsScaled = blocks || scalesActivations(request_.format, request_.scales.activations);
    return values;
}

}  // namespace

Result<LayerValues> layerValues(const LayerValuesRequest& request, std::stop_token stop, const Progress& progress) {
    if (!request.model) return badRequest("there is no model to look into");
    try {
        return LayerValuesStudy(request, std::move(stop), progress).run();
    } catch (const std::exception& exception) {
        return errorFrom(exception, request.model->path.string());
    }
}

}  // namespace mantissa
