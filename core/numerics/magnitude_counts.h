#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mantissa {

/// Values counted by their magnitude. Each power of two is cut into kCells equal parts, as the values of a format with
/// three fraction bits cut it, so that both powers of two and the grid of an 8-bit format can be drawn from it.
struct MagnitudeCounts {
    static constexpr int kCells = 8;

    int lowest = 0;  ///< exponent of the first power of two
    std::vector<std::int64_t>
        counts;  ///< counts[i]: 2^e·(1 + c/8) ≤ |x| < 2^e·(1 + (c+1)/8), e = lowest + i/8, c = i%8
    std::int64_t zeros = 0;
    std::int64_t nans = 0;
    std::int64_t infinities = 0;

    int powers() const { return static_cast<int>(counts.size()) / kCells; }
    std::int64_t inPower(int index) const;  ///< the cells of one power of two together
    /// Values that are neither zero, NaN nor infinite.
    std::int64_t counted() const;
    void add(const MagnitudeCounts& other);
    bool operator==(const MagnitudeCounts&) const = default;
};

/// Powers of two without a value are left out at both ends.
MagnitudeCounts countMagnitudes(std::span<const float> values);

}  // namespace mantissa
