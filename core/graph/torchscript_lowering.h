#pragma once

// Private to core/graph: includes LibTorch.

#include <torch/csrc/jit/api/module.h>

#include "graph/graph.h"
#include "result.h"

namespace mantissa {

/// The forward method of a module in evaluation mode as a Graph. Weights keep the module's tensors alive.
Result<Graph> lowerTorchScript(const torch::jit::Module& module);

}  // namespace mantissa
