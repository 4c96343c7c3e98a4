#include "numerics/rounded_addition.h"

#include <cmath>

#include "numerics/exact_value.h"
#include "numerics/rounding.h"

namespace mantissa {

double addRounded(const Format& format, double a, double b) {
    if (format.kind == FormatKind::integer || format.fractionBits + 1 <= detail::kOddSignificantBits)
        return roundTo(format, detail::addToOdd(a, b));
    const double sum = a + b;
    if (!std::isfinite(sum) || sum == 0) return roundTo(format, sum);
    const Rational exact = ExactValue::fromDouble(a).value() + ExactValue::fromDouble(b).value();
    return decode(format, ExactValue::fromSigned(exact).encodedIn(format, {}));
}

}  // namespace mantissa
