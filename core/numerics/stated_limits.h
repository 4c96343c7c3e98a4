#pragma once

#include <optional>

#include "numerics/format.h"

namespace mantissa {

/// Limits as a table states them: only those that the format has. (FormatLimits, for arithmetic, always holds a
/// number.)
struct StatedLimits {
    double lowest = 0;                     ///< the smallest finite value: −max, INT8's −128, E8M0's 2^−127
    double max = 0;                        ///< the largest finite value
    std::optional<double> minNormal;       ///< none where every value is subnormal
    std::optional<double> minSubnormal;    ///< none without subnormals: integers, E8M0, eXm0
    std::optional<double> epsilon;         ///< the gap above 1; none where 1 or a finite value above it is missing
    std::optional<double> decimalDigits;   ///< none where every value is subnormal
    std::optional<double> dynamicRangeDb;  ///< none where 0 is the only finite value
    std::optional<double> dynamicRangeBinades;
};
StatedLimits statedLimits(const Format& format);

}  // namespace mantissa
