#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/numerics/formats_under_test.h"
#include "numerics/rounding_interval.h"

namespace mantissa {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

RoundingInterval around(const char* name, double value, Rounding rounding = Rounding::nearestEven,
                        Overflow overflow = Overflow::standard) {
    const Format& f = format(name);
    return roundingInterval(f, encode(f, value, {.overflow = overflow}), {.rounding = rounding, .overflow = overflow});
}

TEST(RoundingInterval, EndsWhereTheLargestValueOverflows) {
    const auto fp16 = around("fp16", 65504);
    EXPECT_EQ(fp16.low, 65488);
    EXPECT_EQ(fp16.high, 65520);
    EXPECT_FALSE(fp16.highIncluded);
    const auto beyond = around("fp16", kInfinity);
    EXPECT_EQ(beyond.low, 65520);
    EXPECT_TRUE(beyond.lowIncluded);
    EXPECT_EQ(beyond.high, kInfinity);
    EXPECT_EQ(around("fp16", -kInfinity).high, -65520);
    const auto e4m3 = around("e4m3", 448);
    EXPECT_EQ(e4m3.high, 464);
    EXPECT_TRUE(e4m3.highIncluded);
    EXPECT_FALSE(around("e4m3", 448, Rounding::nearestAway).highIncluded);
    // 240 is odd: the tie 248 goes to 256, which FNUZ has not.
    const auto fnuz = around("e4m3fnuz", 240);
    EXPECT_EQ(fnuz.high, 248);
    EXPECT_FALSE(fnuz.highIncluded);
}

TEST(RoundingInterval, FollowsTheOverflowMode) {
    for (const char* name : {"fp16", "e4m3", "e5m2", "e4m3fnuz", "e8m0", "fp64"}) {
        const double max = limits(format(name)).max;
        EXPECT_EQ(around(name, max, Rounding::nearestEven, Overflow::saturate).high, kInfinity) << name;
        if (format(name).bits() < 64) {
            EXPECT_LT(around(name, max).high, kInfinity) << name;
        }
    }
    for (const char* name : {"e2m1", "int8", "uint8"}) EXPECT_EQ(around(name, 1e9).high, kInfinity) << name;
    EXPECT_EQ(around("int8", -128).low, -kInfinity);
    EXPECT_EQ(around("uint8", 0).low, -kInfinity);
}

TEST(RoundingInterval, FollowsTheRounding) {
    EXPECT_EQ(around("fp16", 65504, Rounding::towardZero).high, kInfinity);
    EXPECT_EQ(around("fp16", kInfinity, Rounding::towardZero).low, kInfinity);
    EXPECT_EQ(around("fp16", kInfinity, Rounding::up).low, 65504);
    EXPECT_FALSE(around("fp16", kInfinity, Rounding::up).lowIncluded);
    EXPECT_EQ(around("fp16", kInfinity, Rounding::stochastic).low, 65504);
    EXPECT_EQ(around("fp16", 65504, Rounding::stochastic).high, 65536);
    EXPECT_EQ(around("int8", 0, Rounding::towardZero).high, 1);
    EXPECT_FALSE(around("int8", 0, Rounding::towardZero).highIncluded);
    EXPECT_EQ(around("int8", 0, Rounding::towardZero).low, -1);
    // The only significand of E8M0 is odd: to odd cuts off, and ties go up.
    EXPECT_EQ(around("e8m0", 4, Rounding::toOdd).low, 4);
    EXPECT_EQ(around("e8m0", 4, Rounding::toOdd).high, 8);
    EXPECT_EQ(around("e8m0", 4).low, 3);
    EXPECT_TRUE(around("e8m0", 4).lowIncluded);
    EXPECT_FALSE(around("e8m0", 4).highIncluded);
    const auto smallest = around("e8m0", 0x1p-127);
    EXPECT_EQ(smallest.low, 0);
    EXPECT_FALSE(smallest.lowIncluded);
    EXPECT_TRUE(std::isnan(around("e4m3", NAN).low));
}

/// Every value of the small formats, each rounding, both overflows: what lies inside rounds there, what lies just
/// outside does not.
TEST(RoundingInterval, HoldsWhatRoundsToAValueAndNothingElse) {
    for (const Format& f : test::everyKindOfFormat()) {
        if (f.bits() > 8) continue;
        for (const Overflow overflow : {Overflow::standard, Overflow::saturate})
            for (const Rounding rounding : test::kRoundings) {
                if (rounding == Rounding::stochastic) continue;
                const RoundOptions options{.rounding = rounding, .overflow = overflow};
                for (std::uint64_t code = 0; code < std::uint64_t{1} << f.bits(); ++code) {
                    const double value = decode(f, code);
                    if (!std::isfinite(value)) continue;
                    const auto interval = roundingInterval(f, code, options);
                    const auto goesThere = [&](double x) { return roundTo(f, x, options) == value; };
                    const auto holds = [&](double x) {
                        return (x > interval.low || (x == interval.low && interval.lowIncluded)) &&
                               (x < interval.high || (x == interval.high && interval.highIncluded));
                    };
                    const double step = ulp(f, value);
                    for (int i = -36; i <= 36; ++i) {
                        const double x = value + i * step / 16;
                        ASSERT_EQ(holds(x), goesThere(x)) << f.name << ' ' << roundingName(rounding) << ' ' << value
                                                          << " at " << x << ", overflow " << int(overflow);
                    }
                }
            }
    }
}

}  // namespace
}  // namespace mantissa
