#include "run/executor.h"

#include <ATen/ops/from_blob.h>
#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "run/dtypes.h"
#include "run/emulation.h"
#include "run/node_binding.h"
#include "run/operator_table.h"

namespace mantissa {
namespace {

/// LibTorch's message without its backtrace, first line only: the rest speaks to its own developers.
std::string firstLine(const std::exception& error) {
    const auto* torch = dynamic_cast<const c10::Error*>(&error);
    std::string text = torch ? torch->what_without_backtrace() : error.what();
    return text.substr(0, text.find('\n'));
}

/// How LibTorch says that it has no kernel of this dtype: by type from the dispatcher, by these words from inside a kernel.
bool saysNoKernel(const std::exception& error, const std::string& message) {
    if (dynamic_cast<const c10::NotImplementedError*>(&error)) return true;
    for (const char* words : {"not implemented for", "not supported for", "Unsupported dtype", "unsupported data type"})
        if (message.find(words) != std::string::npos) return true;
    return false;
}

Error nodeFailure(const Node& node, const std::exception& error) {
    const std::string message = firstLine(error);
    return {.code = saysNoKernel(error, message) ? ErrorCode::noKernel : ErrorCode::unsupported,
            .message = message,
            .where = node.op + " in layer " + (node.layer.empty() ? "(top)" : node.layer),
            .op = node.op,
            .layer = node.layer};
}

void appendTensors(const c10::IValue& value, std::vector<at::Tensor>& tensors) {
    if (value.isTensor() && value.toTensor().defined()) tensors.push_back(value.toTensor());
    if (value.isTensorList())
        for (const at::Tensor& t : value.toTensorVector()) tensors.push_back(t);
}

/// Bytes of the distinct storages among the values alive, weights left out.
std::int64_t liveBytes(const std::vector<c10::IValue>& slots, const std::unordered_set<const void*>& weightStorages) {
    std::unordered_set<const void*> seen;
    std::int64_t bytes = 0;
    std::vector<at::Tensor> tensors;
    for (const auto& value : slots) appendTensors(value, tensors);
    for (const auto& t : tensors) {
        const void* storage = t.storage().unsafeGetStorageImpl();
        if (!weightStorages.contains(storage) && seen.insert(storage).second) bytes += static_cast<std::int64_t>(t.storage().nbytes());
    }
    return bytes;
}

/// For each node, the values that nothing later reads.
std::vector<std::vector<ValueId>> deadAfter(const Graph& graph, const std::vector<BoundNode>& nodes) {
    std::vector<std::ptrdiff_t> lastUse(static_cast<std::size_t>(graph.valueCount), -1);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        for (const ValueId id : nodes[i].reads()) lastUse[static_cast<std::size_t>(id)] = static_cast<std::ptrdiff_t>(i);
        for (const ValueId id : graph.nodes[i].outputs)
            if (id >= 0) lastUse[static_cast<std::size_t>(id)] = static_cast<std::ptrdiff_t>(i);
    }
    for (const auto& weight : graph.weights) lastUse[static_cast<std::size_t>(weight.value)] = -1;
    for (const ValueId id : graph.outputs) lastUse[static_cast<std::size_t>(id)] = -1;
    std::vector<std::vector<ValueId>> dead(nodes.size());
    for (std::size_t id = 0; id < lastUse.size(); ++id)
        if (lastUse[id] >= 0) dead[static_cast<std::size_t>(lastUse[id])].push_back(static_cast<ValueId>(id));
    return dead;
}

}  // namespace

struct Executor::State {
    const Graph* graph = nullptr;
    PrecisionPlan plan;
    bool withGradients = false;
    std::vector<BoundNode> nodes;
    std::vector<std::vector<ValueId>> dead;
    std::vector<at::Tensor> weights;  // in the order of graph->weights
    std::unordered_set<const void*> weightStorages;
    std::vector<c10::IValue> slots;

