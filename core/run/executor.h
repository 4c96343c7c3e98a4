#pragma once

// Private to core and the trainer: this header includes LibTorch.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"
#include "result.h"
#include "run/precision_plan.h"

namespace mantissa {

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

    /// For training: FP32 parameters that require gradients, batch norm and dropout switched by `setTraining`.
    static Result<Executor> prepareForTraining(const Graph& graph);

    Executor(Executor&&) noexcept;
    Executor& operator=(Executor&&) noexcept;
    ~Executor();

    /// Runs the Graph on `input` (NCHW, FP32); gives the first output, in the dtype the kernels left it in. Without
    /// gradients unless prepared for training. Errors: noKernel with operator and layer, cancelled between two nodes.
    Result<at::Tensor> run(const at::Tensor& input, const RunControl& control = {});

    void setTraining(bool training);

    /// The weights as this executor holds them, by state-dict name. Changing them in place changes the next run.
    std::unordered_map<std::string, at::Tensor> weights() const;
    std::vector<std::string> parameterNames() const;

    /// Bytes of weights that this executor holds: what the process pays for this plan.
    std::int64_t heldWeightBytes() const;

  private:
    struct State;
    explicit Executor(std::unique_ptr<State> state);
    static Result<Executor> prepare(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// LibTorch's dtype for a format that it has ("fp16" → Half); none for TF32, FP6, custom and integer formats.
std::optional<at::ScalarType> nativeDType(const Format& format);

/// A file's tensor as at::Tensor: a view of the mapped bytes, kept alive by the record's owner. Do not write to it.
Result<at::Tensor> tensorView(const TensorRecord& record);

}  // namespace mantissa
