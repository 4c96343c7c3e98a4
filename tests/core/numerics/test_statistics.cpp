#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "numerics/statistics.h"

namespace {

using namespace mantissa;

/// Wilson's interval holds exactly the probabilities p for which hits lies within z standard deviations of n·p.
TEST(Rate, TheEndsOfItsIntervalSolveWilsonsEquation) {
    constexpr double kZ = 1.959963984540054;
    for (const std::int64_t n : {1, 2, 10, 97, 10'000})
        for (std::int64_t hits = 0; hits <= n; hits += std::max<std::int64_t>(1, n / 7)) {
            const Rate rate = rateOf(hits, n);
            const auto trials = static_cast<double>(n);
            EXPECT_DOUBLE_EQ(rate.value, static_cast<double>(hits) / trials);
            EXPECT_LE(0, rate.low);
            EXPECT_LE(rate.low, rate.value);
            EXPECT_LE(rate.value, rate.high);
            EXPECT_LE(rate.high, 1);
            for (const double p : {rate.low, rate.high}) {
                if (p == 0 || p == 1) continue;
                EXPECT_NEAR(std::abs(rate.value - p), kZ * std::sqrt(p * (1 - p) / trials), 1e-12)
                    << hits << " of " << n;
            }
        }
}

TEST(Rate, IsKnownFromTheLiterature) {
    // 81 of 263, Newcombe (1998), table I: 0.2553 to 0.3662.
    const Rate rate = rateOf(81, 263);
    EXPECT_NEAR(rate.low, 0.2553, 5e-5);
    EXPECT_NEAR(rate.high, 0.3662, 5e-5);
    EXPECT_NEAR(rateOf(0, 20).high, 0.1611, 5e-5);
    EXPECT_EQ(rateOf(0, 20).low, 0);
    EXPECT_EQ(rateOf(20, 20).high, 1);
}

TEST(Rate, WithoutTrialsNothingIsKnown) {
    const Rate rate = rateOf(0, 0);
    EXPECT_TRUE(std::isnan(rate.value));
    EXPECT_EQ(rate.low, 0);
    EXPECT_EQ(rate.high, 1);
}

TEST(Distribution, PercentilesAreValuesThatOccur) {
    std::vector<double> values;
    for (int i = 100; i >= 1; --i) values.push_back(i);
    const auto d = distributionOf(values);
    EXPECT_EQ(d.count, 100U);
    EXPECT_EQ(d.min, 1);
    EXPECT_EQ(d.p5, 5);
    EXPECT_EQ(d.p50, 50);
    EXPECT_EQ(d.p95, 95);
    EXPECT_EQ(d.max, 100);
    EXPECT_DOUBLE_EQ(d.mean, 50.5);
    EXPECT_EQ(distributionOf({7}).p5, 7);
}

TEST(Distribution, NanIsLeftOutAndInfinityIsNot) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const auto d = distributionOf({1, std::nan(""), kInfinity, 2});
    EXPECT_EQ(d.count, 3U);
    EXPECT_EQ(d.excluded, 1U);
    EXPECT_EQ(d.max, kInfinity);
    EXPECT_EQ(d.p50, 2);
    const auto nothing = distributionOf({std::nan("")});
    EXPECT_EQ(nothing.count, 0U);
    EXPECT_TRUE(std::isnan(nothing.mean));
}

}  // namespace
