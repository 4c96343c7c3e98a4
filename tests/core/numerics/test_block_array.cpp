// Arrays in blocks that share a scale: against the rules of OCP MX v1.0 and NVFP4 reckoned one value at a time.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "core/numerics/formats_under_test.h"
#include "numerics/block_array.h"

namespace mantissa {
namespace {

std::uint32_t bitsOf(float x) { return std::bit_cast<std::uint32_t>(x); }

std::vector<Format> blockFormats() {
    std::vector<Format> formats;
    for (const Format& f : scaledFormats())
        if (f.blockSize != 0) formats.push_back(f);
    return formats;
}

/// Values of every magnitude, few in a block alike; zeros and blocks of zeros; float32's smallest and largest.
std::vector<float> values(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> all(count);
    for (std::size_t i = 0; i < count; ++i) {
        const int kind = static_cast<int>(i / 64 % 8);
        if (kind < 5) all[i] = std::ldexp(normal(random), static_cast<int>(i / 512 % 200) - 100);
        if (kind == 5) all[i] = std::bit_cast<float>(static_cast<std::uint32_t>(random()) & 0xBFFFFFFFu);
        if (kind == 6) all[i] = i % 64 < 40 ? 0.0f : -0.0f;
        if (kind == 7) all[i] = std::bit_cast<float>(static_cast<std::uint32_t>(random()) & 0x80FFFFFFu);
    }
    return all;
}

/// What one element becomes, from its block's scale: the definition.
struct Stored {
    std::uint64_t code;
    float value;
};
Stored stored(const Format& f, float x, const BlockScale& scale, RoundOptions options) {
    const Format& element = elementOf(f);
    options.overflow = Overflow::saturate;
    // MX divides by a power of two, which FP64 does exactly; NVFP4 multiplies in float32.
    const double scaled = f.scaling == Scaling::mx ? static_cast<double>(x) / static_cast<double>(scale.multiplier)
                                                   : static_cast<double>(x * scale.inverse);
    const std::uint64_t code = encode(element, scaled, options);
    return {code, static_cast<float>(decode(element, code)) * scale.multiplier};
}

void expectAgrees(const Format& f, const std::vector<float>& in, std::size_t rowLength, const RoundOptions& options) {
    const BlockArray array = encodeBlocks(f, in, rowLength, options);
    std::vector<float> rounded(in.size()), decoded(in.size());
    roundBlocks(f, in, rounded, rowLength, options);
    decodeBlocks(array, decoded);
    const float tensor = tensorScale(f, in);
    ASSERT_EQ(array.tensorScale, tensor);
    const auto size = static_cast<std::size_t>(f.blockSize);
    std::size_t block = 0;
    for (std::size_t row = 0; row < in.size(); row += rowLength)
        for (std::size_t at = 0; at < rowLength; at += size, ++block) {
            const std::size_t begin = row + at, count = std::min(size, rowLength - at);
            const BlockScale scale = blockScale(f, std::span(in).subspan(begin, count), tensor);
            ASSERT_EQ(array.scales[block], scale.code) << f.name << " block " << block;
            for (std::size_t i = begin; i < begin + count; ++i) {
                RoundOptions own = options;
                own.index += i;
                const Stored expected = stored(f, in[i], scale, own);
                if (std::isnan(expected.value)) {
                    ASSERT_TRUE(std::isnan(rounded[i]) && std::isnan(decoded[i])) << f.name;
                    continue;
                }
                ASSERT_EQ(array.codes[i], expected.code)
                    << f.name << ' ' << roundingName(options.rounding) << ' ' << in[i] << " scale " << scale.multiplier;
                ASSERT_EQ(bitsOf(rounded[i]), bitsOf(expected.value)) << f.name << ' ' << in[i];
                ASSERT_EQ(bitsOf(decoded[i]), bitsOf(expected.value)) << f.name << ' ' << in[i];
            }
        }
    ASSERT_EQ(array.scales.size(), block);
}

TEST(BlockArray, AgreesWithTheDefinitionInEveryFormatAndMode) {
    for (const Format& f : blockFormats())
        for (const Rounding rounding : test::kRoundings)
            for (const std::size_t rowLength : {std::size_t{1}, std::size_t{9}, std::size_t{16}, std::size_t{33},
                                                std::size_t{2048}, std::size_t{2050}})
                expectAgrees(f, values(rowLength * (rowLength < 100 ? 300 : 20), 5), rowLength,
                             {.rounding = rounding, .seed = 11, .index = 7});
}

TEST(BlockArray, ByHand) {
    // Largest 5: ⌊log2 5⌋ = 2, less E2M1's 2 → scale 1. With 3 it would be 1/2.
    const std::vector<float> in{5, -0.6f, 1.25f, 2.5f};
    std::vector<float> out(4);
    roundBlocks(*findFormat("mxfp4"), in, out, 4);
    EXPECT_EQ(out, (std::vector<float>{4, -0.5f, 1, 2}));
    EXPECT_EQ(blockScale(*findFormat("mxfp4"), in).code, 127);
    EXPECT_EQ(blockScale(*findFormat("mxfp4"), std::vector<float>{3}).multiplier, 0.5f);
    // 7 lies beyond 6 × 1 and saturates; the next power of two would waste the top of the range.
    roundBlocks(*findFormat("mxfp4"), std::vector<float>{7, 1}, std::span(out).first(2), 2);
    EXPECT_EQ(out[0], 6);
    EXPECT_EQ(blockScale(*findFormat("mxfp8"), std::vector<float>{448}).code, 127);
    // NVFP4: the tensor's largest becomes 6 × 448; a block that holds it keeps it.
    const std::vector<float> two{12, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.03f, 0.01f};
    out.resize(two.size());
    roundBlocks(*findFormat("nvfp4"), two, out, two.size());
    EXPECT_FLOAT_EQ(out[0], 12);
    EXPECT_FLOAT_EQ(out[1], 1);  // half a step of the block: 0.5 × 2
    EXPECT_NEAR(out[16], 0.03f, 0.03f / 16);
    EXPECT_EQ(encodeBlocks(*findFormat("nvfp4"), two, two.size()).scales[0], 0x7E);  // 448
}

TEST(BlockArray, NanAndInfinityTakeTheirWholeBlock) {
    for (const Format& f : blockFormats())
        for (const float bad : {NAN, INFINITY, -INFINITY}) {
            const auto size = static_cast<std::size_t>(f.blockSize);
            std::vector<float> in(3 * size, 1.5f), out(in.size());
            in[size + 3] = bad;
            roundBlocks(f, in, out, in.size());
            for (std::size_t i = 0; i < in.size(); ++i)
                ASSERT_EQ(std::isnan(out[i]), i / size == 1) << f.name << ' ' << bad << ' ' << i;
            const BlockArray array = encodeBlocks(f, in, in.size());
            EXPECT_TRUE(std::isnan(decode(*scaleOf(f), array.scales[1]))) << f.name;
        }
}

TEST(BlockArray, RoundsItsOwnValuesToThemselves) {
    for (const Format& f : blockFormats()) {
        std::mt19937 random(2);
        std::normal_distribution<float> normal;
        std::vector<float> once(4096), twice(4096);
        for (float& x : once) x = normal(random);
        roundBlocks(f, once, once, 64);
        roundBlocks(f, once, twice, 64);
        // NVFP4 finds its scales anew in float32, whose last bits may differ.
        for (std::size_t i = 0; i < once.size(); ++i)
            ASSERT_NEAR(twice[i], once[i], f.scaling == Scaling::mx ? 0 : 1e-5) << f.name;
    }
}

TEST(BlockArray, DoesNotDependOnThreads) {
    const std::size_t size = (std::size_t{1} << 22) + 64;
    const auto in = values(size, 9);
    for (const char* name : {"mxfp4", "mxfp8e4m3"}) {
        const Format f = *findFormat(name);
        std::vector<float> whole(size), parts(size);
        const RoundOptions options{.rounding = Rounding::stochastic, .seed = 4};
        roundBlocks(f, in, whole, size, options);
        for (std::size_t begin = 0; begin < size; begin += 320'000) {
            const std::size_t count = std::min<std::size_t>(320'000, size - begin);
            RoundOptions own = options;
            own.index += begin;
            roundBlocks(f, std::span(in).subspan(begin, count), std::span(parts).subspan(begin, count), count, own);
        }
        EXPECT_EQ(std::memcmp(whole.data(), parts.data(), size * sizeof(float)), 0) << name;
    }
}

TEST(BlockBytes, CountsElementsAndScales) {
    const auto bytes = [](const char* name, std::int64_t rows, std::int64_t length) {
        const BlockBytes b = blockBytes(*findFormat(name), rows, length);
        return std::pair{b.elements, b.scales};
    };
    EXPECT_EQ(bytes("mxfp4", 1, 32), (std::pair<std::int64_t, std::int64_t>{16, 1}));
    EXPECT_EQ(bytes("mxfp6", 4, 64), (std::pair<std::int64_t, std::int64_t>{192, 8}));
    EXPECT_EQ(bytes("mxfp8", 3, 33), (std::pair<std::int64_t, std::int64_t>{99, 6}));
    EXPECT_EQ(bytes("nvfp4", 2, 48), (std::pair<std::int64_t, std::int64_t>{48, 6 + 4}));
}

TEST(BlockArrayDeathTest, BadArgumentsEndTheProgram) {
    std::vector<float> in(33), out(33);
    EXPECT_DEATH(roundBlocks(format("e2m1"), in, out, 33), "");
    EXPECT_DEATH(roundBlocks(*findFormat("mxfp4"), in, out, 32), "");
    EXPECT_DEATH(encodeBlocks(*findFormat("int8-affine"), in, 33), "");
}

TEST(BlockArray, EmptyArraysAreEmpty) {
    std::vector<float> none;
    EXPECT_TRUE(encodeBlocks(*findFormat("nvfp4"), none, 16).codes.empty());
    roundBlocks(*findFormat("mxfp4"), none, none, 0);
}

}  // namespace
}  // namespace mantissa
