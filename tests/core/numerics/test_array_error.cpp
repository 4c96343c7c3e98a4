#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "numerics/array_error.h"
#include "numerics/error_metrics.h"
#include "numerics/rounding.h"

namespace {

using namespace mantissa;

std::vector<float> values(std::size_t count, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<float> made(count);
    for (float& x : made)
        x = std::ldexp(static_cast<float>(random()) / 2147483648.0F - 1, static_cast<int>(random() % 24) - 16);
    return made;
}

std::vector<float> rounded(std::vector<float> x, const Format& format) {
    roundArray(format, x, x);
    return x;
}

std::vector<double> wide(const std::vector<float>& x) { return {x.begin(), x.end()}; }

TEST(ArrayError, AgreesWithTheMetricsOfLogits) {
    const auto reference = values(10'007, 1);
    for (const char* name : {"bf16", "fp16", "e4m3", "e5m2", "e4m3fnuz", "e6m9", "tf32", "e5m2nosub", "fp32"}) {
        const Format format = *findFormat(name);
        const auto candidate = rounded(values(10'007, 2), format);
        const ArrayError error = arrayError(reference, candidate, format);
        const ErrorMetrics wanted = errorMetrics(wide(reference), wide(candidate), format, 1);
        EXPECT_EQ(error.count, wanted.count);
        EXPECT_EQ(error.maxAbs, wanted.maxAbs) << name;
        EXPECT_NEAR(error.sqnrDb(), wanted.sqnrDb, 1e-9) << name;
        EXPECT_NEAR(error.cosine(), wanted.cosine, 1e-12) << name;
        EXPECT_EQ(error.ulpMax, wanted.ulpMax) << name;
    }
}

TEST(ArrayError, PartsAddUpToTheWhole) {
    const Format bf16 = format("bf16");
    const auto reference = values(9'000, 3), candidate = rounded(reference, bf16);
    const std::span<const float> r(reference), c(candidate);
    ArrayError sum = arrayError(r.first(1'234), c.first(1'234), bf16);
    sum.add(arrayError(r.subspan(1'234), c.subspan(1'234), bf16));
    const ArrayError whole = arrayError(r, c, bf16);
    EXPECT_EQ(sum.count, whole.count);
    EXPECT_EQ(sum.maxAbs, whole.maxAbs);
    EXPECT_EQ(sum.ulpMax, whole.ulpMax);
    EXPECT_NEAR(sum.sqnrDb(), whole.sqnrDb(), 1e-9);
}

TEST(ArrayError, EqualArraysAreExactAndNothingComparedIsNoNumber) {
    const auto x = values(100, 4);
    const ArrayError same = arrayError(x, x, format("bf16"));
    EXPECT_EQ(same.sqnrDb(), std::numeric_limits<double>::infinity());
    EXPECT_EQ(same.cosine(), 1);
    EXPECT_EQ(same.ulpMax, 0);
    EXPECT_TRUE(std::isnan(ArrayError{}.sqnrDb()));
    EXPECT_TRUE(std::isnan(ArrayError{}.cosine()));
    const std::vector<float> zeros(3, 0);
    EXPECT_EQ(arrayError(zeros, zeros, format("bf16")).sqnrDb(), std::numeric_limits<double>::infinity());
}

TEST(ArrayError, WhatIsNotFiniteIsLeftOutAndCounted) {
    const float inf = std::numeric_limits<float>::infinity(), nan = std::nanf("");
    const std::vector<float> r{1, inf, 2, nan, 3}, c{1, 5, inf, 6, 3.5F};
    const ArrayError error = arrayError(r, c, format("fp16"));
    EXPECT_EQ(error.count, 5U);
    EXPECT_EQ(error.excluded, 3U);
    EXPECT_EQ(error.maxAbs, 0.5);
    EXPECT_EQ(error.ulpMax, 256) << "half of 2 ^ -9, FP16's step at 3";
}

TEST(ArrayError, ScaledFormatsHaveNoUlp) {
    const std::vector<float> r{1, 2}, c{1, 2.5F};
    for (const char* name : {"int8", "mxfp4", "int8-affine"})
        EXPECT_TRUE(std::isnan(arrayError(r, c, *findFormat(name)).ulpMax)) << name;
}

TEST(MagnitudeRange, SpansWhatIsNeitherZeroNorInfinite) {
    const std::vector<float> x{0, -8, std::numeric_limits<float>::infinity(), 0.25F, std::nanf(""), -0.0F};
    const MagnitudeRange range = magnitudeRange(x);
    EXPECT_EQ(range.smallest, 0.25);
    EXPECT_EQ(range.largest, 8);
    EXPECT_EQ(range.binades(), 5);
    MagnitudeRange sum;
    EXPECT_EQ(sum.binades(), 0);
    sum.add(range);
    sum.add({});
    sum.add(magnitudeRange(std::vector<float>{64}));
    EXPECT_EQ(sum.binades(), 8);
}

}  // namespace
