#include "run/operator_table.h"

#include <string>
#include <vector>

#include "run/allowed_operators.h"
#include "run/node_binding.h"
#include "run/scalar_ops.h"

namespace mantissa {
namespace {

Error nodeError(const Node& node, std::string message) {
    return {.code = ErrorCode::unsupported,
            .message = std::move(message),
            .where = "layer " + (node.layer.empty() ? "(top)" : node.layer),
            .op = node.op,
            .layer = node.layer};
}

}  // namespace

bool isAllowedOperator(std::string_view op) { return isScalarOp(op) || op == kProgramOp || isComputingOperator(op); }

Status checkGraph(const Graph& graph) {
    const auto badGraph = [](std::string message) {
        return Error{.code = ErrorCode::corrupt, .message = std::move(message)};
    };
    if (graph.valueCount < 0) return badGraph("the graph counts its values wrongly");
    if (graph.inputs.size() != 1 || graph.outputs.empty())
        return badGraph("the graph does not take one picture and give a result");
    std::vector<bool> exists(static_cast<std::size_t>(graph.valueCount), false);
    const auto inRange = [&](ValueId id) { return id >= 0 && id < graph.valueCount; };
    for (const auto& weight : graph.weights) {
        if (!inRange(weight.value)) return badGraph("the weight " + weight.tensor.name + " has no place in the graph");
        exists[static_cast<std::size_t>(weight.value)] = true;
    }
    for (const ValueId id : graph.inputs) {
        if (!inRange(id)) return badGraph("an input has no place in the graph");
        exists[static_cast<std::size_t>(id)] = true;
    }
    for (const Node& node : graph.nodes) {
        if (!isAllowedOperator(node.op))
            return nodeError(node, "the operator " + node.op + " is not one that Mantissa runs");
        auto bound = BoundNode::bind(node);
        if (!bound) return std::move(bound).error();
        for (const ValueId id : bound->reads())
            if (!inRange(id) || !exists[static_cast<std::size_t>(id)])
                return nodeError(node, node.op + " uses a value that nothing before it computes");
        for (const ValueId id : node.outputs)
            if (inRange(id))
                exists[static_cast<std::size_t>(id)] = true;
            else if (id != -1)
                return nodeError(node, node.op + " has a result with no place in the graph");
    }
    for (const ValueId id : graph.outputs)
        if (!inRange(id) || !exists[static_cast<std::size_t>(id)])
            return badGraph("the graph's output is never computed");
    return Done{};
}

}  // namespace mantissa
