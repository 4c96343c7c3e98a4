#pragma once

// Private to core/graph: includes LibTorch.

#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <string>
#include <vector>

#include "graph/torchscript_symbol.h"

namespace mantissa {

/// The executor's scalar operation for a TorchScript node that works on numbers (aten::size, aten::mul.int, prim::NumToTensor, …);
/// nothing for an operator on tensors.
std::optional<std::string> scalarOperation(const torch::jit::Node& node);

/// The result of such a node when all its inputs are known; nothing otherwise.
std::optional<c10::IValue> foldScalar(const torch::jit::Node& node, const std::vector<Symbol>& inputs);

}  // namespace mantissa
