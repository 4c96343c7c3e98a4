#include <bit>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "numerics/products.h"
#include "numerics/rounded_addition.h"
#include "numerics/rounding.h"
#include "study/dot_product.h"

namespace mantissa {
namespace {

/// Exponents of the highest and the lowest bit of a finite value that is not 0.
struct BitRange {
    int highest, lowest;
};
BitRange bitsOf(double value) {
    int exponent = 0;
    const double fraction = std::frexp(std::abs(value), &exponent);
    const auto significand = static_cast<std::uint64_t>(std::ldexp(fraction, 53));
    return {exponent - 1, exponent - 53 + std::countr_zero(significand)};
}

/// Significant bits of high + low, high its nearest FP64.
int significantBits(double high, double low) {
    if (high == 0 || !std::isfinite(high)) return 0;
    const BitRange range = bitsOf(high);
    if (low == 0) return range.highest - range.lowest + 1;
    // A power of two less something begins one bit lower.
    const bool borrows = (low < 0) != (high < 0) && range.highest == range.lowest;
    return range.highest - (borrows ? 1 : 0) - bitsOf(low).lowest + 1;
}

/// The neighbours of the exact sum in the accumulator, and how it was rounded to one of them.
void lookAtRounding(DotStep& step, const Format& f) {
    const double stored = step.addition.stored;
    if (!std::isfinite(step.exact)) {
        step.outcome = std::isfinite(step.addition.left) && std::isfinite(step.addition.right) ? StepOutcome::overflow
                                                                                               : StepOutcome::undefined;
        step.below = step.above = stored;
        return;
    }
    // Toward the exact sum from what was stored; 0 where they are the same.
    const double off = (step.exact - stored) + step.exactRest;
    const double max = limits(f).max;
    const double lowest = f.kind == FormatKind::integer ? (f.signBits == 1 ? -max - 1 : 0) : -max;
    const bool clamped = (step.exact > max && stored == max) || (step.exact < lowest && stored == lowest);
    if (!std::isfinite(stored) || clamped) {
        step.outcome = StepOutcome::overflow;
        step.below = step.exact < 0 ? stored : max;
        step.above = step.exact < 0 ? lowest : stored;
        return;
    }
    step.below = step.above = stored;
    if (off == 0) {
        step.outcome = StepOutcome::exact;
        return;
    }
    const std::uint64_t code = encode(f, stored);
    if (off > 0)
        step.above = decode(f, nextUp(f, code));
    else
        step.below = decode(f, nextDown(f, code));
    const double toBelow = (step.exact - step.below) + step.exactRest;
    const double toAbove = (step.above - step.exact) - step.exactRest;
    step.outcome = toBelow == toAbove ? StepOutcome::tie : StepOutcome::nearest;
}

}  // namespace

DotStep dotStep(const DotReport& report, std::size_t index, std::uint64_t n) {
    if (index >= report.series.size() || n < 1 || n > report.n) std::abort();
    const DotSeries& series = report.series[index];
    const std::uint64_t start = (n - 1) / kDotCheckpoint;
    RunningSum sum = series.checkpoints[static_cast<std::size_t>(start)];
    const auto first = static_cast<std::size_t>(start * kDotCheckpoint);
    const std::size_t count = static_cast<std::size_t>(n) - first;
    std::vector<double> products(count);
    const auto& vectors = *report.vectors;
    roundedProducts(report.product, std::span(vectors.a).subspan(first, count),
                    std::span(vectors.b).subspan(first, count), products);
    sum.add(products);
    DotStep step{.n = n,
                 .a = vectors.a[static_cast<std::size_t>(n - 1)],
                 .b = vectors.b[static_cast<std::size_t>(n - 1)],
                 .product = products.back(),
                 .addition = sum.lastAddition()};
    step.exact = step.addition.left + step.addition.right;
    if (std::isfinite(step.exact)) {
        step.exactRest = detail::roundingErrorOf(step.addition.left, step.addition.right, step.exact);
        step.exactBits = significantBits(step.exact, step.exactRest);
    }
    lookAtRounding(step, series.how.accumulator);
    return step;
}

}  // namespace mantissa
