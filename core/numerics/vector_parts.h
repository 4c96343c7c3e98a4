#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "numerics/rounding.h"
#include "numerics/rounding_internal.h"

// Private to numerics: what the array kernels are made of. They work on the bits of float32 values without branches, so
// that the compiler turns their loops into vector code.
//
// A float32 is b0 + significand, where b0 holds the exponent field less one and the significand its hidden bit, so that
// a carry out of the significand moves into the exponent by itself. Rounding clears the significand's low `drop` bits:
// as many as the format has fewer than float32, and one more for each binade below the format's smallest normal value.

namespace mantissa::kernel {

using std::int32_t;
using std::uint32_t;

inline constexpr uint32_t kSign = 0x80000000u;
inline constexpr int32_t kInfinity = 0x7F800000;
inline constexpr int32_t kHidden = 0x00800000;  ///< the hidden bit, and one step of the exponent field
/// Exponent of float32's smallest value, −149, as a step of the exponent field.
inline constexpr int32_t kSubnormalScale = 149 << 23;

/// Formats whose normal values begin where float32 ends have values that no float32 can stand for, and rounding to them
/// is left to the scalar reference. Only an odd bias gives them.
inline bool handles(const Format& f) { return detail::elementLimits(f).minNormal <= 0x1p120; }

/// Whether a format with subnormals has float32's exponents, so that as many bits are dropped everywhere, and a
/// fraction bit whose parity is the significand's: without one, the last bit kept would be the exponent's.
inline bool hasFloatExponents(const Format& f) {
    return f.fractionBits >= 1 && f.fractionBits <= 23 && detail::elementLimits(f).minNormal == 0x1p-126;
}

/// Whether roundedByAddition() is right for all of a format with subnormals: it drops a bit or more, its values are
/// normal float32 values, and the addend of its largest ones is finite.
inline bool isRoundedByAddition(const Format& f) {
    const FormatLimits l = detail::elementLimits(f);
    return f.fractionBits < 23 && l.minSubnormal >= 0x1p-126 && l.max < std::ldexp(1.0, 104 + f.fractionBits);
}

/// One value for positive inputs and one for negative ones, as bits of a float32.
struct BySign {
    uint32_t positive = 0;
    uint32_t negative = 0;
};

/// Selections by mask instead of ?:, which the compiler would turn back into branches that no vector unit can take.
[[gnu::always_inline]] inline uint32_t maskOf(bool condition) { return 0u - static_cast<uint32_t>(condition); }
[[gnu::always_inline]] inline uint32_t select(uint32_t mask, uint32_t yes, uint32_t no) {
    return (yes & mask) | (no & ~mask);
}
[[gnu::always_inline]] inline uint32_t pick(uint32_t negative, BySign values) {
    return select(negative, values.negative, values.positive);
}
[[gnu::always_inline]] inline int32_t larger(int32_t a, int32_t b) { return a > b ? a : b; }
[[gnu::always_inline]] inline int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }

/// How many binades `field` lies below `lowest`, at least 0. Unsigned, since the distance may take all 32 bits.
[[gnu::always_inline]] inline int32_t binadesBelow(int32_t lowest, int32_t field) {
    return static_cast<int32_t>((static_cast<uint32_t>(larger(lowest, field)) - static_cast<uint32_t>(field)) >> 23);
}

/// The significand with its low bits rounded away; `full` says how many, and may be more than there are.
template <Rounding mode>
[[gnu::always_inline]] inline uint32_t roundSignificand(uint32_t significand, int32_t full, uint32_t negative,
                                                        uint32_t random) {
    // Past 25 bits everything is remainder, below one half.
    const int32_t drop = smaller(full, 25);
    const uint32_t unit = 1u << drop, remainder = unit - 1u;
    if constexpr (mode == Rounding::nearestEven) {
        // Adding one less than half, plus one where the last kept bit is odd, carries exactly when the tie rule says
        // so.
        const uint32_t odd = (significand >> drop) & remainder & 1u;
        return (significand + (remainder >> 1) + odd) & ~remainder;
    } else if constexpr (mode == Rounding::nearestAway) {
        return (significand + (unit >> 1)) & ~remainder;
    } else if constexpr (mode == Rounding::towardZero) {
        return significand & ~remainder;
    } else if constexpr (mode == Rounding::up) {
        return (significand + (remainder & ~negative)) & ~remainder;
    } else if constexpr (mode == Rounding::down) {
        return (significand + (remainder & negative)) & ~remainder;
    } else if constexpr (mode == Rounding::toOdd) {
        return (significand | ((significand & remainder) + remainder)) & ~remainder;
    } else {
        // The remainder as a fraction of 2^32, against a random one.
        const int32_t over = smaller(full - drop, 31);
        const uint32_t leading = ((significand & remainder) << ((32 - drop) & 31)) >> over;
        return (significand & ~remainder) + (maskOf(leading > ~random) & unit);
    }
}

/// The magnitude plus a power of two so much larger that the sum's last place is the format's spacing: the processor
/// then rounds to nearest, ties to even, in one addition. Less `addend`, the sum is the rounded magnitude; so are the
/// bits of both as integers, in units of the spacing.
struct RoundedSum {
    int32_t floor = 0;  ///< the exponent field whose spacing it is; cut where all magnitudes are beyond the format
    float addend = 0, sum = 0;
};
[[gnu::always_inline]] inline RoundedSum roundedByAddition(int32_t magnitude, int32_t lowest, int32_t drop) {
    RoundedSum result;
    result.floor = smaller(larger(magnitude & kInfinity, lowest), (254 - drop) * kHidden);
    result.addend = std::bit_cast<float>(result.floor + drop * kHidden);
    result.sum = std::bit_cast<float>(magnitude) + result.addend;
    return result;
}

/// A float32 magnitude with its subnormals normalised; their exponent field, negative then, goes on below 0.
[[gnu::always_inline]] inline int32_t normalised(int32_t magnitude) {
    const float count = static_cast<float>(smaller(magnitude, kHidden));
    const auto scaled = static_cast<uint32_t>(std::bit_cast<int32_t>(count) - kSubnormalScale);
    return static_cast<int32_t>(select(maskOf(magnitude < kHidden), scaled, static_cast<uint32_t>(magnitude)));
}

/// The inverse, for whole numbers of float32's smallest value.
[[gnu::always_inline]] inline int32_t denormalised(int32_t value) {
    const float count = std::bit_cast<float>(larger(smaller(value, kHidden), -22 * kHidden) + kSubnormalScale);
    const auto subnormal = static_cast<uint32_t>(static_cast<int32_t>(count));
    return static_cast<int32_t>(select(maskOf(value < kHidden), subnormal, static_cast<uint32_t>(value)));
}

}  // namespace mantissa::kernel
