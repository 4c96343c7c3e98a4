#pragma once

// Private to core/graph: includes LibTorch.

#include <c10/core/ScalarType.h>

#include "storage/dtype.h"

namespace mantissa {

/// The file dtype of a tensor that LibTorch has loaded. Throws c10::Error for types that no classifier holds
/// (quantised, complex).
DType fileDType(c10::ScalarType type);

}  // namespace mantissa
