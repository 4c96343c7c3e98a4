#pragma once

#include <cstdint>
#include <limits>
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

/// What a dot product is computed in.
struct DotArithmetic {
    Format product;      ///< each aᵢbᵢ is rounded to it once
    Format accumulator;  ///< each addition is rounded to it once
    SummationOrder order;
};

/// What is added up, as far as a bound needs to know.
struct DotTerms {
    std::uint64_t n = 0;
    double sizes = 0;              ///< Σ |aᵢbᵢ|
    double largest = 0;            ///< of all |aᵢbᵢ|
    std::uint64_t underflows = 0;  ///< products other than 0 below the product format's smallest normal (mayUnderflow)
};

/// Whether rounding a product of this size can lose more than a share u of it.
bool mayUnderflow(const Format& product, double size);

/// How far a computed dot product can be from Σ aᵢbᵢ at most: relative · Σ |aᵢbᵢ| + underflow.
struct ErrorBound {
    double relative = 0;
    double underflow = 0;         ///< in absolute terms: half a smallest value for each rounding among the subnormals
    std::uint64_t roundings = 0;  ///< the k of γₖ: what one term meets in the accumulator
    bool firstOrder = false;      ///< Kahan: 2u, without the O(nu²) that follows it (Higham 2002, (4.8))

    double absolute(double sizes) const { return relative * sizes + underflow; }
    /// As a share of Σ |aᵢbᵢ|; ∞ or NaN where that is 0.
    double share(double sizes) const { return relative + underflow / sizes; }
};

/// The bounds for sums in one arithmetic. After Higham 2002, (3.5) and (4.4), with the product's rounding apart:
/// (1 + u_p)(1 + γₖ) − 1, k the longest way of a term into the sum. With one format for both and sequential order it is
/// γₙ or a little less. Sums of two values of one format are exact among its subnormals, so only products, and sums of
/// products finer than the accumulator, underflow; in formats without subnormals every sum can.
class ErrorBounds {
  public:
    explicit ErrorBounds(const DotArithmetic& arithmetic);

    /// None where ku ≥ 1, for integers, for Kahan's order without subnormals, and where a format that clamps what is
    /// too large for it might have done so. Where overflow gives infinity or NaN, a bound holds for sums that are
    /// finite.
    std::optional<ErrorBound> of(const DotTerms& terms) const;

  private:
    SummationOrder order_;
    std::optional<double> ofProduct_, ofSum_;  ///< unit roundoffs
    bool held_;                                ///< every product is a value of the accumulator
    bool subnormalSums_;
    double lostAProduct_ = 0;  ///< at most, by each product that may underflow
    double lostATerm_ = 0;     ///< at most, by each term among the accumulator's smallest values
    /// Where products and sums are clamped; ∞ in formats that do not clamp.
    double largestProduct_ = std::numeric_limits<double>::infinity(), largestSum_ = largestProduct_;
};

}  // namespace mantissa
