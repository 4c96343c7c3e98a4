#include "numerics/cast_counts.h"

#include <cmath>
#include <cstddef>

#include "numerics/rounding.h"

namespace mantissa {

void CastCounts::add(const CastCounts& other) {
    values += other.values;
    overflows += other.overflows;
    underflows += other.underflows;
    subnormals += other.subnormals;
    nans += other.nans;
    infinities += other.infinities;
}

CastRange castRange(const Format& element, double scale) {
    const FormatLimits l = limits(element);
    const double half = ulp(element, l.max) / 2;
    // The tie itself leads away from a largest value whose code is odd. Only the OCP formats with one NaN end on an
    // even one.
    const bool even = element.specials == Specials::allOnesNan && element.fractionBits > 0;
    double highest = l.max + half, lowest = -highest;
    if (!even) {
        highest = std::nextafter(highest, 0);
        lowest = -highest;
    }
    if (element.kind == FormatKind::integer) lowest = element.signBits == 0 ? -half : -l.max - 1 - half;
    return {.lowest = lowest * scale,
            .highest = highest * scale,
            .minNormal = element.kind == FormatKind::integer ? 0 : l.minNormal * scale};
}

CastCounts countCasts(std::span<const float> before, std::span<const float> after, const CastRange& range) {
    CastCounts counts{.values = static_cast<std::int64_t>(before.size())};
    for (std::size_t i = 0; i < before.size(); ++i) {
        const auto x = static_cast<double>(before[i]), y = static_cast<double>(after[i]);
        const bool finite = std::isfinite(y);
        counts.nans += std::isnan(y);
        counts.infinities += std::isinf(y);
        if (!std::isfinite(x)) continue;
        if (finite ? x > range.highest || x < range.lowest : range.losesFinite)
            ++counts.overflows;
        else if (finite && y == 0)
            counts.underflows += x != 0;
        else if (finite)
            counts.subnormals += std::abs(y) < range.minNormal;
    }
    return counts;
}

}  // namespace mantissa
