#pragma once

// Private to core/run: includes LibTorch.

#include <ATen/core/ivalue.h>

#include <string_view>
#include <vector>

namespace mantissa {

using ScalarFunction = c10::IValue (*)(const std::vector<c10::IValue>& arguments);

/// The function behind a scalar operation, with the number of arguments it takes; nullptr if there is none of that
/// name. It throws c10::Error on arguments of the wrong kind and on division by zero.
struct ScalarOp {
    ScalarFunction function = nullptr;
    std::size_t arity = 0;
};
ScalarOp findScalarOp(std::string_view op);

}  // namespace mantissa
