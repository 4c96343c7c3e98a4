#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "numerics/cast_counts.h"
#include "numerics/rounding.h"

namespace {

using namespace mantissa;

CastCounts countsOf(const std::vector<float>& before, const Format& format, Overflow overflow = Overflow::standard) {
    std::vector<float> after(before.size());
    roundArray(format, before, after, {.overflow = overflow});
    return countCasts(before, after, castRange(format));
}

/// By the definition, from the code each value gets.
CastCounts byHand(const std::vector<float>& values, const Format& format) {
    CastCounts counts{.values = static_cast<std::int64_t>(values.size())};
    for (const float value : values) {
        const auto x = static_cast<double>(value);
        const NumberClass kind = classify(format, encode(format, x));
        counts.nans += kind == NumberClass::nan;
        counts.infinities += kind == NumberClass::infinity;
        if (!std::isfinite(x)) continue;
        // As if there were one more exponent bit.
        Format wider = format;
        ++wider.exponentBits;
        wider.bias = format.bias;
        const double there = roundTo(wider, x);
        const bool over = !std::isfinite(there) || std::abs(there) > limits(format).max;
        counts.overflows += over;
        counts.underflows += !over && kind == NumberClass::zero && x != 0;
        counts.subnormals += !over && kind == NumberClass::subnormal;
    }
    return counts;
}

TEST(CastCounts, AgreeWithTheCodesOfAnyValues) {
    std::mt19937 random(5);
    std::vector<float> values;
    for (int i = 0; i < 40'000; ++i) values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
    for (int i = 0; i < 40'000; ++i)
        values.push_back(
            std::ldexp(static_cast<float>(random()) / 2147483648.0F - 1, static_cast<int>(random() % 40) - 24));
    for (const float x :
         {0.0F, -0.0F, 448.0F, 464.0F, 464.01F, 65504.0F, 65519.9F, 65520.0F, 6.0F, 7.0F, -57344.0F, 61440.0F})
        values.push_back(x);
    for (const char* name : {"fp16", "bf16", "e5m2", "e4m3", "e6m9", "e3m2", "e2m1"}) {
        const Format format = *findFormat(name);
        const CastCounts got = countsOf(values, format), wanted = byHand(values, format);
        EXPECT_EQ(got.values, wanted.values);
        EXPECT_EQ(got.nans, wanted.nans) << name;
        EXPECT_EQ(got.infinities, wanted.infinities) << name;
        EXPECT_EQ(got.overflows, wanted.overflows) << name;
        EXPECT_EQ(got.underflows, wanted.underflows) << name;
        EXPECT_EQ(got.subnormals, wanted.subnormals) << name;
    }
}

TEST(CastCounts, WhatSaturatesOverflowsAllTheSame) {
    const std::vector<float> x{500, -1000, 448, 1};
    const CastCounts standard = countsOf(x, format("e4m3")),
                     saturated = countsOf(x, format("e4m3"), Overflow::saturate);
    EXPECT_EQ(standard.overflows, 2);
    EXPECT_EQ(standard.nans, 2);
    EXPECT_EQ(saturated.overflows, 2);
    EXPECT_EQ(saturated.nans, 0);
}

TEST(CastCounts, TheRangeScalesWithTheCodes) {
    const CastRange range = castRange(format("int8"), 0.5);
    EXPECT_GT(range.highest, 63.5);
    EXPECT_LT(range.highest, 63.75);
    const std::vector<float> before{63.6F, 64, -70, 0.1F, 3}, after{63.5F, 63.5F, -64, 0, 3};
    const CastCounts counts = countCasts(before, after, range);
    EXPECT_EQ(counts.overflows, 2);
    EXPECT_EQ(counts.underflows, 1);
    EXPECT_EQ(counts.subnormals, 0) << "integers have none";
}

TEST(CastCounts, AddUp) {
    CastCounts sum = countsOf({1e30F, 1e-30F}, format("fp16"));
    sum.add(countsOf({std::nanf(""), 1e-7F}, format("fp16")));
    EXPECT_EQ(sum,
              (CastCounts{.values = 4, .overflows = 1, .underflows = 1, .subnormals = 1, .nans = 1, .infinities = 1}));
}

}  // namespace
