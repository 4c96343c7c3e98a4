#pragma once

#include <cstdint>

#include "numerics/format.h"
#include "numerics/rounding.h"

namespace mantissa {

/// Every number between the two rounds to one value: `low` and `high` are the same for that value alone, infinite where
/// all numbers beyond do, NaN for a code that is no number. Ends that FP64 has not (FP64's own ties) are its nearest
/// number. Stochastic rounding: every number that may round there.
struct RoundingInterval {
    double low = 0, high = 0;
    bool lowIncluded = true, highIncluded = true;  ///< whether the end itself rounds there
};

/// The interval of a code's value, found by rounding what lies around it, exactly; −0 and +0 are one value.
RoundingInterval roundingInterval(const Format& format, std::uint64_t code, const RoundOptions& options);

}  // namespace mantissa
