#pragma once

#include <cstdint>
#include <optional>

#include "numerics/format.h"
#include "numerics/summation.h"

namespace mantissa {

/// Unit roundoff of rounding to nearest: 2^−p with p significant bits. None for integers, whose rounding error does not
/// grow with the value.
std::optional<double> unitRoundoff(const Format& format);

/// γₙ = nu / (1 − nu): n factors 1 + δ with |δ| ≤ u multiply to 1 + θ with |θ| ≤ γₙ (Higham 2002, Accuracy and
/// Stability of Numerical Algorithms, lemma 3.1). Holds while nu < 1; none beyond.
std::optional<double> gammaFactor(std::uint64_t n, double u);

/// How far a computed dot product of n terms can be from Σ aᵢbᵢ at most, as a share of Σ |aᵢbᵢ|.
struct ErrorBound {
    double relative = 0;
    std::uint64_t roundings = 0;  ///< the k of γₖ: what one term meets in the accumulator
    bool firstOrder = false;      ///< Kahan: 2u, without the O(nu²) that follows it (Higham 2002, (4.8))
};

/// What a dot product is computed in.
struct DotArithmetic {
    Format product;      ///< each aᵢbᵢ is rounded to it once
    Format accumulator;  ///< each addition is rounded to it once
    SummationOrder order;
};

/// After Higham 2002, (3.5) and (4.4), with the product's rounding apart: (1 + u_p)(1 + γₖ) − 1, k the longest way of a
/// term into the sum. With one format for both and sequential order it is γₙ or a little less. None where ku ≥ 1, and
/// for integers. Overflow voids it, and underflow adds to it (underflowBound).
std::optional<ErrorBound> errorBound(const DotArithmetic& arithmetic, std::uint64_t n);

/// What underflow can add, in absolute terms: half a smallest value a rounding among the subnormals. Sums of two values
/// of one format are exact there, so only products, and sums of products finer than the accumulator, count.
double underflowBound(const DotArithmetic& arithmetic, std::uint64_t n);

}  // namespace mantissa