    bool roundsActivations() const {
        return plan.kernels == PrecisionPlan::Kernels::emulated && plan.scope != CastScope::weights;
    }
    bool roundsWeights() const {
        return plan.kernels == PrecisionPlan::Kernels::emulated && plan.scope != CastScope::activations;
    }

    Status bind();
    Status castWeights();
    at::Tensor castInput(const at::Tensor& input) const;
    void roundOutputs(const BoundNode& bound, const std::vector<at::Tensor>& outputs);
    Result<at::Tensor> walk(const at::Tensor& input, const RunControl& control);
};

Status Executor::State::bind() {
    if (auto status = checkGraph(*graph); !status) return status;
    for (const Node& node : graph->nodes) {
        auto bound = BoundNode::bind(node);
        if (!bound) return std::move(bound).error();
        nodes.push_back(*std::move(bound));
    }
    dead = deadAfter(*graph, nodes);
    slots.resize(static_cast<std::size_t>(graph->valueCount));
    return Done{};
}

Status Executor::State::castWeights() {
    // FP32 is what training and emulation compute in; a native plan has a dtype of its own.
    const bool native = plan.kernels == PrecisionPlan::Kernels::native;
    const auto dtype = native ? nativeDType(plan.format) : std::optional(at::kFloat);
    if (!dtype)
        return Error{.code = ErrorCode::noKernel,
                     .message = "LibTorch has no dtype for " + plan.format.title + "; it can only be emulated"};
    for (const Weight& weight : graph->weights) {
        auto view = tensorView(weight.tensor);
        if (!view) return std::move(view).error();
        // A copy in every case: the file's pages must not change under a run, nor a run change them.
        const bool cast = weight.castable && view->is_floating_point();
        at::Tensor own = cast ? view->to(*dtype, /*non_blocking=*/false, /*copy=*/true) : view->clone();
        if (roundsWeights() && cast) roundWeight(own, plan);
        if (withGradients && weight.isParameter) own.requires_grad_(true);
        weightStorages.insert(own.storage().unsafeGetStorageImpl());
        slots[static_cast<std::size_t>(weight.value)] = own;
        weights.push_back(std::move(own));
    }
    return Done{};
}

at::Tensor Executor::State::castInput(const at::Tensor& input) const {
    if (plan.kernels == PrecisionPlan::Kernels::native) return input.to(*nativeDType(plan.format));
    if (!roundsActivations()) return input;
    at::Tensor own = input.clone();
    roundActivation(own, plan);
    return own;
}

void Executor::State::roundOutputs(const BoundNode& bound, const std::vector<at::Tensor>& outputs) {
    // A view shows values that are rounded already, and so does what an operator hands through (dropout at inference).
    if (bound.returnsView()) return;
    std::unordered_set<const void*> inputs;
    if (!bound.writesArgument()) {
        std::vector<at::Tensor> read;
        for (const ValueId id : bound.reads()) appendTensors(slots[static_cast<std::size_t>(id)], read);
        for (const auto& t : read) inputs.insert(t.storage().unsafeGetStorageImpl());
    }
    for (at::Tensor t : outputs)
        if (t.scalar_type() == at::kFloat && !inputs.contains(t.storage().unsafeGetStorageImpl())) roundActivation(t, plan);
}

Result<at::Tensor> Executor::State::walk(const at::Tensor& input, const RunControl& control) {
    slots[static_cast<std::size_t>(graph->inputs.at(0))] = castInput(input);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Node& node = graph->nodes[i];
        if (control.stop.stop_requested()) return Error{.code = ErrorCode::cancelled, .message = "stopped before " + node.layer};
        std::vector<at::Tensor> outputs;
        try {
            nodes[i].call(slots);
            for (const ValueId id : node.outputs)
                if (id >= 0) appendTensors(slots[static_cast<std::size_t>(id)], outputs);
            if (roundsActivations()) roundOutputs(nodes[i], outputs);
        } catch (const std::exception& error) {
            return nodeFailure(node, error);
        }
        if (control.observer)
            control.observer->afterNode(i, node, outputs,
                                        control.observer->wantsLiveBytes() ? liveBytes(slots, weightStorages) : -1);
        for (const ValueId id : dead[i]) slots[static_cast<std::size_t>(id)] = c10::IValue();
        if (control.progress) control.progress(i + 1, nodes.size());
    }
    return slots[static_cast<std::size_t>(graph->outputs.at(0))].toTensor();
}

