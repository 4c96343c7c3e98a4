#include "numerics/stated_limits.h"

#include <cmath>

#include "numerics/rounding.h"

namespace mantissa {
namespace {

std::optional<double> gapAboveOne(const Format& f) {
    const std::uint64_t one = encode(f, 1, {.overflow = Overflow::saturate});
    const double next = decode(f, nextUp(f, one));
    if (decode(f, one) != 1 || !(next > 1) || !std::isfinite(next)) return std::nullopt;
    return next - 1;
}

}  // namespace

StatedLimits statedLimits(const Format& f) {
    const FormatLimits l = limits(f);
    StatedLimits stated;
    stated.max = l.max;
    stated.lowest = l.max > 0 ? -l.max : 0;  // not −0
    if (f.kind == FormatKind::integer)
        stated.lowest = f.signBits ? -l.max - 1 : 0;
    else if (!f.signBits)
        stated.lowest = l.minSubnormal;
    if (l.max >= l.minNormal) {
        stated.minNormal = l.minNormal;
        stated.decimalDigits = l.decimalDigits;
    }
    if (f.subnormals && f.fractionBits > 0 && l.max >= l.minSubnormal) stated.minSubnormal = l.minSubnormal;
    stated.epsilon = gapAboveOne(elementOf(f));
    if (l.max > 0) {
        stated.dynamicRangeDb = l.dynamicRangeDb;
        stated.dynamicRangeBinades = l.dynamicRangeBinades;
    }
    return stated;
}

}  // namespace mantissa
