#include "run/bound_graph.h"

#include <utility>

#include "run/emulation.h"
#include "run/executor.h"
#include "run/operator_table.h"
#include "run/tensor_view.h"

namespace mantissa {
namespace {

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

bool WeightTreatment::operator==(const WeightTreatment& other) const {
    if (dtype != other.dtype || roundedTo != other.roundedTo) return false;
    return !roundedTo ||
           (rounding.rounding == other.rounding.rounding && rounding.overflow == other.rounding.overflow &&
            rounding.seed == other.rounding.seed && rounding.index == other.rounding.index && scales == other.scales);
}

Result<std::shared_ptr<BoundGraph>> BoundGraph::bind(const Graph& graph) {
    auto bound = std::make_shared<BoundGraph>();
    bound->graph_ = &graph;
    if (auto status = checkGraph(graph); !status) return std::move(status).error();
    for (const Node& node : graph.nodes) {
        auto one = BoundNode::bind(node);
        if (!one) return std::move(one).error();
        bound->nodes_.push_back(*std::move(one));
    }
    bound->dead_ = deadAfter(graph, bound->nodes_);
    bound->axes_ = blockAxes(graph);
    std::vector<bool> isWeight(static_cast<std::size_t>(graph.valueCount), false);
    for (const auto& weight : graph.weights) isWeight[static_cast<std::size_t>(weight.value)] = true;
    for (std::size_t id = 0; id < isWeight.size(); ++id)
        if (!isWeight[id]) bound->transient_.push_back(static_cast<ValueId>(id));
    bound->weights_.resize(graph.weights.size());
    return bound;
}

Result<at::Tensor> BoundGraph::weight(std::size_t index, WeightTreatment treatment) {
    const Weight& weight = graph_->weights[index];
    const bool cast = weight.castable && isFloating(weight.tensor.dtype);
    if (!cast) treatment = {};
    for (const Made& made : weights_[index])
        if (made.treatment == treatment) return made.tensor;
    auto view = tensorView(weight.tensor);
    if (!view) return std::move(view).error();
    // A copy in every case: the file's pages must not change under a run, nor a run change them.
    at::Tensor own = cast ? view->to(treatment.dtype, /*non_blocking=*/false, /*copy=*/true) : view->clone();
    if (treatment.roundedTo) roundWeight(own, *treatment.roundedTo, treatment.rounding, {.grain = treatment.scales});
    weights_[index].push_back({std::move(treatment), own});
    return own;
}

}  // namespace mantissa
