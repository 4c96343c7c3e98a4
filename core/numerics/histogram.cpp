#include "numerics/histogram.h"

#include <algorithm>
#include <cmath>

namespace mantissa {

Histogram histogram(std::span<const double> values, int bins, HistogramRange range) {
    Histogram result;
    double low = INFINITY, high = -INFINITY;
    for (double v : values) {
        if (!std::isfinite(v)) continue;
        low = std::min(low, v);
        high = std::max(high, v);
    }
    if (low > high || bins < 1) return result;
    if (range == HistogramRange::symmetric) {
        high = std::max(std::abs(low), std::abs(high));
        low = -high;
    } else if (range == HistogramRange::fromZero) {
        low = std::min(low, 0.0);
        high = std::max(high, 0.0);
    }
    if (low == high) {
        // All values equal: a bin needs a width, so take the smallest one that survives division into bins.
        const double half = low == 0 ? 0.5 : std::abs(low) * 1e-3;
        low -= half;
        high += half;
    }
    const double width = high - low;
    result.edges.resize(static_cast<std::size_t>(bins) + 1);
    for (int i = 0; i <= bins; ++i) result.edges[static_cast<std::size_t>(i)] = low + width * i / bins;
    result.edges.back() = high;
    result.counts.assign(static_cast<std::size_t>(bins), 0);
    for (double v : values) {
        if (!std::isfinite(v)) continue;
        // The edges are rounded, so the quotient may land one bin off; upper_bound on the edges themselves cannot.
        const auto above = std::upper_bound(result.edges.begin(), result.edges.end(), v);
        const auto bin = std::clamp<std::ptrdiff_t>(above - result.edges.begin() - 1, 0, bins - 1);
        ++result.counts[static_cast<std::size_t>(bin)];
    }
    return result;
}

}  // namespace mantissa
