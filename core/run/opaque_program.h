#pragma once

// Private to core: includes LibTorch.

#include <ATen/core/Tensor.h>

#include <stop_token>
#include <vector>

namespace mantissa {

/// A program that runs as a whole, natively, in the types of the tensors it is given.
class OpaqueProgram {
  public:
    virtual ~OpaqueProgram() = default;

    /// `arguments`: the picture, then the weights in the order of the node's arguments, none of which it changes.
    /// Throws c10::Error on what goes wrong, with the layer in its text, and where `stop` asks for it.
    virtual at::Tensor run(const std::vector<at::Tensor>& arguments, std::stop_token stop) const = 0;
};

}  // namespace mantissa
