#pragma once

#include <cstdint>
#include <span>

#include "storage/tensor_record.h"

namespace mantissa {

/// How many numbers a tensor holds: its elements, twice as many for complex ones.
std::int64_t valueCount(const TensorRecord& tensor);

/// The numbers [begin, begin + out.size()) of a tensor, in row-major order of its shape whatever its strides are; a
/// complex element is its real and then its imaginary part, a boolean 0 or 1. FP32 gets the nearest value of those it
/// has not (FP64, large integers); FP64 has all but 64-bit integers beyond 2^53. Reaching beyond valueCount(), and
/// types without readable values, are a programming error.
void readValues(const TensorRecord& tensor, std::int64_t begin, std::span<float> out);
void readValues(const TensorRecord& tensor, std::int64_t begin, std::span<double> out);
/// The same of integer types, exactly: all but U64 as signed integers, U64 as unsigned ones. Other types end the
/// program.
void readValues(const TensorRecord& tensor, std::int64_t begin, std::span<std::int64_t> out);
void readValues(const TensorRecord& tensor, std::int64_t begin, std::span<std::uint64_t> out);

/// Whether it is known where in a tensor's bytes each value stands. Of two F4 values in a byte the first is in the low
/// four bits, as PyTorch's float4_e2m1fn_x2 has it; nothing says in which order F6 values share three bytes.
bool hasReadableValues(DType dtype);

}  // namespace mantissa
