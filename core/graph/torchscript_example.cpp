#include "graph/torchscript_example.h"

#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>

#include "run/executor.h"
#include "run/memory_limit.h"
#include "run/node_binding.h"
#include "run/operator_table.h"
#include "run/tensor_view.h"

namespace mantissa {
namespace {

template <class T>
T take(Result<T> result) {
    TORCH_CHECK(result, result.error().text());
    return *std::move(result);
}

/// The file is not trusted, and nothing of it has been checked yet.
BoundNode bindChecked(const Node& node) {
    TORCH_CHECK(isAllowedOperator(node.op), "the operator ", node.op, " is not one that Mantissa runs");
    return take(BoundNode::bind(node));
}

}  // namespace

TorchScriptExample::TorchScriptExample(const Graph& graph, InputSize size) : graph_(graph), size_(size) {}

void TorchScriptExample::runUntil(std::size_t node) {
    const c10::AutoGradMode noGradients(false);
    const TensorSizeLimit limit(activationBudget());
    slots_.resize(static_cast<std::size_t>(graph_.valueCount));
    c10::IValue& input = slots_[static_cast<std::size_t>(graph_.inputs.at(0))];
    if (input.isNone()) input = at::zeros({1, 3, size_.height, size_.width});
    for (; weights_ < graph_.weights.size(); ++weights_) {
        const Weight& weight = graph_.weights[weights_];
        const at::Tensor view = take(tensorView(weight.tensor));
        // In FP32 whatever the file holds: some types have no kernels. A copy: a node may write to it.
        const bool floating = weight.castable && view.is_floating_point();
        slots_[static_cast<std::size_t>(weight.value)] =
            floating ? view.to(at::kFloat, /*non_blocking=*/false, /*copy=*/true) : view.clone();
    }
    for (; nodes_ < node; ++nodes_) bindChecked(graph_.nodes[nodes_]).call(slots_);
}

c10::IValue TorchScriptExample::valueOf(ValueId id) {
    runUntil(graph_.nodes.size());
    return slots_.at(static_cast<std::size_t>(id));
}

c10::List<at::Tensor> TorchScriptExample::listOf(std::size_t node) {
    runUntil(node);
    const c10::AutoGradMode noGradients(false);
    const TensorSizeLimit limit(activationBudget());
    return bindChecked(graph_.nodes.at(node)).callForList(slots_);
}

}  // namespace mantissa
