#pragma once

#include <cstdint>

#include "numerics/format.h"
#include "numerics/rounding.h"

namespace mantissa::detail {

/// limits() of a format's codes by themselves, whatever scales them.
FormatLimits elementLimits(const Format& format);

/// A positive number in units of some quantum: (whole + 0.leading…) with the first 32 fraction bits in `leading` and
/// whether anything but zeros follows them. Every rounding mode can be decided from this, whatever number it came from.
struct Quotient {
    std::uint64_t whole = 0;
    std::uint32_t leading = 0;
    bool sticky = false;
};

/// The exponent of the spacing of a format's values among magnitudes in [2^binade, 2^(binade + 1)).
int quantumAt(const Format& format, int binade);

/// Rounds ±quotient × 2^quantum, finite and not zero, to a code; `quantum` is that of quantumAt for the magnitude.
std::uint64_t encodeQuotient(const Format& format, bool negative, const Quotient& quotient, int quantum,
                             const RoundOptions& options);

/// Where the random numbers of 2^32 consecutive elements start: derived from the seed and the upper half of the index.
struct RandomKey {
    std::uint32_t before = 0;
    std::uint32_t between = 0;
};

/// A bijection of 32 bits in which every input bit flips every output bit with probability near one half (two rounds of
/// xorshift and multiply, after Appleby's MurmurHash3 finaliser).
inline std::uint32_t mixed(std::uint32_t x, std::uint32_t between) {
    x ^= x >> 16;
    x *= 0x21F0AAADu;
    x ^= x >> 15;
    x += between;
    x *= 0xD35A2D97u;
    x ^= x >> 15;
    return x;
}

inline RandomKey randomKey(std::uint64_t seed, std::uint32_t indexHigh) {
    const auto low = static_cast<std::uint32_t>(seed), high = static_cast<std::uint32_t>(seed >> 32);
    const std::uint32_t block = mixed(indexHigh + 0x9E3779B9u, 0);
    return {mixed(low ^ mixed(high ^ block, 1), 2), mixed(high ^ mixed(low ^ block, 3), 4)};
}

/// 32 random bits for an element, from the lower half of its index: the same whatever thread asks, in any order, and
/// cheap for a vector of indices. The key goes in twice, so that two seeds give two sequences and not two orders of
/// one.
inline std::uint32_t randomFrom(RandomKey key, std::uint32_t indexLow) {
    return mixed(indexLow ^ key.before, key.between);
}

inline std::uint32_t randomBits(std::uint64_t seed, std::uint64_t index) {
    return randomFrom(randomKey(seed, static_cast<std::uint32_t>(index >> 32)), static_cast<std::uint32_t>(index));
}

}  // namespace mantissa::detail
