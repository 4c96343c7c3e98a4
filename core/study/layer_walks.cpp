#include "study/layer_walks.h"

#include <array>
#include <span>
#include <utility>

#include "run/dtypes.h"
#include "run/memory_limit.h"

namespace mantissa {
namespace {

using Kernels = PrecisionPlan::Kernels;

constexpr std::array kScopes{CastScope::weights, CastScope::activations, CastScope::weightsAndActivations};

PrecisionPlan emulatedPlan(const LayerWalks::Plan& plan, CastScope scope) {
    return {.format = plan.format,
            .kernels = Kernels::emulated,
            .scope = scope,
            .rounding = plan.rounding,
            .overrides = plan.overrides,
            .scales = plan.scales};
}

std::span<const float> floatsOf(const at::Tensor& packed) {
    return {static_cast<const float*>(packed.const_data_ptr()), static_cast<std::size_t>(packed.numel())};
}

at::Tensor packedFloats(const at::Tensor& tensor) { return tensor.to(at::kFloat).contiguous(); }

Error cancelledAt(const Node& node) { return {.code = ErrorCode::cancelled, .message = "stopped at " + node.layer}; }

}  // namespace

ValueFlow::ValueFlow(const Graph& graph, const ModuleTree& tree, const Executor& executor)
    : producer_(static_cast<std::size_t>(graph.valueCount), -1),
      staysIn_(static_cast<std::size_t>(graph.valueCount), -1),
      input_(graph.inputs.at(0)) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
        for (const ValueId id : graph.nodes[i].outputs)
            if (id >= 0) {
                producer_[static_cast<std::size_t>(id)] = static_cast<std::ptrdiff_t>(i);
                staysIn_[static_cast<std::size_t>(id)] = tree.ofNode(i);
            }
    const auto& modules = tree.modules();
    const auto common = [&](int a, int b) {
        while (a != b) {
            int& deeper =
                modules[static_cast<std::size_t>(a)].depth >= modules[static_cast<std::size_t>(b)].depth ? a : b;
            deeper = modules[static_cast<std::size_t>(deeper)].parent;
        }
        return a;
    };
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
        for (const ValueId id : executor.reads(i))
            if (isMade(id)) {
                int& stays = staysIn_[static_cast<std::size_t>(id)];
                stays = common(stays, tree.ofNode(i));
            }
    for (const ValueId id : graph.outputs) staysIn_[static_cast<std::size_t>(id)] = -1;

    for (int lane = 0; lane < tree.lanes(); ++lane) {
        std::vector<std::ptrdiff_t> last = producer_;
        for (std::size_t i = 0; i < graph.nodes.size(); ++i)
            for (const ValueId id : executor.reads(i))
                if (isMade(id) && tree.onLane(producer(id), lane) == tree.onLane(i, lane))
                    last[static_cast<std::size_t>(id)] = static_cast<std::ptrdiff_t>(i);
        auto& dead = dead_.emplace_back(graph.nodes.size());
        for (std::size_t id = 0; id < last.size(); ++id)
            if (last[id] >= 0 && tree.onLane(producer(static_cast<ValueId>(id)), lane) >= 0)
                dead[static_cast<std::size_t>(last[id])].push_back(static_cast<ValueId>(id));
    }
}

LayerWalks::LayerWalks(const Graph& graph, const ModuleTree& tree, const Format& format, Executor reference)
    : graph_(&graph), tree_(&tree), format_(format), reference_(std::move(reference)), flow_(graph, tree, reference_) {}

Result<LayerWalks> LayerWalks::prepare(const Graph& graph, const ModuleTree& tree, const Plan& plan) {
    auto reference = Executor::prepare(graph, {});
    if (!reference) return std::move(reference).error();
    LayerWalks walks(graph, tree, plan.format, *std::move(reference));
    walks.lanes_.resize(static_cast<std::size_t>(tree.lanes()));
    for (const CastScope scope : kScopes) {
        const PrecisionPlan rounded = emulatedPlan(plan, scope);
        auto whole = walks.reference_.sibling(rounded);
        if (!whole) return std::move(whole).error();
        walks.cumulative_.push_back(*std::move(whole));
        for (auto& lane : walks.lanes_) {
            auto part = walks.reference_.sibling(rounded);
            if (!part) return std::move(part).error();
            lane.push_back(*std::move(part));
        }
    }
    if (nativeDType(plan.format) && !holdsEveryFp32(plan.format))
        if (auto status = walks.prepareNative(plan); !status) walks.giveUpNative(std::move(status).error());
    walks.limitMemory();
    return walks;
}

Status LayerWalks::prepareNative(const Plan& plan) {
    const PrecisionPlan native{.format = plan.format, .overrides = plan.overrides};
    auto whole = reference_.sibling(native);
    if (!whole) return std::move(whole).error();
    native_ = *std::move(whole);
    for (int lane = 0; lane < tree_->lanes(); ++lane) {
        auto part = reference_.sibling(native);
        if (!part) return std::move(part).error();
        nativeLanes_.push_back(*std::move(part));
    }
    return Done{};
}

