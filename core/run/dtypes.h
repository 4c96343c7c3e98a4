#pragma once

// Private to core/run: includes LibTorch.

#include <c10/core/ScalarType.h>

#include <optional>

#include "numerics/format.h"
#include "storage/dtype.h"

namespace mantissa {

/// LibTorch's type for a file's; none for those that its CPU kernels do not know at all.
std::optional<c10::ScalarType> scalarType(DType dtype);

/// LibTorch's dtype for a format that it has ("fp16" → Half); none for TF32, FP6, custom and integer formats.
std::optional<c10::ScalarType> nativeDType(const Format& format);

}  // namespace mantissa
