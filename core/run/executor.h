#pragma once

// Private to core and the trainer: this header includes LibTorch.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"
#include "numerics/cast_counts.h"
#include "result.h"
#include "run/precision_plan.h"

namespace mantissa {

class BoundGraph;

/// Sees every node right after it ran. What is measured is measured here, never by a second walk.
class ExecutionObserver {
  public:
    virtual ~ExecutionObserver() = default;
    /// `outputs`: the node's tensors, as rounded by the plan. `liveBytes`: bytes of all distinct activation storages
    /// alive now, inputs of the node included, weights not; −1 unless wantsLiveBytes.
    virtual void afterNode(std::size_t index, const Node& node, const std::vector<at::Tensor>& outputs,
                           std::int64_t liveBytes) = 0;
    virtual bool wantsLiveBytes() const { return false; }
};

struct RunControl {
    std::stop_token stop{};
    ExecutionObserver* observer = nullptr;
    std::function<void(std::size_t done, std::size_t total)> progress{};
};

/// The one thing that runs a Graph: walks its nodes through ATen's dispatcher. Weights are cast or rounded once, in
/// prepare. Not safe to run from two threads at once. Keep the Graph alive for as long.
class Executor {
  public:
    static Result<Executor> prepare(const Graph& graph, const PrecisionPlan& plan);

    /// Another executor of the same Graph under another plan, which shares the bound operators, and every weight that
    /// both plans treat alike. Keep the Graph alive, not the other executor. They may run at once, on a thread each,
    /// but not while one is made.
    Result<Executor> sibling(const PrecisionPlan& plan) const;
    Result<Executor> sibling() const;  ///< under the same plan

    /// For training: FP32 parameters that require gradients, batch norm and dropout switched by `setTraining`.
    static Result<Executor> prepareForTraining(const Graph& graph);

    Executor(Executor&&) noexcept;
    Executor& operator=(Executor&&) noexcept;
    ~Executor();

    /// Runs the Graph on `input` (NCHW, FP32); gives the first output, in the dtype the kernels left it in. Without
    /// gradients unless prepared for training. Errors: noKernel with operator and layer, cancelled between two nodes.
    Result<at::Tensor> run(const at::Tensor& input, const RunControl& control = {});

    // The same walk a node at a time, for what compares several walks as they go: begin, then step for each node in
    // order and release after it, result, end. Errors of step: those of run.

    /// Takes the input, and counts what casting it did where `casts` is given.
    Status begin(const at::Tensor& input, CastCounts* casts = nullptr);

    /// Goes on from where `other`, an emulated or FP32 executor of the same Graph, stands: takes the values that are
    /// alive there, copied where a node from `next` on writes into a tensor.
    Status beginAt(const Executor& other, std::size_t next);

    Status step(std::size_t index, CastCounts* casts = nullptr);

    /// As step, but values for which `isOwn` is false, which no weight may be, are those of `other`, which has not run
    /// the node yet. An operator that writes into such a tensor writes into a copy. In a native plan FP32 values are
    /// cast to its dtype on the way.
    Status stepOn(const Executor& other, std::size_t index, const std::function<bool(ValueId)>& isOwn,
                  CastCounts* casts = nullptr);

    void release(std::size_t index);  ///< drops the values that no node after `index` reads
    void drop(ValueId id);            ///< drops one
    Result<at::Tensor> result() const;
    void end();  ///< drops all values

    /// A floating tensor that is alive; undefined where the value is something else.
    at::Tensor floatingValue(ValueId id) const;

    /// Whether every value that is alive has the bits of the other executor's.
    bool sameValues(const Executor& other) const;

    /// Values that the node reads, weights included.
    std::span<const ValueId> reads(std::size_t index) const;

    /// Bytes that activations may take, less than the half of free memory that they may without: where several
    /// executors hold values at once.
    void limitActivations(std::int64_t bytes);

    void setTraining(bool training);

    /// The weights as this executor holds them, by state-dict name. Changing them in place changes the next run.
    std::unordered_map<std::string, at::Tensor> weights() const;
    std::vector<std::string> parameterNames() const;

    /// What an emulated plan's rounding did to weight `index` of the Graph; nothing where it rounds no weights.
    CastCounts weightCasts(std::size_t index) const;

    /// The format that the picture is cast to: that of the first layer that reads it.
    const Format& inputFormat() const;

    /// Bytes of weights that this executor holds: what the process pays for this plan.
    std::int64_t heldWeightBytes() const;

  private:
    struct State;
    explicit Executor(std::unique_ptr<State> state);
    static Result<Executor> prepare(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace mantissa
