#pragma once

// Private to core/run: includes LibTorch.

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <vector>

#include "graph/graph.h"
#include "numerics/format.h"
#include "numerics/rounding.h"
#include "result.h"
#include "run/block_axis.h"
#include "run/node_binding.h"
#include "run/precision_plan.h"

namespace mantissa {

/// What a plan makes of a weight. Equal treatments give equal tensors.
struct WeightTreatment {
    at::ScalarType dtype = at::kFloat;
    std::optional<Format> roundedTo{};  ///< none: cast to `dtype` alone
    RoundOptions rounding{};            ///< where it is rounded; `index` is the weight's own
    ScaleGrain scales = ScaleGrain::usual;

    bool operator==(const WeightTreatment& other) const;
};

/// What every executor of a Graph needs, made once: operators bound, lifetimes, block axes, and each weight as each
/// treatment makes it. Keep the Graph alive for as long.
class BoundGraph {
  public:
    static Result<std::shared_ptr<BoundGraph>> bind(const Graph& graph);

    const Graph& graph() const { return *graph_; }
    const std::vector<BoundNode>& nodes() const { return nodes_; }
    const std::vector<std::vector<ValueId>>& dead() const { return dead_; }  ///< by node: what nothing later reads
    const std::vector<BlockAxis>& axes() const { return axes_; }             ///< of each node's results
    const std::vector<ValueId>& transient() const { return transient_; }     ///< values that are no weights

    /// Weight `index` of the Graph, a copy of the file's bytes; the same tensor for the same treatment. What is not
    /// floating, or is to keep its type, has one treatment only.
    Result<at::Tensor> weight(std::size_t index, WeightTreatment treatment);

  private:
    struct Made {
        WeightTreatment treatment;
        at::Tensor tensor;
    };

    const Graph* graph_ = nullptr;
    std::vector<BoundNode> nodes_;
    std::vector<std::vector<ValueId>> dead_;
    std::vector<BlockAxis> axes_;
    std::vector<ValueId> transient_;
    std::vector<std::vector<Made>> weights_;
};

}  // namespace mantissa
