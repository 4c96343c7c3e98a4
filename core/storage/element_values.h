#pragma once

#include <cstdint>
#include <span>

#include "storage/tensor_record.h"

namespace mantissa {

/// How many numbers a tensor holds: its elements, twice as many for complex ones.
std::int64_t valueCount(const TensorRecord& tensor);

/// The numbers [begin, begin + out.size()) of a tensor, in row-major order of its shape whatever its strides are; a
/// complex element is its real and then its imaginary part, a boolean 0 or 1. FP32 gets the nearest value of those it
/// has not (FP64, large integers); FP64 has all but 64-bit integers beyond 2^53. Reaching beyond valueCount() is a
/// programming error.
void readValues(const TensorRecord& tensor, std::int64_t begin, std::span<float> out);
void readValues(const TensorRecord& tensor, std::int64_t begin, std::span<double> out);

/// Whether FP32 has every value of this type.
bool fitsFp32(DType dtype);

}  // namespace mantissa
