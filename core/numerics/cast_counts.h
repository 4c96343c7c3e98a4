#pragma once

#include <cstdint>
#include <span>

#include "numerics/format.h"

namespace mantissa {

/// What rounding to a format did to values.
struct CastCounts {
    std::int64_t values = 0;
    std::int64_t overflows = 0;   ///< finite values beyond the range: they became infinity, NaN or the largest value
    std::int64_t underflows = 0;  ///< became zero without being it
    std::int64_t subnormals = 0;  ///< became a subnormal of the format, with fewer significant bits than it has
    std::int64_t nans = 0;        ///< NaN afterwards
    std::int64_t infinities = 0;  ///< infinite afterwards

    void add(const CastCounts& other);
    bool operator==(const CastCounts&) const = default;
};

/// Where a format's codes end, once its scale is known.
struct CastRange {
    double lowest = 0, highest = 0;  ///< what lies beyond has no code near it
    double minNormal = 0;            ///< 0 for integers, which have no subnormals
    /// Whether finite values that are not finite afterwards overflowed; in a block whose scale is NaN they did not.
    bool losesFinite = true;
};

/// The range of a format's codes times a scale, half a step beyond the largest included: that still rounds to it.
CastRange castRange(const Format& element, double scale = 1);

/// `before` and `after` rounding, of equal size.
CastCounts countCasts(std::span<const float> before, std::span<const float> after, const CastRange& range);

}  // namespace mantissa
