// Integers with a scale and a zero point.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "core/numerics/formats_under_test.h"
#include "numerics/affine.h"

namespace mantissa {
namespace {

std::uint32_t bitsOf(float x) { return std::bit_cast<std::uint32_t>(x); }

TEST(AffineFor, KeepsTheEndsAndGivesZeroACode) {
    for (const char* name : {"int8", "int4", "uint8", "int16"}) {
        const Format& f = format(name);
        const double last = limits(f).max, first = f.signBits ? -last - 1 : 0;
        for (const auto& [low, high] : {std::pair{-1.0f, 3.0f}, {0.5f, 2.0f}, {-7.0f, -2.0f}, {-1e-3f, 1e3f}}) {
            const Affine affine = affineFor(f, low, high);
            EXPECT_GE(affine.zeroPoint, first);
            EXPECT_LE(affine.zeroPoint, last);
            EXPECT_EQ(roundAffine(f, 0, affine), 0) << name;
            for (const float x : {low, high, std::midpoint(low, high)})
                EXPECT_NEAR(roundAffine(f, x, affine), x, 0.51f * affine.scale) << name << ' ' << low << ' ' << high;
        }
        const Affine symmetric = symmetricFor(f, 2.5f);
        EXPECT_EQ(symmetric.zeroPoint, 0);
        EXPECT_FLOAT_EQ(roundAffine(f, 2.5f, symmetric), 2.5f);
    }
    EXPECT_EQ(symmetricFor(format("int8"), 0).scale, 1);
    EXPECT_EQ(affineFor(format("int8"), 0, 0).scale, 1);
}

TEST(ArrayAffine, CodesAndValuesAgreeWithTheScalarReference) {
    std::mt19937 random(8);
    std::normal_distribution<float> normal(0, 40);
    std::vector<float> in(100'003);
    for (std::size_t i = 0; i < in.size(); ++i)
        in[i] = i % 7 ? normal(random) : std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    for (const char* name : {"int8", "int4", "uint8"})
        for (const Affine affine : {Affine{.scale = 0.37f}, Affine{.scale = 1.7f, .zeroPoint = 3}}) {
            std::vector<std::byte> codes(in.size());
            std::vector<float> values(in.size());
            encodeArrayAffine(format(name), in, codes, affine);
            decodeArrayAffine(format(name), codes, values, affine);
            for (std::size_t i = 0; i < in.size(); ++i) {
                const float expected = std::isnan(in[i]) ? 0 : roundAffine(format(name), in[i], affine);
                ASSERT_EQ(bitsOf(values[i] + 0), bitsOf(expected + 0)) << name << ' ' << in[i];
            }
        }
}

TEST(RoundArrayAffine, ByHand) {
    const std::vector<float> in{-1.0f, -0.26f, 0.0f, 0.25f, 0.75f, 100.0f, -100.0f, INFINITY};
    std::vector<float> out(in.size());
    roundArrayAffine(format("int8"), in, out, {.scale = 0.5f});
    EXPECT_EQ(out, (std::vector<float>{-1.0f, -0.5f, 0.0f, 0.0f, 1.0f, 63.5f, -64.0f, 63.5f}));
    // Codes 0…255 with 10 for zero: from −5 to 122.5; 0.25 is code 10.5, whose even neighbour is 10.
    roundArrayAffine(format("uint8"), in, out, {.scale = 0.5f, .zeroPoint = 10});
    EXPECT_EQ(out, (std::vector<float>{-1.0f, -0.5f, 0.0f, 0.0f, 1.0f, 100.0f, -5.0f, 122.5f}));
    EXPECT_TRUE(std::isnan(roundAffine(format("int8"), NAN, {.scale = 0.5f})));
}

TEST(RoundArrayAffine, AgreesWithTheScalarReference) {
    std::mt19937 random(8);
    std::normal_distribution<float> normal(0, 40);
    std::vector<float> in(200'003), out(in.size());
    for (std::size_t i = 0; i < in.size(); ++i)
        in[i] = i % 7 ? normal(random) : std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    for (const char* name : {"int8", "uint8", "int16"})
        for (const Affine affine :
             {Affine{.scale = 0.037f}, Affine{.scale = 1.7f, .zeroPoint = 17}, Affine{.scale = 0x1p-126f}})
            for (const Rounding rounding : test::kRoundings) {
                RoundOptions options{.rounding = rounding, .seed = 3, .index = 11};
                roundArrayAffine(format(name), in, out, affine, options);
                for (std::size_t i = 0; i < in.size(); ++i, ++options.index)
                    ASSERT_EQ(bitsOf(out[i]), bitsOf(roundAffine(format(name), in[i], affine, options)))
                        << name << ' ' << in[i];
            }
}

TEST(RoundArrayAffineDeathTest, BadArgumentsEndTheProgram) {
    std::vector<float> values(3), two(2);
    EXPECT_DEATH(roundArrayAffine(format("fp16"), values, values, {}), "");
    EXPECT_DEATH(roundArrayAffine(format("int8"), values, values, {.scale = 0}), "");
    EXPECT_DEATH(roundArrayAffine(format("int8"), values, values, {.scale = 0x1p-140f}), "");
    EXPECT_DEATH(roundArrayAffine(format("int8"), values, two, {}), "");
}

}  // namespace
}  // namespace mantissa
