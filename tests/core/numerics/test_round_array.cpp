// The vectorised kernel against the scalar reference, bit by bit.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "core/numerics/formats_under_test.h"
#include "core/numerics/inputs_under_test.h"

namespace mantissa {
namespace {

std::uint32_t bitsOf(float x) { return std::bit_cast<std::uint32_t>(x); }

/// Compares roundArray with roundTo over `in`; false after the first difference, which it reports.
bool agree(const Format& f, const std::vector<float>& in, const RoundOptions& options) {
    std::vector<float> out(in.size());
    roundArray(f, in, out, options);
    RoundOptions one = options;
    for (std::size_t i = 0; i < in.size(); ++i, ++one.index) {
        const auto expected = static_cast<float>(roundTo(f, static_cast<double>(in[i]), one));
        if (bitsOf(out[i]) == bitsOf(expected)) continue;
        ADD_FAILURE() << f.name << ", rounding " << roundingName(options.rounding) << ", overflow "
                      << (options.overflow == Overflow::saturate ? "saturate" : "standard") << ": float32 bits "
                      << std::hex << bitsOf(in[i]) << " gave " << bitsOf(out[i]) << " instead of " << bitsOf(expected);
        return false;
    }
    return true;
}

TEST(RoundArray, AgreesWithTheScalarReferenceInEveryFormatAndMode) {
    for (const Format& f : test::everyKindOfFormat()) {
        const auto inputs = test::interestingInputs(f);
        for (const Rounding rounding : test::kRoundings)
            for (const Overflow overflow : test::kOverflows)
                ASSERT_TRUE(agree(f, inputs, {.rounding = rounding, .overflow = overflow, .seed = 99}));
    }
}

TEST(RoundArray, AgreesOnEverySixteenBitPrefix) {
    // All BF16 codes with a remainder each way: every exponent and seven fraction bits of all 2^32 inputs.
    std::vector<float> inputs;
    for (std::uint32_t high = 0; high < 0x10000; ++high)
        for (std::uint32_t low : {0u, 1u, 0x7FFFu, 0x8000u, 0x8001u, 0xFFFFu})
            inputs.push_back(std::bit_cast<float>((high << 16) | low));
    for (const Format& f : knownFormats())
        for (const Rounding rounding : test::kRoundings) ASSERT_TRUE(agree(f, inputs, {.rounding = rounding}));
}

TEST(RoundArray, WorksInPlaceAndOnAnyLength) {
    std::mt19937 random(2);
    for (std::size_t size : {0u, 1u, 2u, 7u, 15u, 16u, 17u, 33u, 1000u}) {
        std::vector<float> values(size), out(size);
        for (auto& v : values) v = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
        roundArray(format("e4m3"), values, out);
        roundArray(format("e4m3"), values, values);
        EXPECT_TRUE(std::equal(values.begin(), values.end(), out.begin(), [](float a, float b) {
            return bitsOf(a) == bitsOf(b);
        })) << size;
    }
}

TEST(RoundArray, DoesNotDependOnThreadsOrPlaceInTheArray) {
    // Enough for several threads; the second half alone, with its index, must come out the same.
    const std::size_t size = (std::size_t{1} << 22) + 12345;
    std::vector<float> in(size), whole(size), parts(size);
    std::mt19937 random(3);
    for (auto& v : in) v = std::bit_cast<float>(static_cast<std::uint32_t>(random()) & 0xBFFFFFFFu);
    for (const Rounding rounding : {Rounding::nearestEven, Rounding::stochastic}) {
        RoundOptions options{
            .rounding = rounding, .seed = 5, .index = (std::uint64_t{1} << 32) - 1000};  // across a change of key
        roundArray(format("fp16"), in, whole, options);
        for (std::size_t begin = 0; begin < size; begin += 99991) {
            const std::size_t count = std::min<std::size_t>(99991, size - begin);
            RoundOptions own = options;
            own.index += begin;
            roundArray(format("fp16"), std::span(in).subspan(begin, count), std::span(parts).subspan(begin, count),
                       own);
        }
        EXPECT_EQ(std::memcmp(whole.data(), parts.data(), size * sizeof(float)), 0);
        for (std::size_t i = 0; i < size; i += 997) {
            RoundOptions own = options;
            own.index += i;
            ASSERT_EQ(bitsOf(whole[i]),
                      bitsOf(static_cast<float>(roundTo(format("fp16"), static_cast<double>(in[i]), own))))
                << i;
        }
    }
}

TEST(RoundArray, StochasticRoundingIsUnbiased) {
    // One value at a time, many draws: the mean must be the value. Half of the draws of 1/2 go up, and so on.
    const std::size_t draws = 1 << 20;
    for (const char* name : {"bf16", "e4m3", "int8"})
        for (double fraction : {0.5, 0.25, 1.0 / 16, 15.0 / 16, 1.0 / 1024}) {
            const Format& f = format(name);
            const double base = f.kind == FormatKind::integer ? 5 : 1, step = ulp(f, base);
            const std::vector<float> in(draws, static_cast<float>(base + fraction * step));
            std::vector<float> out(draws);
            for (std::uint64_t seed : {1u, 2u, 3u}) {
                roundArray(f, in, out, {.rounding = Rounding::stochastic, .seed = seed});
                std::size_t up = 0;
                for (float x : out) {
                    ASSERT_TRUE(static_cast<double>(x) == base || static_cast<double>(x) == base + step);
                    up += static_cast<double>(x) != base;
                }
                const double deviation = std::sqrt(static_cast<double>(draws) * fraction * (1 - fraction));
                EXPECT_NEAR(static_cast<double>(up), static_cast<double>(draws) * fraction, 4.5 * deviation)
                    << name << ' ' << fraction;
            }
        }
}

TEST(RoundArray, StochasticNeighboursAndSeedsAreIndependent) {
    const std::size_t draws = 1 << 20;
    const std::vector<float> in(draws, 1 + 0x1p-8f);  // halfway in BF16: each draw is a fair coin
    const auto coins = [&](std::uint64_t seed, std::uint64_t index) {
        std::vector<float> out(draws);
        roundArray(format("bf16"), in, out, {.rounding = Rounding::stochastic, .seed = seed, .index = index});
        return out;
    };
    const auto first = coins(1, 0);
    const auto agreeing = [&](const std::vector<float>& other, std::size_t lag) {
        std::size_t same = 0;
        for (std::size_t i = 0; i + lag < draws; ++i) same += first[i] == other[i + lag];
        return static_cast<double>(same) / static_cast<double>(draws - lag);
    };
    const double tolerance = 5 * 0.5 / std::sqrt(static_cast<double>(draws));
    for (std::size_t lag : {1u, 2u, 3u, 4u, 8u, 16u, 64u, 1024u, 65536u})
        EXPECT_NEAR(agreeing(first, lag), 0.5, tolerance) << "lag " << lag;
    for (std::uint64_t seed :
         {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{1} << 32, UINT64_MAX})
        EXPECT_NEAR(agreeing(coins(seed, 0), 0), 0.5, tolerance) << "seed " << seed;
    EXPECT_NEAR(agreeing(coins(1, std::uint64_t{1} << 32), 0), 0.5, tolerance);
    EXPECT_EQ(agreeing(coins(1, 0), 0), 1.0);
}

}  // namespace
}  // namespace mantissa
