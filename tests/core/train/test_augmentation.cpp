#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

#include "tiny_data.h"
#include "train/batch.h"

namespace {

using namespace mantissa;
using namespace mantissa::training;

Preprocessing plain() {
    Preprocessing how;
    how.rescale = 1;  // pixels stay 0 … 255
    return how;
}

/// A picture in which every pixel says where it is: red its column, green its row.
CifarSet coordinates() {
    CifarSet set;
    set.labels = {7};
    set.pixels.resize(kCifarPixelBytes);
    for (int y = 0; y < 32; ++y)
        for (int x = 0; x < 32; ++x) {
            set.pixels[static_cast<std::size_t>(y * 32 + x)] = static_cast<std::uint8_t>(x + 100);
            set.pixels[static_cast<std::size_t>(1024 + y * 32 + x)] = static_cast<std::uint8_t>(y + 100);
        }
    return set;
}

TEST(Batches, PlainOnesHoldThePixelsAndLabels) {
    const auto set = test::tinySet(12, 5);
    const std::vector<std::size_t> pictures{11, 0, 3};
    const Batch batch = plainBatch(set, pictures, plain());
    ASSERT_EQ(batch.input.sizes().vec(), (std::vector<std::int64_t>{3, 3, 32, 32}));
    const auto* values = batch.input.const_data_ptr<float>();
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        EXPECT_EQ(batch.labels[static_cast<std::int64_t>(i)].item<std::int64_t>(), set.labels[pictures[i]]);
        for (std::size_t at = 0; at < kCifarPixelBytes; ++at)
            ASSERT_EQ(values[i * kCifarPixelBytes + at], set.picture(pictures[i])[at]);
    }
}

TEST(Batches, ScaleChannelOrderAndNormalisationFollowThePreprocessing) {
    const auto set = test::tinySet(1, 5);
    Preprocessing how;
    how.flipChannels = true;
    how.normalize = true;
    how.mean = {0.1, 0.2, 0.3};
    how.std = {0.5, 0.25, 2};
    const Batch batch = plainBatch(set, std::vector<std::size_t>{0}, how);
    for (std::int64_t channel = 0; channel < 3; ++channel) {
        const auto c = static_cast<std::size_t>(channel);
        const double pixel = set.picture(0)[(2 - c) * 1024 + 37] / 255.0;
        EXPECT_NEAR(batch.input[0][channel][1][5].item<double>(), (pixel - how.mean[c]) / how.std[c], 1e-5);
    }
}

TEST(Batches, ShiftsAndMirrorsMoveWholePicturesWithinThePadding) {
    const auto set = coordinates();
    const Recipe recipe{.cropPadding = 3, .colourJitter = 0};
    Random random(9, 0);
    std::map<int, int> shifts;
    int mirrored = 0;
    constexpr int kDraws = 600;
    for (int draw = 0; draw < kDraws; ++draw) {
        const Batch batch = augmentedBatch(set, std::vector<std::size_t>{0}, plain(), {recipe, random});
        const auto picture = batch.input[0];
        const double left = picture[0][16][15].item<double>(), right = picture[0][16][16].item<double>();
        ASSERT_EQ(std::abs(right - left), 1);
        const bool mirror = right < left;
        mirrored += mirror;
        const int shift = static_cast<int>(left) - 100 - (mirror ? 16 : 15);
        ASSERT_LE(std::abs(shift), 3);
        ++shifts[shift];
        ASSERT_LE(std::abs(picture[1][16][15].item<double>() - 116), 3);
        // What came from beyond the edge is black.
        const double corner = picture[0][16][0].item<double>();
        EXPECT_TRUE(corner == 0 || (corner >= 100 && corner <= 131)) << corner;
    }
    EXPECT_EQ(shifts.size(), 7u);
    EXPECT_NEAR(mirrored, kDraws / 2, 5 * std::sqrt(kDraws) / 2);
}

TEST(Batches, ColourChangesStayInRangeAndDependOnTheSeedOnly) {
    const auto set = test::tinySet(20, 6);
    std::vector<std::size_t> pictures(20);
    std::iota(pictures.begin(), pictures.end(), 0);
    const Recipe recipe{.colourJitter = 0.5};
    Random first(1, 2), again(1, 2), other(1, 3);
    const auto a = augmentedBatch(set, pictures, plain(), {recipe, first}).input;
    EXPECT_TRUE(at::equal(a, augmentedBatch(set, pictures, plain(), {recipe, again}).input));
    EXPECT_FALSE(at::equal(a, augmentedBatch(set, pictures, plain(), {recipe, other}).input));
    EXPECT_GE(a.min().item<double>(), 0);
    EXPECT_LE(a.max().item<double>(), 255);
}

TEST(TrainingRandom, PermutationsHoldEveryNumberOnceAndDiffer) {
    Random random(1, 0);
    auto order = random.permutation(1000);
    const auto another = random.permutation(1000);
    EXPECT_NE(order, another);
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < order.size(); ++i) ASSERT_EQ(order[i], i);
}

}  // namespace
