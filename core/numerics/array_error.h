#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "numerics/format.h"

namespace mantissa {

/// How far one array is from another, as sums that add up over the parts of a whole. Δ = candidate − reference.
/// Elements where either side is NaN or infinite are left out and counted. Unlike errorMetrics, made for millions of
/// values.
struct ArrayError {
    std::size_t count = 0;
    std::size_t excluded = 0;
    double signal = 0;   ///< Σ r²
    double noise = 0;    ///< Σ Δ²
    double power = 0;    ///< Σ c²
    double product = 0;  ///< Σ r·c
    double maxAbs = 0;   ///< max |Δ|
    double ulpMax = 0;   ///< of ulpDistance in the candidate's format; NaN where a scale says how large a step is

    void add(const ArrayError& other);
    double sqnrDb() const;  ///< 10·log10(signal / noise); +∞ where nothing differs; NaN where nothing was compared
    double cosine() const;  ///< NaN where a vector is zero
};

/// Compares arrays of equal size; `format` gives the ULP.
ArrayError arrayError(std::span<const float> reference, std::span<const float> candidate, const Format& format);

/// The magnitudes of values that are neither zero, NaN nor infinite.
struct MagnitudeRange {
    double smallest = 0, largest = 0;  ///< 0 where there is none

    void add(const MagnitudeRange& other);
    double binades() const;  ///< log2(largest / smallest), the powers of two that a format has to span; 0 where none
};
MagnitudeRange magnitudeRange(std::span<const float> values);

}  // namespace mantissa
