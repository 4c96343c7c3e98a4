#include "numerics/error_bound.h"

#include <cmath>

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

bool clamps(const Format& format) { return format.specials == Specials::none; }

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

std::optional<ErrorBound> errorBound(const DotArithmetic& arithmetic, const DotTerms& terms) {
    const Format &product = arithmetic.product, &accumulator = arithmetic.accumulator;
    const auto ofProduct = unitRoundoff(product), ofSum = unitRoundoff(accumulator);
    if (!ofProduct || !ofSum) return std::nullopt;
    ErrorBound bound;
    bound.firstOrder = arithmetic.order.kind == SummationKind::kahan;
    if (bound.firstOrder && !accumulator.subnormals) return std::nullopt;
    const bool held = holds(accumulator, product);
    // A product that the accumulator does not hold is rounded once more when it is first added.
    bound.roundings = longestPath(arithmetic.order, terms.n) + (held ? 0 : 1);
    const auto gamma = gammaFactor(bound.roundings, *ofSum);
    if (!gamma) return std::nullopt;
    const double growth = 1 + (bound.firstOrder ? 2 * *ofSum : *gamma);
    bound.relative = (1 + *ofProduct) * growth - 1;

    const auto n = static_cast<double>(terms.n);
    double lost = static_cast<double>(terms.underflows) * limits(product).minSubnormal / 2;
    if (!held) lost += n * limits(accumulator).minSubnormal / 2;
    if (!accumulator.subnormals) lost += n * smallestNormal(accumulator) / 2;
    bound.underflow = lost * growth;

    // No partial sum, of whatever order, is larger than all sizes together.
    if (clamps(product) && terms.largest > limits(product).max) return std::nullopt;
    if (clamps(accumulator) && terms.sizes + bound.absolute(terms.sizes) > limits(accumulator).max) return std::nullopt;
    return bound;
}

}  // namespace mantissa
