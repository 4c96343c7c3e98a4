#include <cmath>

#include "numerics/format.h"
#include "numerics/rounding_internal.h"

namespace mantissa {
namespace {

void addRange(FormatLimits& l) {
    // Through logarithms: the quotient itself overflows for FP64.
    l.dynamicRangeBinades = std::log2(l.max) - std::log2(l.minSubnormal);
    l.dynamicRangeDb = 20 * (std::log10(l.max) - std::log10(l.minSubnormal));
}

}  // namespace

FormatLimits detail::elementLimits(const Format& f) {
    FormatLimits l;
    l.codes = f.bits() >= 64 ? UINT64_MAX : std::uint64_t{1} << f.bits();
    if (f.kind == FormatKind::integer) {
        l.max = std::ldexp(1.0, f.fractionBits) - 1;
        l.minNormal = l.minSubnormal = l.epsilon = 1;
        l.decimalDigits = f.fractionBits * std::log10(2.0);
    } else {
        const std::uint64_t fractions = std::uint64_t{1} << f.fractionBits;
        const std::uint64_t signs = std::uint64_t{1} << f.signBits;
        // The largest finite value: top exponent and fraction, less what the specials take of them.
        int topExponent = (1 << f.exponentBits) - 1;
        double topFraction = std::ldexp(static_cast<double>(fractions - 1), -f.fractionBits);
        if (f.specials == Specials::ieee) {
            --topExponent;
            l.infinities = signs;
            l.nans = signs * (fractions - 1);
        } else if (f.specials == Specials::allOnesNan) {
            if (f.fractionBits == 0)
                --topExponent;
            else
                topFraction -= std::ldexp(1.0, -f.fractionBits);
            l.nans = signs;
        } else if (f.specials == Specials::negativeZeroNan) {
            l.nans = 1;
        }
        const int lowestExponent = f.signBits ? 1 : 0;  // E8M0 has no zero, so field 0 is a normal value's
        if (topExponent >= lowestExponent)
            l.max = std::ldexp(1 + topFraction, topExponent - f.bias);
        else  // one exponent bit, and IEEE's specials take it: only subnormals are left
            l.max = std::ldexp(topFraction, 1 - f.bias);
        l.minNormal = std::ldexp(1.0, lowestExponent - f.bias);
        l.minSubnormal = f.subnormals ? std::ldexp(1.0, 1 - f.bias - f.fractionBits) : l.minNormal;
        l.epsilon = std::ldexp(1.0, -f.fractionBits);
        l.decimalDigits = (f.fractionBits + 1) * std::log10(2.0);
    }
    addRange(l);
    return l;
}

FormatLimits limits(const Format& f) {
    FormatLimits l = detail::elementLimits(f);
    const Format* scale = scaleOf(f);
    if (!scale) return l;
    const FormatLimits s = detail::elementLimits(*scale);
    l.max *= s.max;
    l.minNormal *= s.minSubnormal;
    l.minSubnormal *= s.minSubnormal;
    addRange(l);
    return l;
}

}  // namespace mantissa
