#pragma once

// Private to core/graph: includes LibTorch.

#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <string>
#include <vector>

#include "graph/torchscript_symbol.h"

namespace mantissa {

/// The executor's scalar operation for a TorchScript node that works on numbers (aten::size, aten::mul.int,
/// prim::NumToTensor, …); nothing for an operator on tensors.
std::optional<std::string> scalarOperation(const torch::jit::Node& node);

/// Whether a node computes with numbers, words and lists of numbers alone and touches nothing else, so that its result
/// follows as soon as its inputs are known (range's length, comparisons of words or shapes, logarithms of numbers).
bool isFoldable(const torch::jit::Node& node);

/// The result of such a node, or of a scalar operation, when all its inputs are constants; nothing otherwise.
std::optional<c10::IValue> foldConstants(const torch::jit::Node& node, const std::vector<Symbol>& inputs);

/// The same from values.
c10::IValue foldValues(const torch::jit::Node& node, std::vector<c10::IValue> values);

}  // namespace mantissa
