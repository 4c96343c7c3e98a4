#include "run/executor.h"

#include <ATen/ops/from_blob.h>
#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "run/dtypes.h"
#include "run/emulation.h"
#include "run/memory_limit.h"
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

/// How LibTorch says that it has no kernel of this dtype: by type from the dispatcher, by these words from inside a
/// kernel.
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
        if (!weightStorages.contains(storage) && seen.insert(storage).second)
            bytes += static_cast<std::int64_t>(t.storage().nbytes());
    }
    return bytes;
}

/// For each node, the values that nothing later reads.
std::vector<std::vector<ValueId>> deadAfter(const Graph& graph, const std::vector<BoundNode>& nodes) {
    std::vector<std::ptrdiff_t> lastUse(static_cast<std::size_t>(graph.valueCount), -1);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        for (const ValueId id : nodes[i].reads())
            lastUse[static_cast<std::size_t>(id)] = static_cast<std::ptrdiff_t>(i);
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
    /// A value that comes from a part of the model that runs in another dtype.
    struct Crossing {
        ValueId value;
        at::ScalarType from;
    };

    const Graph* graph = nullptr;
    PrecisionPlan plan;
    bool withGradients = false;
    std::vector<BoundNode> nodes;
    std::vector<std::vector<ValueId>> dead;
    std::vector<at::Tensor> weights;  // in the order of graph->weights
    std::unordered_set<const void*> weightStorages;
    std::vector<c10::IValue> slots;
    std::int64_t budget = activationBudget();
    std::vector<ValueId> transient;                // values that are no weights
    std::vector<std::vector<Crossing>> crossings;  // by node; empty where the whole model has one dtype

    bool isNative() const { return plan.kernels == PrecisionPlan::Kernels::native; }
    bool roundsActivations() const { return !isNative() && plan.scope != CastScope::weights; }
    bool roundsWeights() const { return !isNative() && plan.scope != CastScope::activations; }

    Status bind();
    Status checkFormats() const;
    Status checkProgram() const;
    Status castWeights();
    void bindDTypes();
    at::Tensor castInput(const at::Tensor& input) const;
    void call(std::size_t index, const std::stop_token& stop);
    void checkBudget(const std::vector<at::Tensor>& outputs) const;
    void roundOutputs(std::size_t index, const std::vector<at::Tensor>& outputs) const;
    Result<at::Tensor> walk(const at::Tensor& input, const RunControl& control);

    const Format& formatOfNode(std::size_t index) const { return formatFor(plan, graph->nodes[index].layer); }

    /// Each tensor gets a stretch of the random numbers of its own: their counter's upper half tells which.
    RoundOptions roundingOf(std::uint64_t tensor) const {
        RoundOptions options = plan.rounding;
        options.index += tensor << 32;
        return options;
    }
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
    std::vector<bool> isWeight(slots.size(), false);
    for (const auto& weight : graph->weights) isWeight[static_cast<std::size_t>(weight.value)] = true;
    for (std::size_t id = 0; id < slots.size(); ++id)
        if (!isWeight[id]) transient.push_back(static_cast<ValueId>(id));
    return Done{};
}

Status Executor::State::checkFormats() const {
    const auto check = [this](const Format& format) -> Status {
        if (isNative() && !nativeDType(format))
            return Error{.code = ErrorCode::noKernel,
                         .message = "LibTorch has no dtype for " + format.title + "; it can only be emulated"};
        if (!isNative() && holdsEveryFp32(format) && (format.exponentBits > 8 || format.fractionBits > 23))
            return Error{.code = ErrorCode::unsupported,
                         .message = format.title +
                                    " is finer than FP32, in which emulation computes; it runs natively or not at all"};
        return Done{};
    };
    if (auto status = check(plan.format); !status) return status;
    for (const auto& layer : plan.overrides)
        if (auto status = check(layer.format); !status) return status;
    return checkProgram();
}

/// A program that runs as a whole shows no values on its way that could be rounded, and no layers.
Status Executor::State::checkProgram() const {
    const bool whole =
        std::any_of(graph->nodes.begin(), graph->nodes.end(), [](const Node& node) { return node.op == kProgramOp; });
    if (!whole || (!roundsActivations() && plan.overrides.empty())) return Done{};
    return Error{.code = ErrorCode::unsupported,
                 .message =
                     "this model's program decides by its data what to compute, so it runs as a whole with "
                     "native kernels; " +
                     std::string(plan.overrides.empty() ? plan.format.title + " can be emulated for its weights alone"
                                                        : "its layers cannot take formats of their own")};
}

