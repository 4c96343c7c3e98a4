#pragma once

// Private to core/graph: includes LibTorch.

#include <torch/csrc/jit/api/module.h>

#include "result.h"

namespace mantissa {

/// Whether every tensor that a loaded module holds, as attribute or as constant of its code, lies within its storage.
/// LibTorch takes sizes and strides from the file as they are, and its kernels believe them. Error: corrupt.
Status checkTorchScriptTensors(const torch::jit::Module& module);

}  // namespace mantissa
