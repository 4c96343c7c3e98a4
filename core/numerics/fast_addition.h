#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "numerics/format.h"
#include "numerics/rounded_addition.h"
#include "numerics/rounding.h"

// Private to numerics: what addRounded says, in a few instructions. One class a way of adding; the loops over terms are
// compiled for each.

namespace mantissa::detail {

/// A format of IEEE 754's own layout for its width.
inline bool isIeee(const Format& f, int exponentBits, int fractionBits) {
    return f.kind == FormatKind::floating && f.signBits == 1 && f.specials == Specials::ieee && f.subnormals &&
           f.exponentBits == exponentBits && f.fractionBits == fractionBits && f.bias == (1 << (exponentBits - 1)) - 1;
}
inline bool isBinary64(const Format& f) { return isIeee(f, 11, 52); }
inline bool isBinary32(const Format& f) { return isIeee(f, 8, 23); }

/// The definition itself; for integers and whatever else the others do not cover.
class DefinedAddition {
  public:
    explicit DefinedAddition(const Format& format) : format_(format) {}
    double operator()(double a, double b) const { return addRounded(format_, a, b); }

  private:
    Format format_;
};

/// FP64: the processor's own.
class DoubleAddition {
  public:
    double operator()(double a, double b) const { return a + b; }
};

/// FP32 of FP32 values: the processor's own.
class FloatAddition {
  public:
    double operator()(double a, double b) const {
        return static_cast<double>(static_cast<float>(a) + static_cast<float>(b));
    }
};

/// Any other floating-point format with a sign, subnormals and at most 51 significant bits well inside FP64's range:
/// the FP64 sum, rounded to odd where it is not exact, and then by its bits.
class BitwiseAddition {
  public:
    explicit BitwiseAddition(const Format& format)
        : drop_(52 - format.fractionBits),
          lowest_((std::int64_t{1023} + std::ilogb(limits(format).minNormal)) << 52),
          max_(std::bit_cast<std::uint64_t>(limits(format).max)),
          beyond_(roundTo(format, std::numeric_limits<double>::infinity())),
          nan_(roundTo(format, std::numeric_limits<double>::quiet_NaN())),
          negativeZero_(format.specials == Specials::negativeZeroNan ? 0 : kSign) {}

    static bool covers(const Format& f) {
        constexpr double kFar = 0x1p900;
        return f.kind == FormatKind::floating && f.signBits == 1 && f.subnormals &&
               f.fractionBits + 1 <= kOddSignificantBits && limits(f).max < kFar && limits(f).minSubnormal > 1 / kFar;
    }

    double operator()(double a, double b) const {
        double sum = a + b;
        const double error = roundingErrorOf(a, b, sum);
        // Seldom, so that the processor need not wait for the error.
        if (error > 0 || error < 0) [[unlikely]]
            sum = roundedToOdd(sum, error);
        return rounded(sum);
    }

    /// A value rounded to the format, as roundTo gives it. As the array kernel of round_array.cpp does it, in FP64's
    /// layout: a magnitude is base + significand, the significand with its hidden bit, so that a carry moves into the
    /// exponent by itself.
    double rounded(double value) const {
        const auto bits = std::bit_cast<std::uint64_t>(value);
        const auto magnitude = static_cast<std::int64_t>(bits & ~kSign);
        const std::int64_t field = magnitude & kInfinity;
        const std::int64_t base = field - kHidden;
        // One more for each binade below the smallest normal value; past 54 bits everything is below one half.
        const std::int64_t below = std::max(lowest_, field) - field;
        const std::int64_t drop = std::min<std::int64_t>(drop_ + (below >> 52), 54);
        const std::int64_t significand = magnitude - base;
        const std::int64_t remainder = (std::int64_t{1} << drop) - 1;
        const std::int64_t odd = (significand >> drop) & 1;
        const std::int64_t kept = (significand + (remainder >> 1) + odd) & ~remainder;
        // Unsigned: a NaN of a format without fraction bits carries into the sign.
        const std::uint64_t result = kept == 0 ? 0 : static_cast<std::uint64_t>(base) + static_cast<std::uint64_t>(kept);
        if (result > max_) [[unlikely]]
            return std::copysign(magnitude > kInfinity ? nan_ : beyond_, value);
        const std::uint64_t sign = result == 0 ? bits & negativeZero_ : bits & kSign;
        return std::bit_cast<double>(result | sign);
    }

  private:
    static constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
    static constexpr std::int64_t kHidden = std::int64_t{1} << 52, kInfinity = std::int64_t{0x7FF} << 52;

    std::int64_t drop_;    ///< significand bits that FP64 has more
    std::int64_t lowest_;  ///< the smallest normal value's exponent field, in place
    std::uint64_t max_;    ///< the largest finite value's bits
    double beyond_;        ///< what a positive value beyond it becomes: infinity, NaN or the largest value
    double nan_;           ///< what a positive NaN becomes, where there is none
    std::uint64_t negativeZero_;
};

}  // namespace mantissa::detail
