#pragma once

// Private to core/graph: includes LibTorch.

#include <torch/csrc/jit/api/module.h>

#include "graph/graph.h"

namespace mantissa {

/// A Graph of one node that runs the module's forward method as a whole, with its parameters and buffers as weights.
/// The module has passed checkProgram. Throws c10::Error for weights of a type that Mantissa does not run.
Graph wholeProgram(const torch::jit::Module& module);

}  // namespace mantissa
