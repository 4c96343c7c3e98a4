// The scalar reference: against the hardware, against a search through all values, and for the properties that rounding
// has.

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cfenv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include "core/numerics/formats_under_test.h"

namespace mantissa {
namespace {

bool isDeterministic(Rounding rounding) { return rounding != Rounding::stochastic; }

/// Random FP64 values: half with any bits, half spread over the format's own range and a little beyond.
class RandomValues {
  public:
    explicit RandomValues(const Format& f) {
        const FormatLimits l = limits(f);
        low_ = std::max(std::ilogb(l.minSubnormal) - 3, -1074);
        high_ = std::min(std::ilogb(std::max(l.max, l.minSubnormal)) + 2, 1023);
    }
    double operator()() {
        const std::uint64_t bits = random_();
        if (++count_ % 2) {
            const double value = std::bit_cast<double>(bits);
            return std::isnan(value) ? 0.0 : value;
        }
        const int exponent = std::uniform_int_distribution<int>(low_, high_)(random_);
        // Few significant bits now and then, so that ties and exact values occur.
        const std::uint64_t mask = ~std::uint64_t{0} << (bits % 52);
        const double significand = 1 + static_cast<double>((random_() >> 12) & mask) * 0x1p-52;
        return std::ldexp(bits >> 63 ? -significand : significand, exponent);
    }

