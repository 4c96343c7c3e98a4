#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "numerics/format.h"
#include "numerics/rounding.h"

namespace mantissa {

// Arrays in blocks that share a scale: the formats with a blockSize. An array is rows of equal length, one after the
// other; blocks lie along a row and never reach into the next, so the last one of a row may be short.
//
// The scale of a block whose largest magnitude is m, and with it the codes:
//  * MX (OCP MX v1.0, clause 6.3): 2^(⌊log2 m⌋ − e), e the exponent of the element format's largest normal value,
//    clamped to E8M0's range; a block of zeros takes the smallest. The elements are x / scale, rounded, and saturate.
//  * NVFP4 (NVIDIA 2025, arXiv 2509.25149, appendix B): the tensor's scale is m of all values over 6 × 448, and the
//    block's is m / 6 over that, rounded to E4M3 (nearest even). The elements are x × (1 / (block's scale × tensor's
//    scale)), rounded, and saturate; every step in float32. A block whose scale comes out 0 holds zeros.
//  * A NaN or an infinity makes its block's scale NaN and so the whole block, since FP4 and FP6 have neither. NVFP4's
//    scale of the tensor takes no part in that: it is that of the finite values.

/// What scales the elements of one block.
struct BlockScale {
    std::uint8_t code = 0;  ///< in the format of scales
    float multiplier = 1;   ///< what elements are multiplied by: the code's value, times the tensor's scale for NVFP4
    float inverse = 1;      ///< what values are multiplied by before they are rounded; 0 where all become 0
};

/// NVFP4's scale of a whole tensor; 1 for MX formats and where there is nothing but zeros.
float tensorScale(const Format& format, std::span<const float> values);

/// The scale of one block by the rules above: the scalar reference.
BlockScale blockScale(const Format& format, std::span<const float> block, float tensorScale = 1);

/// An array as a format in blocks stores it.
struct BlockArray {
    Format format;
    std::size_t rowLength = 0;
    std::vector<std::uint8_t> codes;   ///< of the elements, a byte each
    std::vector<std::uint8_t> scales;  ///< of the blocks, row by row
    float tensorScale = 1;             ///< NVFP4
};

/// Quantises an array; `rowLength` divides its size. Stochastic rounding counts elements from options.index. A format
/// without blocks or a length that does not divide is a programming error and ends the program. Threaded for large
/// arrays; the result does not depend on how many threads there are.
BlockArray encodeBlocks(const Format& format, std::span<const float> in, std::size_t rowLength,
                        const RoundOptions& options = {});

/// The values that the codes and scales stand for; `out` has as many elements.
void decodeBlocks(const BlockArray& array, std::span<float> out);

/// decodeBlocks(encodeBlocks(in)), without the codes in between. `out` may be `in`.
void roundBlocks(const Format& format, std::span<const float> in, std::span<float> out, std::size_t rowLength,
                 const RoundOptions& options = {});

/// Bytes of `rows` rows: the elements packed at format.storageBits each, and the scales beside them.
struct BlockBytes {
    std::int64_t elements = 0;
    std::int64_t scales = 0;
};
BlockBytes blockBytes(const Format& format, std::int64_t rows, std::int64_t rowLength);

}  // namespace mantissa