Executor::Executor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;
Executor::~Executor() = default;

Result<Executor> Executor::prepare(const Graph& graph, const PrecisionPlan& plan) {
    auto state = std::make_unique<State>();
    state->graph = &graph;
    state->plan = plan;
    try {
        if (auto status = state->bind(); !status) return std::move(status).error();
        if (auto status = state->castWeights(); !status) return std::move(status).error();
    } catch (const std::exception& error) {
        return Error{.code = ErrorCode::unsupported, .message = "the weights cannot be cast to " + plan.format.title + ": " + firstLine(error)};
    }
    return Executor(std::move(state));
}

Result<Executor> Executor::prepareForTraining(const Graph& graph) {
    auto state = std::make_unique<State>();
    state->graph = &graph;
    state->withGradients = true;
    if (auto status = state->bind(); !status) return std::move(status).error();
    if (auto status = state->castWeights(); !status) return std::move(status).error();
    Executor executor(std::move(state));
    executor.setTraining(true);
    return executor;
}

Result<at::Tensor> Executor::run(const at::Tensor& input, const RunControl& control) {
    const c10::AutoGradMode gradients(state_->withGradients);
    auto result = state_->walk(input, control);
    // Whatever is left of a walk that ended early, and the result's own slot: the caller holds what it needs.
    std::unordered_set<ValueId> weightValues;
    for (const auto& weight : state_->graph->weights) weightValues.insert(weight.value);
    for (std::size_t id = 0; id < state_->slots.size(); ++id)
        if (!weightValues.contains(static_cast<ValueId>(id))) state_->slots[id] = c10::IValue();
    return result;
}

void Executor::setTraining(bool training) {
    for (auto& node : state_->nodes)
        for (const char* flag : {"training", "train"}) node.setFlag(flag, training);
}

std::unordered_map<std::string, at::Tensor> Executor::weights() const {
    std::unordered_map<std::string, at::Tensor> byName;
    for (std::size_t i = 0; i < state_->weights.size(); ++i) byName[state_->graph->weights[i].tensor.name] = state_->weights[i];
    return byName;
}

std::vector<std::string> Executor::parameterNames() const {
    std::vector<std::string> names;
    for (const auto& weight : state_->graph->weights)
        if (weight.isParameter) names.push_back(weight.tensor.name);
    return names;
}

std::int64_t Executor::heldWeightBytes() const {
    std::int64_t bytes = 0;
    for (const auto& weight : state_->weights) bytes += static_cast<std::int64_t>(weight.nbytes());
    return bytes;
}

std::optional<at::ScalarType> nativeDType(const Format& format) {
    if (format.name == "fp64") return at::kDouble;
    if (format.name == "fp32") return at::kFloat;
    if (format.name == "fp16") return at::kHalf;
    if (format.name == "bf16") return at::kBFloat16;
    return std::nullopt;
}

Result<at::Tensor> tensorView(const TensorRecord& record) {
    const auto dtype = scalarType(record.dtype);
    if (!dtype)
        return Error{.code = ErrorCode::unsupported,
                     .message = "LibTorch has no type " + std::string(dtypeName(record.dtype)),
                     .where = "tensor " + record.name};
    // The record's bytes were checked against shape and strides when it was read; an empty tensor may have no address.
    static std::byte nothing{};
    void* data = const_cast<std::byte*>(record.bytes.empty() ? &nothing : record.bytes.data());
    return at::for_blob(data, record.shape)
        .strides(record.strides.empty() ? at::OptionalIntArrayRef() : at::OptionalIntArrayRef(record.strides))
        .deleter([owner = record.owner](void*) mutable { owner.reset(); })
        .options(at::TensorOptions().dtype(*dtype))
        .make_tensor();
}

}  // namespace mantissa
