#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "numerics/error_metrics.h"
#include "numerics/rounding.h"

namespace mantissa {
namespace {

const Format& fp16() { return format("fp16"); }

TEST(ErrorMetrics, ByHand) {
    // Δ = 0.5, −1, 0, 0.
    const std::vector<double> r{2, 4, 0, -1}, c{2.5, 3, 0, -1};
    const ErrorMetrics m = errorMetrics(r, c, fp16(), 2);
    EXPECT_EQ(m.count, 4u);
    EXPECT_EQ(m.excluded, 0u);
    EXPECT_DOUBLE_EQ(m.meanDelta, -0.125);
    EXPECT_DOUBLE_EQ(m.meanAbs, 0.375);
    EXPECT_DOUBLE_EQ(m.maxAbs, 1);
    EXPECT_EQ(m.maxAbsIndex, 1u);
    EXPECT_DOUBLE_EQ(m.rmse, std::sqrt(1.25 / 4));
    EXPECT_DOUBLE_EQ(m.maxRelative, 0.25);  // 0.5 / 2 and 1 / 4 are the same; the 0 has none
    EXPECT_DOUBLE_EQ(m.cosine, (5 + 12 + 1) / std::sqrt(21 * (6.25 + 9 + 1)));
    EXPECT_DOUBLE_EQ(m.sqnrDb, 10 * std::log10(21 / 1.25));
    // 2 → 2.5 is 256 steps of 2^-9; 4 → 3 is 512 of 2^-9; the others none.
    EXPECT_DOUBLE_EQ(m.ulpMax, 512);
    EXPECT_DOUBLE_EQ(m.ulpMedian, 128);
    EXPECT_DOUBLE_EQ(m.ulpP99, 512);
    EXPECT_TRUE(m.top1Agrees);
    EXPECT_EQ(m.topK, 2);
    EXPECT_EQ(m.topKOverlap, 2);
    EXPECT_DOUBLE_EQ(m.referenceMargin, 2);
    EXPECT_DOUBLE_EQ(m.candidateMargin, 0.5);
}

TEST(ErrorMetrics, ScaledFormatsHaveNoStepsToCount) {
    const ErrorMetrics m = errorMetrics(std::vector<double>{0.25, 0.5}, std::vector<double>{0.375, 0.5}, format("int8"), 1);
    EXPECT_DOUBLE_EQ(m.maxAbs, 0.125);
    for (const double ulps : {m.ulpMedian, m.ulpP99, m.ulpMax}) EXPECT_TRUE(std::isnan(ulps));
}

TEST(ErrorMetrics, EqualVectors) {
    const std::vector<double> r{1, -2, 3};
    const ErrorMetrics m = errorMetrics(r, r, fp16(), 5);
    EXPECT_EQ(m.maxAbs, 0);
    EXPECT_EQ(m.rmse, 0);
    EXPECT_EQ(m.sqnrDb, INFINITY);
    EXPECT_EQ(m.cosine, 1);
    EXPECT_EQ(m.kl, 0);
    EXPECT_EQ(m.maxAbsProbability, 0);
    EXPECT_EQ(m.ulpMax, 0);
    EXPECT_EQ(m.topK, 3);
    EXPECT_EQ(m.topKOverlap, 3);
}

TEST(ErrorMetrics, KlAndProbabilitiesByHand) {
    // Softmax of (log 1, log 3) is (1/4, 3/4); of (0, 0) it is (1/2, 1/2).
    const std::vector<double> r{std::log(1.0), std::log(3.0)}, c{7, 7};
    const ErrorMetrics m = errorMetrics(r, c, fp16(), 1);
    EXPECT_NEAR(m.kl, 0.25 * std::log(0.5) + 0.75 * std::log(1.5), 1e-15);
    EXPECT_NEAR(m.maxAbsProbability, 0.25, 1e-15);
}

TEST(ErrorMetrics, LostWinnerHasANegativeMargin) {
    const ErrorMetrics m = errorMetrics(std::vector<double>{5, 4, 1}, std::vector<double>{3, 4.5, 1}, fp16(), 1);
    EXPECT_FALSE(m.top1Agrees);
    EXPECT_EQ(m.topKOverlap, 0);
    EXPECT_DOUBLE_EQ(m.referenceMargin, 1);
    EXPECT_DOUBLE_EQ(m.candidateMargin, -1.5);
}

TEST(ErrorMetrics, AWinnerThatIsLevelWithAnotherIsStillFirst) {
    // Of equal logits the lower index is listed first, whichever was the reference's.
    const std::vector<double> tie{2, 2, 1};
    EXPECT_TRUE(errorMetrics(std::vector<double>{3, 2, 1}, tie, fp16(), 1).top1Agrees);
    EXPECT_TRUE(errorMetrics(std::vector<double>{2, 3, 1}, tie, fp16(), 1).top1Agrees);
    EXPECT_FALSE(errorMetrics(std::vector<double>{1, 2, 3}, tie, fp16(), 1).top1Agrees);
    EXPECT_EQ(errorMetrics(std::vector<double>{2, 3, 1}, tie, fp16(), 1).candidateMargin, 0);
}

TEST(ErrorMetrics, ValuesThatAreNotFiniteAreLeftOutAndCounted) {
    const std::vector<double> r{1, 2, 3, 4}, c{1, NAN, INFINITY, 5};
    const ErrorMetrics m = errorMetrics(r, c, fp16(), 1);
    EXPECT_EQ(m.excluded, 2u);
    EXPECT_DOUBLE_EQ(m.meanAbs, 0.5);
    EXPECT_DOUBLE_EQ(m.maxAbs, 1);
    EXPECT_EQ(m.maxAbsIndex, 3u);
    EXPECT_DOUBLE_EQ(m.rmse, std::sqrt(0.5));
    EXPECT_TRUE(std::isnan(m.kl));
    EXPECT_TRUE(std::isnan(m.maxAbsProbability));
    EXPECT_FALSE(m.top1Agrees);
}

TEST(ErrorMetrics, NothingFiniteGivesNan) {
    const std::vector<double> r{1, 2}, c{NAN, NAN};
    const ErrorMetrics m = errorMetrics(r, c, fp16(), 1);
    EXPECT_EQ(m.excluded, 2u);
    for (double x : {m.meanDelta, m.meanAbs, m.maxAbs, m.rmse, m.maxRelative, m.cosine, m.sqnrDb, m.kl, m.ulpMedian,
                     m.ulpP99, m.ulpMax})
        EXPECT_TRUE(std::isnan(x));
    EXPECT_FALSE(m.top1Agrees);
}

TEST(ErrorMetrics, CosineOfAZeroVectorIsUndefined) {
    EXPECT_TRUE(std::isnan(errorMetrics(std::vector<double>{1, 2}, std::vector<double>{0, 0}, fp16(), 1).cosine));
}

TEST(ErrorMetrics, OneElement) {
    const ErrorMetrics m = errorMetrics(std::vector<double>{2}, std::vector<double>{3}, fp16(), 5);
    EXPECT_TRUE(m.top1Agrees);
    EXPECT_EQ(m.topK, 1);
    EXPECT_TRUE(std::isnan(m.referenceMargin));
}

TEST(ErrorMetricsDeathTest, UnequalLengthsEndTheProgram) {
    EXPECT_DEATH(errorMetrics(std::vector<double>{1, 2}, std::vector<double>{1}, fp16(), 1), "");
    EXPECT_DEATH(errorMetrics({}, {}, fp16(), 1), "");
}

TEST(ErrorMetrics, AgreesWithSumsInLongDouble) {
    std::mt19937_64 random(23);
    std::normal_distribution<double> normal;
    const std::size_t n = 200000;
    std::vector<double> r(n), c(n);
    for (std::size_t i = 0; i < n; ++i) {
        r[i] = 3 * normal(random);
        c[i] = roundTo(format("bf16"), r[i]);
    }
    long double delta = 0, absolute = 0, squares = 0, dot = 0, normR = 0, normC = 0, maxRelative = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const long double d = static_cast<long double>(c[i]) - r[i];
        delta += d;
        absolute += std::abs(d);
        squares += d * d;
        dot += static_cast<long double>(r[i]) * c[i];
        normR += static_cast<long double>(r[i]) * r[i];
        normC += static_cast<long double>(c[i]) * c[i];
        maxRelative = std::max(maxRelative, std::abs(d / r[i]));
    }
    const ErrorMetrics m = errorMetrics(r, c, format("bf16"), 5);
    const auto near = [](double actual, long double expected) {
        EXPECT_NEAR(actual, static_cast<double>(expected), 1e-12 * std::abs(static_cast<double>(expected)));
    };
    near(m.meanDelta, delta / n);
    near(m.meanAbs, absolute / n);
    near(m.rmse, std::sqrt(squares / n));
    near(m.cosine, dot / std::sqrt(normR * normC));
    near(m.sqnrDb, 10 * std::log10(normR / squares));
    near(m.maxRelative, maxRelative);
    EXPECT_LE(m.maxRelative, 0x1p-8);  // half an ULP of BF16
    EXPECT_EQ(m.ulpMax, 0);            // both round to the same BF16 value
}

TEST(ErrorMetrics, MillionsOfSmallSquaresKeepTheirTail) {
    // 1 + 10^7 × 10^-16 loses everything after the 1 in a plain FP64 sum.
    std::vector<double> r(10'000'001, 0.0), c(r.size(), 1e-8);
    c[0] = 1;
    const ErrorMetrics m = errorMetrics(r, c, format("fp64"), 1);
    EXPECT_NEAR(m.rmse * m.rmse * static_cast<double>(r.size()) - 1, 1e-9, 1e-13);
}

TEST(Softmax, DoesNotOverflow) {
    const auto p = softmax(std::vector<double>{1000, 1000 + std::log(3.0), -1000});
    EXPECT_NEAR(p[0], 0.25, 1e-13);
    EXPECT_NEAR(p[1], 0.75, 1e-13);
    EXPECT_EQ(p[2], 0);
    for (double x : softmax(std::vector<double>{1, NAN})) EXPECT_TRUE(std::isnan(x));
    for (double x : softmax(std::vector<double>{NAN, 1})) EXPECT_TRUE(std::isnan(x));
}

TEST(TopIndices, LargestFirstTiesByIndexNanLast) {
    EXPECT_EQ(topIndices(std::vector<double>{1, NAN, 3, 3, -INFINITY, INFINITY}, 10),
              (std::vector<std::size_t>{5, 2, 3, 0, 4, 1}));
    EXPECT_EQ(topIndices(std::vector<double>{1, 2, 3}, 2), (std::vector<std::size_t>{2, 1}));
    EXPECT_TRUE(topIndices(std::vector<double>{}, 3).empty());
}

}  // namespace
}  // namespace mantissa
