#pragma once

#include <cstddef>
#include <span>

#include "numerics/format.h"
#include "numerics/rounding.h"

namespace mantissa {

/// Bytes that a code takes in an array: 1, 2, 4 or 8, the least that hold the format's bits. Codes of less than eight
/// bits take a byte each, as NumPy and ml_dtypes keep them.
std::size_t codeBytes(const Format& format);

/// The code of every element, in the low bits and in the machine's byte order: bit by bit what encode gives, for
/// element i with index options.index + i. `codes` has codeBytes(format) bytes an element; another size is a
/// programming error and ends the program. Threaded for large arrays; the result does not depend on how many threads
/// there are.
void encodeArray(const Format& format, std::span<const float> in, std::span<std::byte> codes,
                 const RoundOptions& options = {});

/// The value of every code as float32, as encodeArray wrote them: bit by bit what decode gives. Values that float32 has
/// not (those of FP64, int32's largest) become its nearest, ties to even, which may be an infinity.
void decodeArray(const Format& format, std::span<const std::byte> codes, std::span<float> out);

}  // namespace mantissa
