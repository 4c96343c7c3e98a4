#pragma once

// Private to core/graph: includes LibTorch.

#include <torch/csrc/jit/api/module.h>

#include <optional>
#include <string_view>

#include "graph/torchscript_refusal.h"

namespace mantissa {

/// What a program does with Python's own values (lists, dicts, words, numbers), beside the operators on tensors.
bool isValueOperation(std::string_view name);

/// Looks through everything that a module's forward method can reach, taken or not, and refuses the first node that is
/// neither control flow nor an operation allowed. Nothing runs.
std::optional<TorchScriptRefusal> checkProgram(const torch::jit::Module& module);

}  // namespace mantissa
