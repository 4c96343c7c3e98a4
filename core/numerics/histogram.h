#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace mantissa {

/// Counts between edges: counts[i] holds edges[i] ≤ x < edges[i+1], the last bin includes its right edge.
struct Histogram {
    std::vector<double> edges;  ///< counts.size() + 1, ascending; empty when nothing finite was given
    std::vector<std::uint64_t> counts;
};

/// Equal bins over the finite values' range, symmetric about 0 when `symmetric`; one bin of width 0 widened when all
/// are equal.
enum class HistogramRange { data, symmetric, fromZero };
Histogram histogram(std::span<const double> values, int bins, HistogramRange range);

}  // namespace mantissa
