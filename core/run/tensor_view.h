#pragma once

// Private to core and the trainer: this header includes LibTorch.

#include <ATen/core/Tensor.h>

#include "result.h"
#include "storage/checkpoint.h"

namespace mantissa {

/// A file's tensor as at::Tensor: a view of the mapped bytes, kept alive by the record's owner. Do not write to it.
Result<at::Tensor> tensorView(const TensorRecord& record);

}  // namespace mantissa
