#pragma once

// Private to core/graph: includes LibTorch.

#include <torch/csrc/jit/api/module.h>

#include <optional>
#include <string>
#include <variant>

#include "graph/graph.h"
#include "graph/input_size.h"
#include "graph/torchscript_refusal.h"

namespace mantissa {

struct LoweredTorchScript {
    Graph graph;
    /// The first place where the program looks at a shape to decide what to compute, in words; empty where it does not.
    /// The Graph then does what the program does for pictures of the example's size, and refuses all others.
    std::string tracedBecause{};
};

/// The forward method of a module in evaluation mode as a Graph: calls inlined, attributes resolved, conditions and
/// loops that are known now unrolled, lists followed as the program changes them. With an example size, what follows
/// from shapes is known too. Weights keep the module's tensors alive.
std::variant<LoweredTorchScript, TorchScriptRefusal> lowerTorchScript(const torch::jit::Module& module,
                                                                      std::optional<InputSize> example);

}  // namespace mantissa
