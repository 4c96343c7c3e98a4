#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "numerics/exact_sum.h"
#include "numerics/exact_value.h"

namespace mantissa {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

/// Any finite FP64: every sign, exponent and fraction about equally often.
double anyDouble(std::mt19937_64& random) {
    while (true) {
        const double value = std::bit_cast<double>(random());
        if (std::isfinite(value)) return value;
    }
}

/// A product of two FP32 numbers of ordinary size.
double anyProduct(std::mt19937_64& random) {
    std::normal_distribution<float> normal;
    return static_cast<double>(normal(random)) * static_cast<double>(normal(random));
}

double nearestOf(const Rational& exact) { return ExactValue::fromSigned(exact).nearestDouble(); }

void expectSumOf(const ExactSum& sum, const Rational& exact) {
    ASSERT_EQ(sum.value(), nearestOf(exact));
    if (std::isinf(sum.value())) return;
    const auto [high, low] = sum.parts();
    const Rational rest = exact - ExactValue::fromDouble(high).value();
    const Rational left = rest - ExactValue::fromDouble(low).value();
    ASSERT_LE(abs(left), abs(exact) * powerOfTwo(-106)) << high << " + " << low;
    ASSERT_EQ(sum.minus(high), nearestOf(rest));
}

TEST(ExactSum, AgreesWithFractionsOnNumbersOfAnySize) {
    std::mt19937_64 random(1);
    for (int run = 0; run < 20; ++run) {
        ExactSum sum;
        Rational exact = 0;
        for (int i = 0; i < 100; ++i) {
            const double value = anyDouble(random);
            sum.add(value);
            exact += ExactValue::fromDouble(value).value();
            ASSERT_NO_FATAL_FAILURE(expectSumOf(sum, exact)) << "run " << run << ", term " << i;
        }
    }
}

TEST(ExactSum, AgreesWithFractionsOnProductsAndWhereSumsCrossZero) {
    std::mt19937_64 random(2);
    ExactSum sum;
    Rational exact = 0;
    for (int i = 0; i < 3000; ++i) {
        // Every third term takes back what is there, nearly or wholly.
        const double value = i % 3 != 2 ? anyProduct(random) : i % 2 == 0 ? -sum.value() : -2 * sum.value();
        sum.add(value);
        exact += ExactValue::fromDouble(value).value();
        ASSERT_NO_FATAL_FAILURE(expectSumOf(sum, exact)) << "term " << i;
    }
}

TEST(ExactSum, RoundsTiesToEvenAndSeesWhatLiesFarBelow) {
    const double one = 1, half = 0x1p-53, tiny = 0x1p-1074;
    ExactSum tie;
    tie.add(one);
    tie.add(half);
    EXPECT_EQ(tie.value(), 1);
    tie.add(tiny);
    EXPECT_EQ(tie.value(), std::nextafter(1, 2));
    EXPECT_EQ(tie.minus(1), half);
    tie.add(-2 * tiny);
    EXPECT_EQ(tie.value(), 1);
    EXPECT_EQ(tie.minus(1), half);  // rounded: half less the tiniest is no FP64
    tie.add(-half);
    tie.add(-one);
    EXPECT_EQ(tie.value(), -tiny);
}

TEST(ExactSum, HandlesNegativePowersOfTwoAtEveryPlace) {
    for (int exponent = -1074; exponent <= 1023; ++exponent) {
        const double power = std::ldexp(1.0, exponent);
        ExactSum sum;
        sum.add(-power);
        ASSERT_EQ(sum.value(), -power) << exponent;
        ASSERT_EQ(sum.minus(-power), 0);
        sum.add(power);
        ASSERT_EQ(sum.value(), 0);
        sum.add(power);
        ASSERT_EQ(sum.value(), power);
    }
}

TEST(ExactSum, IsInfiniteBeyondFp64AndComesBack) {
    const double max = std::numeric_limits<double>::max();
    ExactSum sum;
    for (int i = 0; i < 1000; ++i) sum.add(max);
    EXPECT_EQ(sum.value(), kInf);
    for (int i = 0; i < 999; ++i) sum.add(-max);
    EXPECT_EQ(sum.value(), max);
    for (int i = 0; i < 1001; ++i) sum.add(-max);
    EXPECT_EQ(sum.value(), -kInf);
}

TEST(ExactSum, InfinitiesAndNaNsStay) {
    ExactSum sum;
    EXPECT_EQ(sum.value(), 0);
    sum.add(-kInf);
    sum.add(5);
    EXPECT_EQ(sum.value(), -kInf);
    sum.add(kInf);
    EXPECT_TRUE(std::isnan(sum.value()));
    ExactSum nan;
    nan.add(std::nan(""));
    EXPECT_TRUE(std::isnan(nan.value()));
}

}  // namespace
}  // namespace mantissa