  private:
    std::mt19937_64 random_{17};
    int low_ = 0, high_ = 0, count_ = 0;
};

// Every code

TEST(Rounding, EveryCodeOfSmallFormatsComesBack) {
    for (const Format& f : test::everyKindOfFormat()) {
        if (f.bits() > 19) continue;
        for (std::uint64_t code = 0; code < std::uint64_t{1} << f.bits(); ++code) {
            const double value = decode(f, code);
            if (std::isnan(value)) {
                ASSERT_TRUE(std::isnan(roundTo(f, value))) << f.name << ' ' << code;
                continue;
            }
            // Without subnormals their codes stand for zero.
            if (!f.subnormals && value == 0) continue;
            for (const Rounding rounding : test::kRoundings)
                ASSERT_EQ(encode(f, value, {.rounding = rounding}), code) << f.name << ' ' << value;
        }
    }
}

TEST(Rounding, NeighboursVisitEveryValueInOrder) {
    for (const Format& f : test::everyKindOfFormat()) {
        if (f.bits() > 16) continue;
        std::vector<double> values;
        std::uint64_t lowest = 0;
        for (std::uint64_t code = 0; code < std::uint64_t{1} << f.bits(); ++code) {
            const double value = decode(f, code);
            if (std::isnan(value)) {
                EXPECT_EQ(nextUp(f, code), code) << f.name;
                EXPECT_EQ(nextDown(f, code), code) << f.name;
                continue;
            }
            values.push_back(value);
            if (value < decode(f, lowest)) lowest = code;
        }
        std::sort(values.begin(), values.end());
        values.erase(std::unique(values.begin(), values.end()), values.end());  // both zeros are one
        std::uint64_t code = lowest;
        EXPECT_EQ(nextDown(f, code), code) << f.name;
        for (std::size_t i = 0; i < values.size(); ++i) {
            ASSERT_EQ(decode(f, code), values[i]) << f.name;
            ASSERT_EQ(ulpDistance(f, values.front(), values[i]), i) << f.name;
            const std::uint64_t up = nextUp(f, code);
            if (i + 1 == values.size()) {
                EXPECT_EQ(up, code) << f.name;
            } else {
                ASSERT_EQ(decode(f, nextDown(f, up)), values[i]) << f.name;
            }
            code = up;
        }
    }
}

// Against the hardware

TEST(Rounding, Fp32IsWhatTheProcessorGives) {
    const struct {
        Rounding rounding;
        int mode;
    } pairs[] = {{Rounding::nearestEven, FE_TONEAREST},
                 {Rounding::towardZero, FE_TOWARDZERO},
                 {Rounding::up, FE_UPWARD},
                 {Rounding::down, FE_DOWNWARD}};
    const Format& fp32 = format("fp32");
    RandomValues random(fp32);
    for (int i = 0; i < 200000; ++i) {
        const volatile double value = random();
        for (const auto& [rounding, mode] : pairs) {
            std::fesetround(mode);
            const volatile float expected = static_cast<float>(value);
            std::fesetround(FE_TONEAREST);
            ASSERT_EQ(encode(fp32, value, {.rounding = rounding}),
                      std::bit_cast<std::uint32_t>(static_cast<float>(expected)))
                << value;
        }
    }
}

TEST(Rounding, Fp64KeepsEveryBit) {
    std::mt19937_64 random(4);
    for (int i = 0; i < 100000; ++i) {
        const std::uint64_t bits = random();
        const double value = std::bit_cast<double>(bits);
        if (std::isnan(value)) continue;
        for (const Rounding rounding : test::kRoundings)
            ASSERT_EQ(encode(format("fp64"), value, {.rounding = rounding}), bits);
    }
}

TEST(Rounding, IntegersAreWhatTheProcessorGives) {
    std::mt19937_64 random(6);
    for (int i = 0; i < 100000; ++i) {
        const double value =
            std::ldexp(static_cast<double>(static_cast<std::int64_t>(random())), -static_cast<int>(random() % 70));
        for (const char* name : {"int8", "int16", "int32", "uint8"}) {
            const Format& f = format(name);
            const double high = limits(f).max, low = f.signBits ? -high - 1 : 0;
            const auto clamped = [&](double x) { return std::clamp(x, low, high); };
            ASSERT_EQ(roundTo(f, value), clamped(std::nearbyint(value))) << value;
            ASSERT_EQ(roundTo(f, value, {.rounding = Rounding::nearestAway}), clamped(std::round(value))) << value;
            ASSERT_EQ(roundTo(f, value, {.rounding = Rounding::towardZero}), clamped(std::trunc(value))) << value;
            ASSERT_EQ(roundTo(f, value, {.rounding = Rounding::up}), clamped(std::ceil(value))) << value;
            ASSERT_EQ(roundTo(f, value, {.rounding = Rounding::down}), clamped(std::floor(value))) << value;
        }
    }
    EXPECT_EQ(encode(format("int8"), -1), 0xFFu);
    EXPECT_EQ(encode(format("int8"), -128.4), 0x80u);
    EXPECT_EQ(encode(format("int8"), NAN), 0u);
    EXPECT_EQ(encode(format("int32"), INFINITY), 0x7FFFFFFFu);
    EXPECT_EQ(encode(format("int16"), -INFINITY), 0x8000u);
    EXPECT_EQ(encode(format("uint8"), -3), 0u);
}

// Against a search through all values

/// Rounds by looking at every value of a small format. An oracle that shares nothing with the code under test but
/// decode().
class Search {
  public:
    explicit Search(const Format& f) : format_(f) {
        for (std::uint64_t code = 0; code < std::uint64_t{1} << f.bits(); ++code) {
            const double value = decode(f, code);
            if (std::isfinite(value) && !(value == 0 && code != 0)) values_.push_back({value, code});
        }
        std::sort(values_.begin(), values_.end(), [](const Entry& a, const Entry& b) { return a.value < b.value; });
    }

    /// The rounded value; nothing where it overflows. `x` is finite.
    std::optional<double> round(double x, Rounding rounding) const {
        const double magnitude = std::abs(x);
        // The first value that is not below |x|, or the one that would follow the largest.
        const auto above = std::lower_bound(values_.begin(), values_.end(), magnitude,
                                            [](const Entry& e, double m) { return e.value < m; });
        if (above != values_.end() && above->value == magnitude) return x;
        const Entry low = *std::prev(above);
        const bool beyond = above == values_.end();
        const long double step = format_.fractionBits > 0 ? low.value - std::prev(above, 2)->value : low.value;
        // In long double, since what would follow may lie beyond FP64.
        const long double high = beyond ? low.value + step : above->value;
        // Without fraction bits every significand but that of 0 is 1.
        const bool lowIsOdd = format_.fractionBits > 0 ? low.code & 1 : low.value != 0;
        const long double toLow = static_cast<long double>(magnitude) - low.value, toHigh = high - magnitude;
        bool takeHigh = false;
        switch (rounding) {
            case Rounding::nearestEven:
                takeHigh = toHigh < toLow || (toHigh == toLow && lowIsOdd);
                break;
            case Rounding::nearestAway:
                takeHigh = toHigh <= toLow;
                break;
            case Rounding::towardZero:
                break;
            case Rounding::up:
                takeHigh = x > 0;
                break;
            case Rounding::down:
                takeHigh = x < 0;
                break;
            case Rounding::toOdd:
                takeHigh = !lowIsOdd && !beyond;
                break;
            case Rounding::stochastic:
                break;
        }
        if (takeHigh && beyond) return std::nullopt;
        return std::copysign(takeHigh ? above->value : low.value, x);
    }

