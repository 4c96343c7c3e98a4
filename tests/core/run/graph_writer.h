#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "graph/graph.h"

namespace mantissa::test {

/// Writes small Graphs by hand, weights from tensors. Every check that a reader would make is left to the code under
/// test.
class GraphWriter {
  public:
    ValueRef input();
    ValueRef weight(const std::string& name, const at::Tensor& tensor, bool isParameter = true);
    ValueRef constant(const std::string& name, const at::Tensor& tensor);  ///< keeps its type when the model is cast
    ValueRef call(const std::string& op, const std::string& layer, std::vector<NamedArgument> arguments,
                  const std::string& overload = "");
    std::vector<ValueRef> callList(const std::string& op, const std::string& layer,
                                   std::vector<NamedArgument> arguments, std::size_t count,
                                   const std::string& overload = "");
    Graph finish(ValueRef output);

  private:
    ValueRef newValue() { return {graph_.valueCount++}; }

    Graph graph_;
};

/// FP32 values from a seeded normal distribution, the same on every machine.
at::Tensor normal(const std::vector<std::int64_t>& shape, std::uint32_t seed, float scale = 1);

/// A number list as an argument.
std::vector<IntOrRef> ints(const std::vector<std::int64_t>& values);

/// Same type, shape and bits: unlike at::equal, NaN equals NaN and −0 is not 0.
bool sameBits(const at::Tensor& a, const at::Tensor& b);

/// The record a reader would make of a tensor; keeps it alive.
TensorRecord recordOf(const std::string& name, const at::Tensor& tensor);

}  // namespace mantissa::test