/// Where a native plan mixes dtypes: which values each node takes over from another one.
void Executor::State::bindDTypes() {
    if (!isNative() || withGradients) return;
    for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i].castBackTo(*nativeDType(formatOfNode(i)));
    if (plan.overrides.empty()) return;
    std::vector<at::ScalarType> dtypes(slots.size(), *nativeDType(plan.format));
    for (const auto& weight : graph->weights)
        dtypes[static_cast<std::size_t>(weight.value)] = *nativeDType(formatFor(plan, weight.tensor.name));
    crossings.resize(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto own = *nativeDType(formatOfNode(i));
        for (const ValueId id : nodes[i].reads())
            if (const auto from = dtypes[static_cast<std::size_t>(id)]; from != own) crossings[i].push_back({id, from});
        for (const ValueId id : graph->nodes[i].outputs)
            if (id >= 0)
                dtypes[static_cast<std::size_t>(id)] =
                    nodes[i].writesArgument() ? dtypes[static_cast<std::size_t>(nodes[i].reads().at(0))] : own;
    }
}

Status Executor::State::castWeights() {
    for (std::size_t i = 0; i < graph->weights.size(); ++i) {
        const Weight& weight = graph->weights[i];
        const Format& format = formatFor(plan, weight.tensor.name);
        // FP32 is what training and emulation compute in; a native plan has dtypes of its own.
        const at::ScalarType dtype = isNative() ? *nativeDType(format) : at::kFloat;
        auto view = tensorView(weight.tensor);
        if (!view) return std::move(view).error();
        // A copy in every case: the file's pages must not change under a run, nor a run change them.
        const bool cast = weight.castable && view->is_floating_point();
        at::Tensor own = cast ? view->to(dtype, /*non_blocking=*/false, /*copy=*/true) : view->clone();
        if (roundsWeights() && cast) roundWeight(own, format, roundingOf((std::uint64_t{1} << 31) + i));
        if (withGradients && weight.isParameter) own.requires_grad_(true);
        weightStorages.insert(own.storage().unsafeGetStorageImpl());
        slots[static_cast<std::size_t>(weight.value)] = own;
        weights.push_back(std::move(own));
    }
    return Done{};
}

at::Tensor Executor::State::castInput(const at::Tensor& input) const {
    if (isNative()) return input.to(*nativeDType(plan.format));
    if (!roundsActivations()) return input;
    at::Tensor own = input.clone();
    roundActivation(own, plan.format, roundingOf(0));
    return own;
}

void Executor::State::call(std::size_t index, const std::stop_token& stop) {
    if (crossings.empty() || crossings[index].empty() || nodes[index].writesArgument())
        return nodes[index].call(slots, stop);
    // Only what still has the dtype of the part it comes from is cast: a deliberate upcast, a mask or an index stays
    // what it is, and so does a number in tensor's clothing, which takes no part in type promotion.
    struct Originals {
        std::vector<c10::IValue>& slots;
        std::vector<std::pair<ValueId, c10::IValue>> kept{};
        ~Originals() {  // weights must come back even where the operator throws
            for (auto& [value, original] : kept) slots[static_cast<std::size_t>(value)] = std::move(original);
        }
    } originals{slots};
    for (const auto& [value, from] : crossings[index]) {
        c10::IValue& slot = slots[static_cast<std::size_t>(value)];
        if (!slot.isTensor() || slot.toTensor().scalar_type() != from || slot.toTensor().dim() == 0) continue;
        originals.kept.emplace_back(value, slot);
        slot = slot.toTensor().to(*nativeDType(formatOfNode(index)));
    }
    nodes[index].call(slots);
}

/// All activations together stay within the budget that each alone has kept. Looked at only after large results:
/// counting takes time.
void Executor::State::checkBudget(const std::vector<at::Tensor>& outputs) const {
    const auto isLarge = [this](const at::Tensor& t) {
        return static_cast<std::int64_t>(t.storage().nbytes()) > budget / 32;
    };
    if (std::none_of(outputs.begin(), outputs.end(), isLarge)) return;
    const std::int64_t live = liveBytes(slots, weightStorages);
    TORCH_CHECK(live <= budget, "the activations take ", live / 1'000'000, " MB, more than the ", budget / 1'000'000,
                " MB that a model may use here");
}

