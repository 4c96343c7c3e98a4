#pragma once

// Includes LibTorch: private to the trainer.

#include <ATen/core/Tensor.h>

#include <string>
#include <unordered_map>

#include "graph/graph.h"

namespace mantissa::training {

using NamedTensors = std::unordered_map<std::string, at::Tensor>;

/// A tensor as a record, under a name; the record keeps the tensor alive. Floating tensors as FP32, others as I64.
TensorRecord recordOf(const std::string& name, const at::Tensor& tensor);

/// The same Graph with other weights: every weight that `tensors` names takes its values from there.
Graph withWeights(const Graph& graph, const NamedTensors& tensors);

}  // namespace mantissa::training
