#include "run/executor.h"

#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cstring>
#include <unordered_set>

#include "run/dtypes.h"
#include "run/emulation.h"
#include "run/executor_state.h"
#include "run/operator_table.h"
#include "run/tensor_view.h"

namespace mantissa {
namespace {

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

/// As BoundGraph::bind, which may throw what LibTorch throws.
Result<std::shared_ptr<BoundGraph>> boundGraph(const Graph& graph) {
    try {
        return BoundGraph::bind(graph);
    } catch (const std::exception& error) {
        return Error{.code = ErrorCode::unsupported, .message = firstLine(error)};
    }
}

}  // namespace

std::string firstLine(const std::exception& error) {
    const auto* torch = dynamic_cast<const c10::Error*>(&error);
    std::string text = torch ? torch->what_without_backtrace() : error.what();
    return text.substr(0, text.find('\n'));
}

void appendTensors(const c10::IValue& value, std::vector<at::Tensor>& tensors) {
    if (value.isTensor() && value.toTensor().defined()) tensors.push_back(value.toTensor());
    if (value.isTensorList())
        for (const at::Tensor& t : value.toTensorVector()) tensors.push_back(t);
}

Executor::State::State(std::shared_ptr<BoundGraph> boundGraph, PrecisionPlan precisionPlan)
    : bound(std::move(boundGraph)),
      graph(&bound->graph()),
      plan(std::move(precisionPlan)),
      slots(static_cast<std::size_t>(graph->valueCount)) {}

Status Executor::State::prepare() {
    try {
        if (auto status = checkFormats(); !status) return status;
        bindDTypes();
        return castWeights();
    } catch (const std::exception& error) {
        return Error{.code = ErrorCode::unsupported,
                     .message = "the weights cannot be cast to " + plan.format.title + ": " + firstLine(error)};
    }
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
    if (plan.scales.bounds && plan.scales.bounds->nodes.size() != graph->nodes.size())
        return Error{.code = ErrorCode::invalidArgument, .message = "the bounds were found for another model"};
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
    auto cast = std::make_shared<std::vector<BoundNode>>(nodes());
    for (std::size_t i = 0; i < cast->size(); ++i) (*cast)[i].castBackTo(*nativeDType(formatOfNode(i)));
    ownNodes = std::move(cast);
    if (plan.overrides.empty()) return;
    std::vector<at::ScalarType> dtypes(slots.size(), *nativeDType(plan.format));
    dtypes[static_cast<std::size_t>(graph->inputs.at(0))] = *nativeDType(formatOfInput());
    for (const auto& weight : graph->weights)
        dtypes[static_cast<std::size_t>(weight.value)] = *nativeDType(formatFor(plan, weight.tensor.name));
    crossings.resize(nodes().size());
    for (std::size_t i = 0; i < nodes().size(); ++i) {
        const auto own = *nativeDType(formatOfNode(i));
        for (const ValueId id : nodes()[i].reads())
            if (const auto from = dtypes[static_cast<std::size_t>(id)]; from != own) crossings[i].push_back({id, from});
        for (const ValueId id : graph->nodes[i].outputs)
            if (id >= 0)
                dtypes[static_cast<std::size_t>(id)] =
                    nodes()[i].writesArgument() ? dtypes[static_cast<std::size_t>(nodes()[i].reads().at(0))] : own;
    }
}

Status Executor::State::castWeights() {
    for (std::size_t i = 0; i < graph->weights.size(); ++i) {
        const Weight& weight = graph->weights[i];
        const Format& format = formatFor(plan, weight.tensor.name);
        // FP32 is what training and emulation compute in; a native plan has dtypes of its own.
        WeightTreatment treatment{.dtype = isNative() ? *nativeDType(format) : at::kFloat};
        if (roundsWeights() && !holdsEveryFp32(format)) {
            treatment.roundedTo = format;
            treatment.rounding = roundingOfWeight(i);
            treatment.scales = plan.scales.weights;
        }
        auto own = bound->weight(i, std::move(treatment));
        if (!own) return std::move(own).error();
        if (withGradients && weight.isParameter) own->requires_grad_(true);
        weightStorages.insert(own->storage().unsafeGetStorageImpl());
        slot(weight.value) = *own;
        weights.push_back(*std::move(own));
    }
    return Done{};
}

const Format& Executor::State::formatOfInput() const {
    const ValueId input = graph->inputs.at(0);
    for (std::size_t i = 0; i < nodes().size(); ++i)
        if (std::find(nodes()[i].reads().begin(), nodes()[i].reads().end(), input) != nodes()[i].reads().end())
            return formatOfNode(i);
    return plan.format;
}

void Executor::State::begin(const at::Tensor& input, CastCounts* casts) {
    clear();
    const ValueId id = graph->inputs.at(0);
    if (isNative()) {
        slot(id) = input.to(*nativeDType(formatOfInput()));
    } else if (roundsActivations()) {
        at::Tensor own = input.clone();
        const auto& bounds = plan.scales.bounds;
        roundActivation(own, formatOfInput(), roundingOf(0),
                        {.axis = BlockAxis::channels,
                         .grain = plan.scales.activations,
                         .bounds = bounds ? &bounds->input : nullptr,
                         .casts = casts});
        slot(id) = own;
    } else {
        slot(id) = input;
    }
}

void Executor::State::call(std::size_t index, const std::stop_token& stop) {
    if (crossings.empty() || crossings[index].empty() || nodes()[index].writesArgument())
        return nodes()[index].call(slots, stop);
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
    nodes()[index].call(slots, stop);
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

void Executor::State::roundOutputs(std::size_t index, const std::vector<at::Tensor>& outputs, CastCounts* casts) const {
    const BoundNode& node = nodes()[index];
    const Format& format = formatOfNode(index);
    if (holdsEveryFp32(format) && !casts) return;
    std::unordered_set<const void*> inputs;
    bool changesType = false;
    if (!node.writesArgument()) {
        std::vector<at::Tensor> read;
        for (const ValueId id : node.reads()) appendTensors(slots[static_cast<std::size_t>(id)], read);
        for (const auto& t : read) {
            inputs.insert(t.storage().unsafeGetStorageImpl());
            changesType |= t.scalar_type() != at::kFloat;
        }
    }
    // A view shows values that are rounded already, and so does the copy that a view operator makes where it cannot
    // have a view, unless it converts; and so does what an operator hands through (dropout at inference).
    if (node.returnsView() && !changesType) return;
    const auto& bounds = plan.scales.bounds;
    for (at::Tensor t : outputs)
        if (t.scalar_type() == at::kFloat && !inputs.contains(t.storage().unsafeGetStorageImpl()))
            roundActivation(t, format, roundingOf(1 + index),
                            {.axis = bound->axes()[index],
                             .grain = plan.scales.activations,
                             .bounds = bounds ? &bounds->nodes[index] : nullptr,
                             .casts = casts});
}

std::vector<at::Tensor> Executor::State::outputsOf(std::size_t index) const {
    std::vector<at::Tensor> outputs;
    for (const ValueId id : graph->nodes[index].outputs)
        if (id >= 0) appendTensors(slot(id), outputs);
    return outputs;
}

Status Executor::State::step(std::size_t index, CastCounts* casts, const std::stop_token& stop) {
    const c10::AutoGradMode gradients(withGradients);
    const TensorSizeLimit limit(budget);
    try {
        call(index, stop);
        const auto outputs = outputsOf(index);
        checkBudget(outputs);
        if (roundsActivations()) roundOutputs(index, outputs, casts);
    } catch (const std::exception& error) {
        if (stop.stop_requested())  // a whole program stops by throwing
            return Error{.code = ErrorCode::cancelled, .message = "stopped in " + graph->nodes[index].layer};
        return nodeFailure(graph->nodes[index], error);
    }
    return Done{};
}

Result<at::Tensor> Executor::State::result() const {
    const c10::IValue& output = slot(graph->outputs.at(0));
    if (!output.isTensor())
        return Error{.code = ErrorCode::unsupported, .message = "the model's result is a number, not a tensor"};
    return output.toTensor();
}

/// Drops whatever a walk has left, the result's own slot too: the caller holds what it needs.
void Executor::State::clear() {
    for (const ValueId id : bound->transient()) slot(id) = c10::IValue();
    for (std::size_t i = 0; i < weights.size() && !adopted.empty(); ++i) slot(graph->weights[i].value) = weights[i];
    adopted.clear();
}

Result<at::Tensor> Executor::State::walk(const at::Tensor& input, const RunControl& control) {
    begin(input, nullptr);
    for (std::size_t i = 0; i < nodes().size(); ++i) {
        const Node& node = graph->nodes[i];
        if (control.stop.stop_requested())
            return Error{.code = ErrorCode::cancelled, .message = "stopped before " + node.layer};
        if (auto status = step(i, nullptr, control.stop); !status) return std::move(status).error();
        if (control.observer)
            control.observer->afterNode(i, node, outputsOf(i),
                                        control.observer->wantsLiveBytes() ? liveBytes(slots, weightStorages) : -1);
        for (const ValueId id : bound->dead()[i]) slot(id) = c10::IValue();
        if (control.progress) control.progress(i + 1, nodes().size());
    }
    return result();
}

Executor::Executor(std::unique_ptr<State> state) : state_(std::move(state)) {}
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;
Executor::~Executor() = default;

Result<Executor> Executor::prepare(std::unique_ptr<State> state) {
    if (auto status = state->prepare(); !status) return std::move(status).error();
    return Executor(std::move(state));
}

Result<Executor> Executor::prepare(const Graph& graph, const PrecisionPlan& plan) {
    auto bound = boundGraph(graph);
    if (!bound) return std::move(bound).error();
    return prepare(std::make_unique<State>(*std::move(bound), plan));
}

Result<Executor> Executor::sibling(const PrecisionPlan& plan) const {
    return prepare(std::make_unique<State>(state_->bound, plan));
}

Result<Executor> Executor::sibling() const { return sibling(state_->plan); }

Result<Executor> Executor::prepareForTraining(const Graph& graph) {
    auto bound = boundGraph(graph);
    if (!bound) return std::move(bound).error();
    auto state = std::make_unique<State>(*std::move(bound), PrecisionPlan{});
    state->withGradients = true;
    auto executor = prepare(std::move(state));
    if (executor) executor->setTraining(true);
    return executor;
}

Result<at::Tensor> Executor::run(const at::Tensor& input, const RunControl& control) {
    const c10::AutoGradMode gradients(state_->withGradients);
    auto result = [&]() -> Result<at::Tensor> {
        try {
            return state_->walk(input, control);
        } catch (const std::exception& error) {  // an operator's own were caught where operator and layer are known
            return Error{.code = ErrorCode::internal, .message = firstLine(error)};
        }
    }();
    state_->clear();
    return result;
}

void Executor::setTraining(bool training) {
    auto switched = std::make_shared<std::vector<BoundNode>>(state_->nodes());
    for (auto& node : *switched)
        for (const char* flag : {"training", "train"}) node.setFlag(flag, training);
    state_->ownNodes = std::move(switched);
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

CastCounts Executor::weightCasts(std::size_t index) const {
    CastCounts casts;
    const Weight& weight = state_->graph->weights[index];
    const auto view = tensorView(weight.tensor);
    if (!state_->roundsWeights() || !weight.castable || !view || !view->is_floating_point()) return casts;
    at::Tensor own = view->to(at::kFloat, /*non_blocking=*/false, /*copy=*/true);
    roundWeight(own, formatFor(state_->plan, weight.tensor.name), state_->roundingOfWeight(index),
                {.grain = state_->plan.scales.weights, .casts = &casts});
    return casts;
}

const Format& Executor::inputFormat() const { return state_->formatOfInput(); }

std::int64_t Executor::heldWeightBytes() const {
    std::int64_t bytes = 0;
    for (const auto& weight : state_->weights) bytes += static_cast<std::int64_t>(weight.nbytes());
    return bytes;
}

}  // namespace mantissa
