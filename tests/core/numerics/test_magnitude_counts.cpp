#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "numerics/magnitude_counts.h"

namespace {

using namespace mantissa;

constexpr int kCells = MagnitudeCounts::kCells;

TEST(MagnitudeCounts, EveryValueIsInTheCellThatHoldsIt) {
    std::mt19937 random(3);
    std::uniform_int_distribution<std::uint32_t> bits;
    for (int i = 0; i < 20000; ++i) {
        const auto drawn = bits(random);
        float value = 0;
        std::memcpy(&value, &drawn, sizeof value);
        const auto counts = countMagnitudes({&value, 1});
        if (!std::isfinite(value)) {
            EXPECT_EQ(counts.nans, std::isnan(value));
            EXPECT_EQ(counts.infinities, std::isinf(value));
            EXPECT_TRUE(counts.counts.empty());
            continue;
        }
        if (value == 0) continue;
        ASSERT_EQ(counts.powers(), 1);
        int cell = 0;
        while (counts.counts[static_cast<std::size_t>(cell)] == 0) ++cell;
        const double power = std::ldexp(1.0, counts.lowest), magnitude = std::abs(static_cast<double>(value));
        EXPECT_GE(magnitude, power * (1 + static_cast<double>(cell) / kCells)) << value;
        EXPECT_LT(magnitude, power * (1 + static_cast<double>(cell + 1) / kCells)) << value;
    }
}

TEST(MagnitudeCounts, SubnormalsAndLimitsHaveTheirPlace) {
    const float least = std::numeric_limits<float>::denorm_min(), most = std::numeric_limits<float>::max();
    const std::vector<float> values{least, most, -1.5F, 0, -0.0F, NAN, -INFINITY};
    const auto counts = countMagnitudes(values);
    EXPECT_EQ(counts.lowest, -149);
    EXPECT_EQ(counts.powers(), 149 + 128);
    EXPECT_EQ(counts.inPower(0), 1);
    EXPECT_EQ(counts.inPower(149), 1);
    EXPECT_EQ(counts.counts[149 * kCells + 4], 1);
    EXPECT_EQ(counts.counts.back(), 1);
    EXPECT_EQ(counts.zeros, 2);
    EXPECT_EQ(counts.nans, 1);
    EXPECT_EQ(counts.infinities, 1);
    EXPECT_EQ(counts.counted(), 3);
}

TEST(MagnitudeCounts, PartsAddUpToTheWhole) {
    std::mt19937 random(5);
    std::normal_distribution<float> exponent(-4, 9);
    std::vector<float> values(3000);
    for (auto& value : values) value = std::exp2(exponent(random));
    values[7] = 0;
    const auto whole = countMagnitudes(values);
    MagnitudeCounts sum;
    for (std::size_t at = 0; at < values.size(); at += 100)
        sum.add(countMagnitudes(std::span(values).subspan(at, 100)));
    EXPECT_EQ(sum, whole);
    EXPECT_EQ(whole.counted() + whole.zeros, 3000);
    MagnitudeCounts none = countMagnitudes({});
    EXPECT_TRUE(none.counts.empty());
    none.add(whole);
    EXPECT_EQ(none, whole);
}

}  // namespace
