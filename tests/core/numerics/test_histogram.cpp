#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <random>

#include "numerics/histogram.h"

namespace mantissa {
namespace {

TEST(Histogram, CountsEveryFiniteValueOnceInTheBinThatHoldsIt) {
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal;
    std::vector<double> values(5000);
    for (auto& v : values) v = normal(random);
    values.push_back(NAN);
    values.push_back(INFINITY);
    const auto h = histogram(values, 31, HistogramRange::data);
    ASSERT_EQ(h.edges.size(), 32u);
    EXPECT_EQ(std::accumulate(h.counts.begin(), h.counts.end(), std::uint64_t{0}), 5000u);
    for (std::size_t i = 0; i < h.counts.size(); ++i) {
        std::uint64_t expected = 0;
        for (double v : values)
            expected += v >= h.edges[i] && (v < h.edges[i + 1] || (i + 1 == h.counts.size() && v == h.edges[i + 1]));
        EXPECT_EQ(h.counts[i], expected) << "bin " << i;
    }
}

TEST(Histogram, SymmetricRangeHasZeroInTheMiddle) {
    const std::vector<double> values{-1, 0.25, 0.5};
    const auto h = histogram(values, 4, HistogramRange::symmetric);
    EXPECT_EQ(h.edges.front(), -1);
    EXPECT_EQ(h.edges.back(), 1);
    EXPECT_EQ(h.edges[2], 0);
}

TEST(Histogram, EqualValuesStillGetABinWithWidth) {
    const std::vector<double> values{3, 3, 3};
    const auto h = histogram(values, 5, HistogramRange::data);
    EXPECT_LT(h.edges.front(), 3);
    EXPECT_GT(h.edges.back(), 3);
    EXPECT_EQ(std::accumulate(h.counts.begin(), h.counts.end(), std::uint64_t{0}), 3u);
}

TEST(Histogram, NothingFiniteGivesNoBins) {
    const std::vector<double> values{NAN, -INFINITY};
    EXPECT_TRUE(histogram(values, 5, HistogramRange::data).edges.empty());
}

}  // namespace
}  // namespace mantissa
