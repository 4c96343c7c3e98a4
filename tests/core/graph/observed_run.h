#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "graph/graph.h"
#include "run/executor.h"

namespace mantissa::test {

/// What one node computed.
struct Step {
    std::string op;
    std::string layer;
    at::Tensor output;
};

struct ObservedRun {
    at::Tensor logits;
    std::vector<Step> steps;  ///< nodes that give a tensor, in order; outputs are copies

    /// The last output of a layer, or of the operator `op` in it. Throws where there is none.
    at::Tensor last(const std::string& layer, const std::string& op = "") const;
    at::Tensor first(const std::string& layer, const std::string& op = "") const;
};

/// Runs a Graph natively and keeps every node's result. Throws what it says where it does not run.
ObservedRun observe(const Graph& graph, const at::Tensor& input, const std::string& format = "fp32");

}  // namespace mantissa::test
