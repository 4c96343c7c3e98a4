#pragma once

// Private to core/run: includes LibTorch.

#include <ATen/core/ivalue.h>

#include <memory>
#include <unordered_set>
#include <vector>

#include "run/bound_graph.h"
#include "run/executor.h"
#include "run/memory_limit.h"

namespace mantissa {

/// The tensors in a value: itself, or those of a list.
void appendTensors(const c10::IValue& value, std::vector<at::Tensor>& tensors);

/// LibTorch's message without its backtrace, first line only: the rest speaks to its own developers.
std::string firstLine(const std::exception& error);

struct Executor::State {
    /// A value that comes from a part of the model that runs in another dtype.
    struct Crossing {
        ValueId value;
        at::ScalarType from;
    };

    /// A slot that shows another executor's value for one step, and what it held before.
    struct Borrowed {
        ValueId id;
        c10::IValue before;
    };

    std::shared_ptr<BoundGraph> bound;
    const Graph* graph = nullptr;
    PrecisionPlan plan;
    bool withGradients = false;
    std::shared_ptr<const std::vector<BoundNode>> ownNodes;  // set where they ask for other things than the bound ones
    std::vector<at::Tensor> weights;  // in the order of graph->weights
    std::unordered_set<const void*> weightStorages;
    std::vector<c10::IValue> slots;
    std::int64_t budget = activationBudget();
    std::vector<std::vector<Crossing>> crossings;  // by node; empty where the whole model has one dtype
    std::unordered_set<ValueId> adopted;           // taken from another executor for good, with a storage of their own

    State(std::shared_ptr<BoundGraph> boundGraph, PrecisionPlan precisionPlan);

    bool isNative() const { return plan.kernels == PrecisionPlan::Kernels::native; }
    bool roundsActivations() const { return !isNative() && plan.scope != CastScope::weights; }
    bool roundsWeights() const { return !isNative() && plan.scope != CastScope::activations; }

    const std::vector<BoundNode>& nodes() const { return ownNodes ? *ownNodes : bound->nodes(); }

    Status prepare();
    Status checkFormats() const;
    Status checkProgram() const;
    Status castWeights();
    void bindDTypes();
    const Format& formatOfInput() const;
    void begin(const at::Tensor& input, CastCounts* casts);
    void call(std::size_t index, const std::stop_token& stop);
    void checkBudget(const std::vector<at::Tensor>& outputs) const;
    void roundOutputs(std::size_t index, const std::vector<at::Tensor>& outputs, CastCounts* casts) const;
    std::vector<at::Tensor> outputsOf(std::size_t index) const;
    Status step(std::size_t index, CastCounts* casts, const std::stop_token& stop = {});
    Result<at::Tensor> result() const;
    Result<at::Tensor> walk(const at::Tensor& input, const RunControl& control);
    void clear();

    // Steps that take values from another executor: executor_steps.cpp.
    void borrow(const State& other, std::size_t node, const std::function<bool(ValueId)>& isOwn,
                std::vector<Borrowed>& borrowed);
    void adopt(const State& other, const at::Tensor& tensor);

    c10::IValue& slot(ValueId id) { return slots[static_cast<std::size_t>(id)]; }
    const c10::IValue& slot(ValueId id) const { return slots[static_cast<std::size_t>(id)]; }
    const Format& formatOfNode(std::size_t index) const { return formatFor(plan, graph->nodes[index].layer); }

    /// Each tensor gets a stretch of the random numbers of its own: their counter's upper half tells which.
    RoundOptions roundingOf(std::uint64_t tensor) const {
        RoundOptions options = plan.rounding;
        options.index += tensor << 32;
        return options;
    }
    RoundOptions roundingOfWeight(std::size_t index) const { return roundingOf((std::uint64_t{1} << 31) + index); }
};

}  // namespace mantissa
