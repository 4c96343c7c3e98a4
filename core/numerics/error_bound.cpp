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

std::optional<ErrorBound> errorBound(const DotArithmetic& arithmetic, std::uint64_t n) {
    const auto product = unitRoundoff(arithmetic.product), sum = unitRoundoff(arithmetic.accumulator);
    if (!product || !sum) return std::nullopt;
    ErrorBound bound;
    // A product that the accumulator does not hold is rounded once more when it is first added.
    bound.roundings = longestPath(arithmetic.order, n) + (holds(arithmetic.accumulator, arithmetic.product) ? 0 : 1);
    const auto gamma = gammaFactor(bound.roundings, *sum);
    if (!gamma) return std::nullopt;
    bound.firstOrder = arithmetic.order.kind == SummationKind::kahan;
    const double ofSum = bound.firstOrder ? 2 * *sum : *gamma;
    bound.relative = (1 + *product) * (1 + ofSum) - 1;
    return bound;
}

double underflowBound(const DotArithmetic& arithmetic, std::uint64_t n) {
    double each = limits(arithmetic.product).minSubnormal / 2;
    if (!holds(arithmetic.accumulator, arithmetic.product)) each += limits(arithmetic.accumulator).minSubnormal / 2;
    const auto bound = errorBound(arithmetic, n);
    return static_cast<double>(n) * each * (1 + (bound ? bound->relative : 0));
}

}  // namespace mantissa
