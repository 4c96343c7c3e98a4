#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mantissa {

/// The unevaluated sum of two FP64 numbers: `high` is the nearest FP64, `low` the nearest one to what it leaves out.
struct DoubleDouble {
    double high = 0;
    double low = 0;
};

/// A sum of FP64 numbers without any rounding, of whatever signs and sizes, in whatever order: one fixed-point number
/// wide enough for all of them (Kulisch 1971, "An axiomatic approach to rounded computations"). Holds 2^63 additions.
///
/// A NaN, or infinities of both signs, make the sum NaN; infinities of one sign make it infinite.
class ExactSum {
  public:
    void add(double value);

    /// The nearest FP64, ties to even; infinite beyond its range.
    double value() const { return parts().high; }
    /// The sum to 106 bits and more; low is 0 where high is infinite or NaN.
    DoubleDouble parts() const;
    /// Sum − value, rounded once to FP64: 0 only where they are equal.
    double minus(double value) const;

  private:
    // Bit 0 stands for 2^-1074; 2^1024 is bit 2098, and what 2^63 additions of less than that carry stays below bit
    // 2162. Two's complement in 64-bit limbs, the lowest first.
    static constexpr std::size_t kLimbs = 34;
    using Limbs = std::array<std::uint64_t, kLimbs>;

    Limbs limbs_{};
    std::size_t lowest_ = kLimbs;  ///< limbs below it were never touched
    double special_ = 0;           ///< sum of the NaNs and infinities
};

}  // namespace mantissa
