#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdint>

#include "numerics/format.h"
#include "numerics/rounding.h"

// Private to numerics: whoever wants typed values includes value_text.h.

namespace mantissa {

using Rational = boost::multiprecision::cpp_rational;

/// A number without any rounding: a fraction with a sign (zero has one too), an infinity, or NaN.
class ExactValue {
  public:
    enum class Kind { finite, infinite, nan };

    /// A finite value; `magnitude` must not be negative.
    ExactValue(bool negative, Rational magnitude) : negative_(negative), magnitude_(std::move(magnitude)) {}
    /// An infinity or NaN.
    ExactValue(bool negative, Kind kind) : kind_(kind), negative_(negative) {}

    static ExactValue fromDouble(double value);
    static ExactValue fromSigned(const Rational& value) { return {value < 0, abs(value)}; }

    Kind kind() const { return kind_; }
    bool isFinite() const { return kind_ == Kind::finite; }
    bool negative() const { return negative_; }
    Rational value() const { return negative_ ? -magnitude_ : magnitude_; }
    ExactValue negated() const;

    /// The code nearest to the value itself: rounded once, by the rules of encode().
    std::uint64_t encodedIn(const Format& format, const RoundOptions& options) const;
    /// Nearest FP64, ties to even; infinite beyond its range.
    double nearestDouble() const;

  private:
    Kind kind_ = Kind::finite;
    bool negative_ = false;
    Rational magnitude_;
};

/// 2^exponent.
Rational powerOfTwo(int exponent);

}  // namespace mantissa
