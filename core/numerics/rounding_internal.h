#pragma once

#include <cstdint>

#include "numerics/format.h"
#include "numerics/rounding.h"

namespace mantissa::detail {

/// A positive number in units of some quantum: (whole + 0.leading…) with the first 32 fraction bits in `leading` and whether
/// anything but zeros follows them. Every rounding mode can be decided from this, whatever number it came from.
struct Quotient {
    std::uint64_t whole = 0;
    std::uint32_t leading = 0;
    bool sticky = false;
};

/// The exponent of the spacing of a format's values among magnitudes in [2^binade, 2^(binade + 1)).
int quantumAt(const Format& format, int binade);

/// Rounds ±quotient × 2^quantum, finite and not zero, to a code; `quantum` is that of quantumAt for the magnitude.
std::uint64_t encodeQuotient(const Format& format, bool negative, const Quotient& quotient, int quantum, const RoundOptions& options);

/// 32 random bits for element `index` under `seed`, the same whatever thread asks. A counter run through 32-bit finalisers of the
/// murmur kind, so that a vector of counters costs a few multiplications.
inline std::uint32_t mix32(std::uint32_t x) {
    x ^= x >> 16;
    x *= 0x21F0AAADu;
    x ^= x >> 15;
    x *= 0xD35A2D97u;
    x ^= x >> 15;
    return x;
}

/// The part of the counter that changes once every 2^32 elements.
inline std::uint32_t randomKey(std::uint64_t seed, std::uint32_t indexHigh) {
    return mix32(static_cast<std::uint32_t>(seed) ^ mix32(static_cast<std::uint32_t>(seed >> 32) ^ mix32(indexHigh + 0x9E3779B9u)));
}

inline std::uint32_t randomFrom(std::uint32_t key, std::uint32_t indexLow) { return mix32(mix32(indexLow ^ key) + key); }

inline std::uint32_t randomBits(std::uint64_t seed, std::uint64_t index) {
    return randomFrom(randomKey(seed, static_cast<std::uint32_t>(index >> 32)), static_cast<std::uint32_t>(index));
}

}  // namespace mantissa::detail
