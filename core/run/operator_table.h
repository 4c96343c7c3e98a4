#pragma once

#include <string_view>

#include "graph/graph.h"
#include "result.h"

namespace mantissa {

/// The operation of a node that runs a whole program.
constexpr std::string_view kProgramOp = "graph::program";

/// Whether a model file may ask for this operator ("aten::conv2d"). A file is untrusted, and some operators reach
/// beyond tensors (aten::from_file creates files), so only those that compute are allowed.
bool isAllowedOperator(std::string_view op);

/// Checks every node against the allowed operators, LibTorch's schemas and the values that exist before it. Readers
/// call it on every Graph they make. Errors name operator and layer.
Status checkGraph(const Graph& graph);

}  // namespace mantissa
