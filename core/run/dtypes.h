#pragma once

// Private to core/run: includes LibTorch.

#include <c10/core/ScalarType.h>

#include <optional>

#include "storage/dtype.h"

namespace mantissa {

/// LibTorch's type for a file's; none for those that its CPU kernels do not know at all.
std::optional<c10::ScalarType> scalarType(DType dtype);

}  // namespace mantissa