    double largest() const { return values_.back().value; }

  private:
    struct Entry {
        double value;
        std::uint64_t code;
    };
    const Format& format_;
    std::vector<Entry> values_;
};

/// What overflow gives, from the table in the header of rounding.cpp.
double overflowed(const Format& f, double x, Rounding rounding, Overflow overflow, double largest) {
    const bool staysFinite = rounding == Rounding::towardZero || rounding == Rounding::toOdd ||
                             (rounding == Rounding::up && x < 0) || (rounding == Rounding::down && x > 0);
    if (staysFinite || overflow == Overflow::saturate || f.specials == Specials::none) return std::copysign(largest, x);
    return f.specials == Specials::ieee ? std::copysign(INFINITY, x) : NAN;
}

TEST(Rounding, SmallFormatsAgreeWithASearchThroughAllValues) {
    for (const Format& f : test::everyKindOfFormat()) {
        // At least three values are needed to see what would follow the largest; E8M0 and integers have tests of their
        // own.
        if (f.kind != FormatKind::floating || f.bits() > 16 || f.signBits == 0 || f.exponentBits + f.fractionBits < 3)
            continue;
        const Search search(f);
        RandomValues random(f);
        for (int i = 0; i < 20000; ++i) {
            const double x = random();
            if (!std::isfinite(x) || x == 0) continue;
            for (const Rounding rounding : test::kRoundings) {
                if (!isDeterministic(rounding)) continue;
                for (const Overflow overflow : test::kOverflows) {
                    const auto found = search.round(x, rounding);
                    const double expected = found ? *found : overflowed(f, x, rounding, overflow, search.largest());
                    const double actual = roundTo(f, x, {.rounding = rounding, .overflow = overflow});
                    ASSERT_TRUE(actual == expected || (std::isnan(actual) && std::isnan(expected)))
                        << f.name << ' ' << roundingName(rounding) << ' ' << x << ": " << actual << " instead of "
                        << expected;
                }
            }
        }
    }
}

// Policy

TEST(Rounding, SpecialValuesFollowThePolicy) {
    const auto code = [](const char* name, double value, Overflow overflow = Overflow::standard) {
        return encode(format(name), value, {.overflow = overflow});
    };
    EXPECT_EQ(code("fp16", NAN), 0x7E00u);
    EXPECT_EQ(code("fp16", -NAN), 0xFE00u);
    EXPECT_EQ(code("bf16", NAN), 0x7FC0u);
    EXPECT_EQ(code("e4m3", NAN), 0x7Fu);
    EXPECT_EQ(code("e4m3fnuz", NAN), 0x80u);
    EXPECT_EQ(code("e8m0", NAN), 0xFFu);
    EXPECT_EQ(code("e2m1", NAN), 0u);
    EXPECT_EQ(code("e2m1", -NAN), 0x8u);
    EXPECT_EQ(encode(*findFormat("e5m0"), NAN), 0x1Fu);  // no fraction bits, no NaN: infinity
    EXPECT_EQ(code("fp16", INFINITY), 0x7C00u);
    EXPECT_EQ(code("fp16", INFINITY, Overflow::saturate), 0x7BFFu);
    EXPECT_EQ(code("e4m3", INFINITY), 0x7Fu);
    EXPECT_EQ(code("e4m3", -INFINITY, Overflow::saturate), 0xFEu);
    EXPECT_EQ(code("e3m2", INFINITY), 0x1Fu);
    EXPECT_EQ(code("e4m3fnuz", 1e9), 0x80u);
    EXPECT_EQ(code("fp16", -0.0), 0x8000u);
    EXPECT_EQ(code("e4m3fnuz", -0.0), 0u);
    EXPECT_EQ(code("e4m3fnuz", -1e-9), 0u);
    EXPECT_EQ(code("e8m0", 0.0), 0xFFu);
    EXPECT_EQ(code("e8m0", -1.0), 0xFFu);
    EXPECT_EQ(code("e8m0", 1.0), 127u);
    EXPECT_EQ(code("e8m0", 1.5), 128u);   // a tie, up
    EXPECT_EQ(code("e8m0", 1e-300), 0u);  // its smallest
    EXPECT_EQ(code("e4m3", 464), 0x7Eu);  // a tie that does not overflow
    EXPECT_EQ(code("e4m3", 464.0001), 0x7Fu);
    EXPECT_EQ(code("fp16", 65519.99), 0x7BFFu);
    EXPECT_EQ(code("fp16", 65520), 0x7C00u);
}

TEST(Rounding, DirectedOverflowStaysFiniteWhereItPointsBack) {
    const Format& fp16 = format("fp16");
    const auto rounded = [&](double x, Rounding r) { return roundTo(fp16, x, {.rounding = r}); };
    EXPECT_EQ(rounded(1e6, Rounding::towardZero), 65504);
    EXPECT_EQ(rounded(1e6, Rounding::toOdd), 65504);
    EXPECT_EQ(rounded(1e6, Rounding::down), 65504);
    EXPECT_EQ(rounded(1e6, Rounding::up), INFINITY);
    EXPECT_EQ(rounded(-1e6, Rounding::up), -65504);
    EXPECT_EQ(rounded(-1e6, Rounding::down), -INFINITY);
    EXPECT_EQ(rounded(INFINITY, Rounding::towardZero), INFINITY);
}

TEST(Rounding, FormatsWithoutInfinityAndNanClamp) {
    for (const auto& f : test::everyKindOfFormat()) {
        const FormatLimits l = limits(f);
        EXPECT_EQ(clamps(f), roundTo(f, HUGE_VAL) == l.max) << f.name;
    }
    EXPECT_TRUE(clamps(format("int8")));
    EXPECT_FALSE(clamps(format("e4m3")));
}

TEST(Rounding, ClassesOfCodes) {
    const Format& fp16 = format("fp16");
    EXPECT_EQ(classify(fp16, 0x8000), NumberClass::zero);
    EXPECT_EQ(classify(fp16, 0x0001), NumberClass::subnormal);
    EXPECT_EQ(classify(fp16, 0x03FF), NumberClass::subnormal);
    EXPECT_EQ(classify(fp16, 0x0400), NumberClass::normal);
    EXPECT_EQ(classify(fp16, 0x7C00), NumberClass::infinity);
    EXPECT_EQ(classify(fp16, 0xFC01), NumberClass::nan);
    EXPECT_EQ(classify(format("e8m0"), 0), NumberClass::normal);
    EXPECT_EQ(classify(format("int8"), 0xFF), NumberClass::normal);
    EXPECT_EQ(className(NumberClass::subnormal), "subnormal");
}

// Properties

TEST(RoundingProperties, IdempotentBracketedAndWithinAnUlp) {
    for (const Format& f : test::everyKindOfFormat()) {
        const FormatLimits l = limits(f);
        RandomValues random(f);
        for (int i = 0; i < 3000; ++i) {
            const double x = random();
            const double down = roundTo(f, x, {.rounding = Rounding::down}),
                         up = roundTo(f, x, {.rounding = Rounding::up});
            for (const Rounding rounding : test::kRoundings) {
                const RoundOptions options{.rounding = rounding, .seed = 1, .index = static_cast<std::uint64_t>(i)};
                const double y = roundTo(f, x, options);
                if (std::isnan(y)) continue;
                ASSERT_EQ(roundTo(f, y, options), y) << f.name << ' ' << x;
                const bool inRange = std::abs(x) <= l.max && (f.signBits || x >= l.minSubnormal);
                if (!inRange) continue;
                ASSERT_LE(down, x) << f.name;
                ASSERT_GE(up, x) << f.name;
                ASSERT_TRUE(y == down || y == up) << f.name << ' ' << roundingName(rounding) << ' ' << x;
                if (f.subnormals && (rounding == Rounding::nearestEven || rounding == Rounding::nearestAway)) {
                    ASSERT_LE(std::abs(y - x), ulp(f, x) / 2) << f.name << ' ' << x;
                    ASSERT_LE(std::abs(y - x), std::min(x - down, up - x)) << f.name << ' ' << x;
                }
            }
        }
    }
}

TEST(RoundingProperties, Monotone) {
    for (const Format& f : test::everyKindOfFormat()) {
        RandomValues random(f);
        std::vector<double> inputs(4000);
        for (auto& x : inputs) x = random();
        std::sort(inputs.begin(), inputs.end());
        for (const Rounding rounding : test::kRoundings) {
            if (!isDeterministic(rounding)) continue;
            double previous = -INFINITY;
            for (double x : inputs) {
                const double y = roundTo(f, x, {.rounding = rounding, .overflow = Overflow::saturate});
                if (std::isnan(y)) continue;
                ASSERT_GE(y, previous) << f.name << ' ' << roundingName(rounding) << ' ' << x;
                previous = y;
            }
        }
    }
}

TEST(RoundingProperties, Symmetric) {
    for (const Format& f : test::everyKindOfFormat()) {
        if (!f.signBits || f.kind == FormatKind::integer) continue;
        RandomValues random(f);
        for (int i = 0; i < 3000; ++i) {
            const double x = random();
            const auto same = [&](Rounding positive, Rounding negative) {
                const double y = roundTo(f, x, {.rounding = positive}), z = roundTo(f, -x, {.rounding = negative});
                return (std::isnan(y) && std::isnan(z)) || y == -z;
            };
            for (const Rounding rounding :
                 {Rounding::nearestEven, Rounding::nearestAway, Rounding::towardZero, Rounding::toOdd})
                ASSERT_TRUE(same(rounding, rounding)) << f.name << ' ' << x;
            ASSERT_TRUE(same(Rounding::up, Rounding::down)) << f.name << ' ' << x;
        }
    }
}

TEST(RoundingProperties, RoundToOddThenNearestIsNearest) {
    // Boldo and Melquiond 2008: through a format at least two bits wider, odd then nearest rounds as nearest at once.
    RandomValues random(format("fp16"));
    for (int i = 0; i < 100000; ++i) {
        const double x = random();
        const double viaOdd = roundTo(*findFormat("e8m14"), x, {.rounding = Rounding::toOdd});
        ASSERT_EQ(roundTo(format("fp16"), viaOdd), roundTo(format("fp16"), x)) << x;
    }
}

TEST(Ulp, IsTheGapAtTheValue) {
    EXPECT_EQ(ulp(format("bf16"), 1), 0x1p-7);
    EXPECT_EQ(ulp(format("bf16"), 256), 2);
    EXPECT_EQ(ulp(format("fp16"), 0), 0x1p-24);
    EXPECT_EQ(ulp(format("fp16"), -65504), 32);
    EXPECT_EQ(ulp(format("fp16"), INFINITY), 32);
    EXPECT_EQ(ulp(format("int8"), 77), 1);
    EXPECT_TRUE(std::isnan(ulp(format("fp16"), NAN)));
}

TEST(UlpDistance, CountsSteps) {
    EXPECT_EQ(ulpDistance(format("bf16"), 1, 1.0078125), 1u);
    EXPECT_EQ(ulpDistance(format("bf16"), 0.0, -0.0), 0u);
    EXPECT_EQ(ulpDistance(format("fp16"), -0x1p-24, 0x1p-24), 2u);
    EXPECT_EQ(ulpDistance(format("fp16"), 65504, INFINITY), 1u);
    EXPECT_EQ(ulpDistance(format("e4m3"), 448, 1e9), 0u);
    EXPECT_EQ(ulpDistance(format("int8"), -128, 127), 255u);
    EXPECT_EQ(ulpDistance(format("fp16"), NAN, 1), UINT64_MAX);
    EXPECT_EQ(ulpDistance(format("fp64"), -limits(format("fp64")).max, limits(format("fp64")).max),
              2 * 0x7FEFFFFFFFFFFFFFu);
}

}  // namespace
}  // namespace mantissa
