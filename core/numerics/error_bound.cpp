#include "numerics/error_bound.h"

#include <cmath>

#include "numerics/rounding.h"

namespace mantissa {
namespace {

/// Whether every value of `inner` is one of `outer`, so that taking it over rounds nothing.
bool holds(const Format& outer, const Format& inner) {
    const FormatLimits a = limits(outer), b = limits(inner);
    const auto significant = [](const Format& f) {
        return f.kind == FormatKind::integer ? f.fractionBits : f.fractionBits + 1;
    };
    return significant(inner) <= significant(outer) && b.max <= a.max && b.minSubnormal >= a.minSubnormal;
}

double smallestNormal(const Format& format) { return std::ldexp(1.0, 1 - format.bias); }

}  // namespace

std::optional<double> unitRoundoff(const Format& format) {
    if (format.kind == FormatKind::integer) return std::nullopt;
    return std::ldexp(1.0, -(format.fractionBits + 1));
}

std::optional<double> gammaFactor(std::uint64_t n, double u) {
    const double nu = static_cast<double>(n) * u;
    if (!(nu < 1)) return std::nullopt;
    return nu / (1 - nu);
}

bool mayUnderflow(const Format& product, double size) { return size > 0 && size < smallestNormal(product); }

ErrorBounds::ErrorBounds(const DotArithmetic& arithmetic)
    : order_(arithmetic.order),
      ofProduct_(unitRoundoff(arithmetic.product)),
      ofSum_(unitRoundoff(arithmetic.accumulator)),
      held_(holds(arithmetic.accumulator, arithmetic.product)),
      subnormalSums_(arithmetic.accumulator.subnormals) {
    const Format &product = arithmetic.product, &accumulator = arithmetic.accumulator;
    const FormatLimits ofProducts = limits(product), ofSums = limits(accumulator);
    lostAProduct_ = ofProducts.minSubnormal / 2;
    if (!held_) lostATerm_ += ofSums.minSubnormal / 2;
    if (!subnormalSums_) lostATerm_ += smallestNormal(accumulator) / 2;
    if (clamps(product)) largestProduct_ = ofProducts.max;
    if (clamps(accumulator)) largestSum_ = ofSums.max;
}

std::optional<ErrorBound> ErrorBounds::of(const DotTerms& terms) const {
    if (!ofProduct_ || !ofSum_) return std::nullopt;
    ErrorBound bound;
    bound.firstOrder = order_.kind == SummationKind::kahan;
    if (bound.firstOrder && !subnormalSums_) return std::nullopt;
    // A product that the accumulator does not hold is rounded once more when it is first added.
    bound.roundings = longestPath(order_, terms.n) + (held_ ? 0 : 1);
    const auto gamma = gammaFactor(bound.roundings, *ofSum_);
    if (!gamma) return std::nullopt;
    const double growth = 1 + (bound.firstOrder ? 2 * *ofSum_ : *gamma);
    bound.relative = (1 + *ofProduct_) * growth - 1;
    bound.underflow =
        (static_cast<double>(terms.underflows) * lostAProduct_ + static_cast<double>(terms.n) * lostATerm_) * growth;

    // No partial sum, of whatever order, is larger than all sizes together.
    if (terms.largest > largestProduct_ || terms.sizes + bound.absolute(terms.sizes) > largestSum_) return std::nullopt;
    return bound;
}

}  // namespace mantissa
