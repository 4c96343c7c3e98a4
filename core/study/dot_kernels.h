#pragma once

#include <vector>

#include "numerics/exact_sum.h"
#include "study/dot_product.h"

// Private to core/study.

namespace mantissa {

/// at::dot of the vectors in the dtype of each format that LibTorch has, once a format. A dtype without that kernel
/// gives its error in `failure`.
std::vector<DotKernel> runDotKernels(const DotVectors& vectors, const std::vector<DotSum>& sums, const ExactSum& exact);

}  // namespace mantissa