/// The walks share what one may take.
void LayerWalks::limitMemory() {
    const auto walks =
        static_cast<std::int64_t>(1 + cumulative_.size() * (1 + lanes_.size()) + 1 + nativeLanes_.size());
    const std::int64_t each = activationBudget() / walks;
    reference_.limitActivations(each);
    for (auto& walk : cumulative_) walk.limitActivations(each);
    for (auto& lane : lanes_)
        for (auto& walk : lane) walk.limitActivations(each);
    if (native_) native_->limitActivations(each);
    for (auto& walk : nativeLanes_) walk.limitActivations(each);
}

Status LayerWalks::begin(const at::Tensor& input, CastCounts& casts) {
    if (auto status = reference_.begin(input); !status) return status;
    for (auto& walk : cumulative_)
        if (auto status = walk.begin(input, &walk == &cumulative_.back() ? &casts : nullptr); !status) return status;
    return native_ ? native_->begin(input) : Done{};
}

/// Each module that the node lies in, on the FP32 values that reach the module.
Status LayerWalks::stepLanes(std::size_t index, const std::stop_token& stop) {
    for (int lane = 0; lane < tree_->lanes(); ++lane) {
        const int module = tree_->onLane(index, lane);
        if (module < 0) break;
        const auto isOwn = [&](ValueId id) {
            if (flow_.isInput(id)) return false;
            return !flow_.isMade(id) || tree_->onLane(flow_.producer(id), lane) == module;
        };
        for (auto& walk : lanes_[static_cast<std::size_t>(lane)]) {
            if (stop.stop_requested()) return cancelledAt(graph_->nodes[index]);
            if (auto status = walk.stepOn(reference_, index, isOwn); !status) return status;
        }
        if (!native_) continue;
        if (auto status = nativeLanes_[static_cast<std::size_t>(lane)].stepOn(reference_, index, isOwn); !status)
            giveUpNative(std::move(status).error());
    }
    return Done{};
}

void LayerWalks::giveUpNative(Error error) {
    nativeError_ = std::move(error);
    native_.reset();
    nativeLanes_.clear();
}

void LayerWalks::compareValue(std::size_t index, ValueId id, Step& step) const {
    const at::Tensor reference = reference_.floatingValue(id);
    if (!reference.defined()) return;
    step.shape = reference.sizes().vec();
    const at::Tensor packed = packedFloats(reference);
    // Views and what is handed through are no new values.
    if (step.casts.values > 0) step.magnitudes.add(magnitudeRange(floatsOf(packed)));
    const auto errorOf = [&](const Executor& walk) {
        const at::Tensor value = walk.floatingValue(id);
        if (!value.defined() || value.sizes() != reference.sizes()) return ArrayError{};
        const at::Tensor own = packedFloats(value);
        return arrayError(floatsOf(packed), floatsOf(own), format_);
    };
    const auto errorsOf = [&](const std::vector<Executor>& walks, const Executor* native) {
        LayerError error{
            .weights = errorOf(walks[0]), .activations = errorOf(walks[1]), .both = errorOf(walks[2]), .native = {}};
        if (native) error.native = errorOf(*native);
        return error;
    };
    int lane = -1;
    LayerError local, cumulative;
    const int stays = flow_.staysIn(id);
    for (int module = tree_->ofNode(index); module >= 0 && module != stays;) {
        const ModuleNode& one = tree_->modules()[static_cast<std::size_t>(module)];
        if (lane < 0) cumulative = errorsOf(cumulative_, native_ ? &*native_ : nullptr);
        if (one.lane != lane)
            local = errorsOf(lanes_[static_cast<std::size_t>(one.lane)],
                             native_ ? &nativeLanes_[static_cast<std::size_t>(one.lane)] : nullptr);
        lane = one.lane;
        step.compared.push_back({module, local, cumulative});
        module = one.parent;
    }
}

void LayerWalks::dropDead(std::size_t index) {
    for (int lane = 0; lane < tree_->lanes(); ++lane)
        for (const ValueId id : flow_.dead(lane, index)) {
            for (auto& walk : lanes_[static_cast<std::size_t>(lane)]) walk.drop(id);
            if (native_) nativeLanes_[static_cast<std::size_t>(lane)].drop(id);
        }
    reference_.release(index);
    for (auto& walk : cumulative_) walk.release(index);
    if (native_) native_->release(index);
}

Result<LayerWalks::Step> LayerWalks::step(std::size_t index, const std::stop_token& stop) {
    if (stop.stop_requested()) return cancelledAt(graph_->nodes[index]);
    if (auto status = stepLanes(index, stop); !status) return std::move(status).error();
    if (auto status = reference_.step(index); !status) return std::move(status).error();
    Step step;
    for (auto& walk : cumulative_) {
        if (stop.stop_requested()) return cancelledAt(graph_->nodes[index]);
        if (auto status = walk.step(index, &walk == &cumulative_.back() ? &step.casts : nullptr); !status)
            return std::move(status).error();
    }
    if (native_)
        if (auto status = native_->step(index); !status) giveUpNative(std::move(status).error());
    for (const ValueId id : graph_->nodes[index].outputs)
        if (id >= 0) compareValue(index, id, step);
    dropDead(index);
    return step;
}

}  // namespace mantissa
