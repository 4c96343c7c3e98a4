#pragma once

// Private to core/graph: includes LibTorch.

#include <ATen/core/List.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <vector>

#include "graph/graph.h"
#include "graph/input_size.h"

namespace mantissa {

/// The values of a Graph that is being written, on one black picture: what `if x.shape[2] > 7` and its like come to. A
/// node runs when something after it is asked for, once, in order. Throws c10::Error where one cannot run.
class TorchScriptExample {
  public:
    /// `graph` may grow as long as this lives.
    TorchScriptExample(const Graph& graph, InputSize size);

    c10::IValue valueOf(ValueId id);

    /// What a node of the Graph that returns a list gives; its outputs need not be counted yet.
    c10::List<at::Tensor> listOf(std::size_t node);

  private:
    void runUntil(std::size_t node);

    const Graph& graph_;
    InputSize size_;
    std::vector<c10::IValue> slots_;
    std::size_t nodes_ = 0;    // run so far
    std::size_t weights_ = 0;  // loaded so far
};

}  // namespace mantissa
