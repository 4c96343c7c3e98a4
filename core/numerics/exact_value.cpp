#include "numerics/exact_value.h"

#include <bit>
#include <cmath>
#include <limits>

#include "numerics/rounding_internal.h"

namespace mantissa {
namespace {

using boost::multiprecision::cpp_int;

/// floor(log2 of a positive fraction).
int binadeOf(const cpp_int& numerator, const cpp_int& denominator) {
    const int estimate = static_cast<int>(msb(numerator)) - static_cast<int>(msb(denominator));
    // The estimate is right or one too large.
    const bool tooLarge =
        estimate >= 0 ? numerator < (denominator << estimate) : (numerator << -estimate) < denominator;
    return tooLarge ? estimate - 1 : estimate;
}

/// numerator / denominator in units of 2^quantum. A whole part past 2^63 is given as 2^63: only integers meet it, and
/// they clamp.
detail::Quotient quotientOf(const cpp_int& numerator, const cpp_int& denominator, int quantum) {
    const cpp_int above = quantum < 0 ? cpp_int(numerator << -quantum) : numerator;
    const cpp_int below = quantum > 0 ? cpp_int(denominator << quantum) : denominator;
    cpp_int whole, remainder;
    divide_qr(above, below, whole, remainder);
    cpp_int leading, rest;
    divide_qr(cpp_int(remainder << 32), below, leading, rest);
    const bool huge = !whole.is_zero() && msb(whole) >= 63;
    return {.whole = huge ? std::uint64_t{1} << 63 : static_cast<std::uint64_t>(whole),
            .leading = static_cast<std::uint32_t>(leading),
            .sticky = !rest.is_zero()};
}

}  // namespace

Rational powerOfTwo(int exponent) {
    const cpp_int power = cpp_int(1) << std::abs(exponent);
    return exponent < 0 ? Rational(1, power) : Rational(power);
}

ExactValue ExactValue::fromDouble(double value) {
    const bool negative = std::signbit(value);
    if (std::isnan(value)) return {negative, Kind::nan};
    if (std::isinf(value)) return {negative, Kind::infinite};
    if (value == 0) return {negative, Rational(0)};
    int exponent = 0;
    const double fraction = std::frexp(std::abs(value), &exponent);
    auto significand = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
    const int zeros = std::countr_zero(significand);
    return {negative, Rational(cpp_int(significand >> zeros)) * powerOfTwo(exponent - 53 + zeros)};
}

ExactValue ExactValue::negated() const {
    ExactValue result = *this;
    result.negative_ = !negative_;
    return result;
}

std::uint64_t ExactValue::encodedIn(const Format& format, const RoundOptions& options) const {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const double sign = negative_ ? -1 : 1;
    if (kind_ == Kind::nan) return encode(format, std::copysign(kNan, sign), options);
    if (kind_ == Kind::infinite) return encode(format, sign * kInfinity, options);
    if (magnitude_.is_zero()) return encode(format, sign * 0.0, options);
    const cpp_int above = numerator(magnitude_), below = denominator(magnitude_);
    const int quantum = detail::quantumAt(format, binadeOf(above, below));
    return detail::encodeQuotient(format, negative_, quotientOf(above, below, quantum), quantum, options);
}

double ExactValue::nearestDouble() const {
    const Format& fp64 = format("fp64");
    return decode(fp64, encodedIn(fp64, {}));
}

}  // namespace mantissa