void Executor::State::roundOutputs(std::size_t index, const std::vector<at::Tensor>& outputs) const {
    const BoundNode& bound = nodes[index];
    std::unordered_set<const void*> inputs;
    bool changesType = false;
    if (!bound.writesArgument()) {
        std::vector<at::Tensor> read;
        for (const ValueId id : bound.reads()) appendTensors(slots[static_cast<std::size_t>(id)], read);
        for (const auto& t : read) {
            inputs.insert(t.storage().unsafeGetStorageImpl());
            changesType |= t.scalar_type() != at::kFloat;
        }
    }
    // A view shows values that are rounded already, and so does the copy that a view operator makes where it cannot
    // have a view, unless it converts; and so does what an operator hands through (dropout at inference).
    if (bound.returnsView() && !changesType) return;
    for (at::Tensor t : outputs)
        if (t.scalar_type() == at::kFloat && !inputs.contains(t.storage().unsafeGetStorageImpl()))
            roundActivation(t, formatOfNode(index), roundingOf(1 + index));
}

Result<at::Tensor> Executor::State::walk(const at::Tensor& input, const RunControl& control) {
    slots[static_cast<std::size_t>(graph->inputs.at(0))] = castInput(input);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const Node& node = graph->nodes[i];
        if (control.stop.stop_requested())
            return Error{.code = ErrorCode::cancelled, .message = "stopped before " + node.layer};
        std::vector<at::Tensor> outputs;
        try {
            call(i, control.stop);
            for (const ValueId id : node.outputs)
                if (id >= 0) appendTensors(slots[static_cast<std::size_t>(id)], outputs);
            checkBudget(outputs);
            if (roundsActivations()) roundOutputs(i, outputs);
        } catch (const std::exception& error) {
            if (control.stop.stop_requested())  // a whole program stops by throwing
                return Error{.code = ErrorCode::cancelled, .message = "stopped in " + node.layer};
            return nodeFailure(node, error);
        }
        if (control.observer)
            control.observer->afterNode(i, node, outputs,
                                        control.observer->wantsLiveBytes() ? liveBytes(slots, weightStorages) : -1);
        for (const ValueId id : dead[i]) slots[static_cast<std::size_t>(id)] = c10::IValue();
        if (control.progress) control.progress(i + 1, nodes.size());
    }
    const c10::IValue& output = slots[static_cast<std::size_t>(graph->outputs.at(0))];
    if (!output.isTensor())
        return Error{.code = ErrorCode::unsupported, .message = "the model's result is a number, not a tensor"};
    return output.toTensor();
}

Executor::Executor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;
Executor::~Executor() = default;

Result<Executor> Executor::prepare(std::unique_ptr<State> state) {
    const std::string name = state->plan.format.title;
    try {
        if (auto status = state->checkFormats(); !status) return std::move(status).error();
        if (auto status = state->bind(); !status) return std::move(status).error();
        state->bindDTypes();
        if (auto status = state->castWeights(); !status) return std::move(status).error();
    } catch (const std::exception& error) {
        return Error{.code = ErrorCode::unsupported,
                     .message = "the weights cannot be cast to " + name + ": " + firstLine(error)};
    }
    return Executor(std::move(state));
}

Result<Executor> Executor::prepare(const Graph& graph, const PrecisionPlan& plan) {
    auto state = std::make_unique<State>();
    state->graph = &graph;
    state->plan = plan;
    return prepare(std::move(state));
}

Result<Executor> Executor::prepareForTraining(const Graph& graph) {
    auto state = std::make_unique<State>();
    state->graph = &graph;
    state->withGradients = true;
    auto executor = prepare(std::move(state));
    if (executor) executor->setTraining(true);
    return executor;
}

Result<at::Tensor> Executor::run(const at::Tensor& input, const RunControl& control) {
    const c10::AutoGradMode gradients(state_->withGradients);
    const TensorSizeLimit limit(state_->budget);
    auto result = [&]() -> Result<at::Tensor> {
        try {
            return state_->walk(input, control);
        } catch (const std::exception& error) {  // an operator's own were caught where operator and layer are known
            return Error{.code = ErrorCode::internal, .message = firstLine(error)};
        }
    }();
    // Drops whatever is left of a walk that ended early, and the result's own slot: the caller holds what it needs.
    for (const ValueId id : state_->transient) state_->slots[static_cast<std::size_t>(id)] = c10::IValue();
    return result;
}

void Executor::setTraining(bool training) {
    for (auto& node : state_->nodes)
        for (const char* flag : {"training", "train"}) node.setFlag(flag, training);
}

std::unordered_map<std::string, at::Tensor> Executor::weights() const {
    std::unordered_map<std::string, at::Tensor> byName;
    for (std::size_t i = 0; i < state_->weights.size(); ++i)
        byName[state_->graph->weights[i].tensor.name] = state_->weights[i];
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
    if (record.bytes.empty() && record.numel() != 0)
        return Error{.code = ErrorCode::invalidArgument,
                     .message = "has no values; the model was described, not loaded",
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
