#pragma once

#include <string_view>

namespace mantissa {

/// Whether an operator of LibTorch computes tensors from tensors and numbers, and does nothing else.
bool isComputingOperator(std::string_view op);

}  // namespace mantissa
