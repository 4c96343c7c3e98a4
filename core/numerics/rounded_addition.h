#pragma once

#include <bit>
#include <cstdint>

#include "numerics/format.h"

namespace mantissa {

/// The value of `format` nearest to a + b, rounded once from the exact sum: ties to even, overflow as the format's
/// standard says, NaN and infinities as in IEEE 754-2019 clause 6. The definition that every faster addition here must
/// agree with, whatever a and b are.
double addRounded(const Format& format, double a, double b);

namespace detail {

/// What a + b loses when it is rounded to FP64, exactly (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B).
/// NaN where the sum overflows or is not finite.
inline double roundingErrorOf(double a, double b, double sum) {
    const double inSum = sum - a;
    return (a - (sum - inSum)) + (b - inSum);
}

/// An FP64 sum that lost `error` as round-to-odd gives it: of the two neighbours the one with an odd significand.
/// Rounded on to 51 or fewer significant bits it gives what the exact sum would (Boldo and Melquiond 2008, "Emulation
/// of FMA and correctly rounded sums").
inline double roundedToOdd(double sum, double error) {
    auto bits = std::bit_cast<std::uint64_t>(sum);
    if ((bits & 1) != 0) return sum;
    bits += (error > 0) == (sum > 0) ? 1 : UINT64_MAX;
    return std::bit_cast<double>(bits);
}

/// a + b in FP64, rounded to odd.
inline double addToOdd(double a, double b) {
    const double sum = a + b, error = roundingErrorOf(a, b, sum);
    // Neither where the error is NaN.
    return error > 0 || error < 0 ? roundedToOdd(sum, error) : sum;
}

/// How many significant bits can be rounded from FP64 rounded to odd: two fewer than it has.
inline constexpr int kOddSignificantBits = 51;

}  // namespace detail

}  // namespace mantissa
