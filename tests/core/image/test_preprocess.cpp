#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <numeric>

#include "image/preprocess.h"
#include "image/preprocessor_config.h"
#include "storage/safetensors.h"

namespace {

using namespace mantissa;
namespace fs = std::filesystem;

const fs::path kData = MANTISSA_TEST_DATA;
const fs::path kMobileVit = kData / "mobilevit/xx-small-seeded";

/// Every pixel another, the same every time.
RgbImage texture(int width, int height) {
    RgbImage image{.width = width, .height = height, .pixels = {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (const int c : {x * 5 + y * 3, x * y, 255 - x - y})
                image.pixels.push_back(static_cast<std::uint8_t>(c));
    return image;
}

double at(const ModelInput& input, std::int64_t channel, std::int64_t y, std::int64_t x) {
    return input.values[static_cast<std::size_t>((channel * input.shape[2] + y) * input.shape[3] + x)];
}

TEST(Preprocess, IsWithinOneGreyLevelOfPillow) {
    if (!fs::exists(kMobileVit)) GTEST_SKIP() << "there is no " << kMobileVit;
    const auto how = readPreprocessorConfig(kMobileVit / "preprocessor_config.json");
    ASSERT_TRUE(how) << how.error().text();
    const auto image = openImage(kData / "images/chelsea.png");
    ASSERT_TRUE(image) << image.error().text();
    const auto input = preprocess(image->rgb, *how);
    ASSERT_TRUE(input) << input.error().text();
    const auto file = openSafetensors(kMobileVit / "expected.safetensors");
    ASSERT_TRUE(file) << file.error().text();
    const auto* expected = file->find("pixel_values");
    ASSERT_NE(expected, nullptr);
    ASSERT_EQ(input->shape, expected->shape);
    std::vector<float> wanted(input->values.size());
    ASSERT_EQ(expected->bytes.size(), wanted.size() * sizeof(float));
    std::memcpy(wanted.data(), expected->bytes.data(), expected->bytes.size());
    std::size_t different = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const double levels = std::abs(input->values[i] - wanted[i]) * 255;
        ASSERT_LE(levels, 1.0001) << "value " << i;
        different += levels > 0.5;
    }
    // The picture is two pixels in a thousand from Pillow's; a wrong filter or an offset of half a pixel changes most
    // of them.
    EXPECT_LT(different, wanted.size() / 500);
}

TEST(Preprocess, APictureOfTheRightSizeIsOnlyScaled) {
    const RgbImage image = texture(8, 6);
    const Preprocessing how{.resizeHeight = 6, .resizeWidth = 8};
    const auto input = preprocess(image, how);
    ASSERT_TRUE(input) << input.error().text();
    EXPECT_EQ(input->shape, (std::vector<std::int64_t>{1, 3, 6, 8}));
    for (int y = 0; y < 6; ++y)
        for (int x = 0; x < 8; ++x)
            for (int c = 0; c < 3; ++c)
                EXPECT_FLOAT_EQ(static_cast<float>(at(*input, c, y, x)),
                                static_cast<float>(image.pixels[static_cast<std::size_t>((y * 8 + x) * 3 + c)]) / 255);
    EXPECT_EQ(input->view.pixels, image.pixels);
}

TEST(Preprocess, ChannelsAreFlippedAfterTheyAreNormalised) {
    const RgbImage image{.width = 1, .height = 1, .pixels = {255, 127, 0}};
    Preprocessing how{
        .resizeHeight = 1, .resizeWidth = 1, .normalize = true, .mean = {0.1, 0.2, 0.3}, .std = {0.5, 0.25, 0.125}};
    const double wanted[] = {(1 - 0.1) / 0.5, (127 / 255.0 - 0.2) / 0.25, (0 - 0.3) / 0.125};
    const auto straight = preprocess(image, how);
    ASSERT_TRUE(straight);
    how.flipChannels = true;
    const auto flipped = preprocess(image, how);
    ASSERT_TRUE(flipped);
    for (std::int64_t c = 0; c < 3; ++c) {
        EXPECT_NEAR(at(*straight, c, 0, 0), wanted[c], 1e-6);
        EXPECT_EQ(at(*flipped, 2 - c, 0, 0), at(*straight, c, 0, 0));
    }
    EXPECT_EQ(flipped->view.pixels, image.pixels) << "what is shown keeps its colours";
}

TEST(Preprocess, TheShortestEdgeKeepsTheAspectAndTheCentreIsCut) {
    Preprocessing how{.resize = ResizeRule::shortestEdge,
                      .resizeHeight = 20,
                      .resizeWidth = 20,
                      .centerCrop = true,
                      .cropHeight = 16,
                      .cropWidth = 16};
    for (const auto& [width, height] : {std::pair{80, 40}, std::pair{40, 80}}) {
        const auto input = preprocess(texture(width, height), how);
        ASSERT_TRUE(input) << input.error().text();
        EXPECT_EQ(input->shape, (std::vector<std::int64_t>{1, 3, 16, 16}));
        // Both shrink to half: 40 × 20, cut at 12 and 2, which are 24 and 4 of the source.
        const bool wide = width > height;
        EXPECT_EQ(input->cropInSource, (std::array<double, 4>{wide ? 24.0 : 4.0, wide ? 4.0 : 24.0, 32.0, 32.0}));
    }
}

TEST(Preprocess, ACropLargerThanThePictureIsFilledWithBlack) {
    const Preprocessing how{.resize = ResizeRule::none,
                            .resizeHeight = 2,
                            .resizeWidth = 2,
                            .centerCrop = true,
                            .cropHeight = 4,
                            .cropWidth = 4};
    const RgbImage white{.width = 2, .height = 2, .pixels = std::vector<std::uint8_t>(12, 255)};
    const auto input = preprocess(white, how);
    ASSERT_TRUE(input) << input.error().text();
    for (std::int64_t y = 0; y < 4; ++y)
        for (std::int64_t x = 0; x < 4; ++x)
            EXPECT_EQ(at(*input, 1, y, x), (y == 1 || y == 2) && (x == 1 || x == 2) ? 1.0 : 0.0) << x << ", " << y;
}

/// Property: a filter's weights sum to one, so a picture of one colour keeps it, whatever the sizes.
TEST(Preprocess, OneColourStaysOneColourUnderEveryFilter) {
    RgbImage image{.width = 37, .height = 23, .pixels = {}};
    for (int i = 0; i < 37 * 23; ++i) image.pixels.insert(image.pixels.end(), {201, 17, 90});
    for (const auto filter : {Resample::nearest, Resample::bilinear, Resample::bicubic, Resample::lanczos})
        for (const int side : {1, 5, 64}) {
            const Preprocessing how{.resizeHeight = side, .resizeWidth = side + 2, .resample = filter};
            const auto input = preprocess(image, how);
            if (!input && filter == Resample::lanczos) continue;  // LibTorch has it from 2.13 on, and says so before
            ASSERT_TRUE(input) << input.error().text();
            for (std::size_t i = 0; i < input->view.pixels.size(); i += 3) {
                ASSERT_EQ(input->view.pixels[i], 201);
                ASSERT_EQ(input->view.pixels[i + 1], 17);
                ASSERT_EQ(input->view.pixels[i + 2], 90);
            }
        }
}

/// Antialiased: shrinking averages. A checkerboard of single pixels becomes grey; picking pixels would keep black and
/// white.
TEST(Preprocess, ShrinkingAveragesAsPillowDoes) {
    RgbImage image{.width = 64, .height = 64, .pixels = {}};
    for (int i = 0; i < 64 * 64; ++i) image.pixels.insert(image.pixels.end(), 3, (i + i / 64) % 2 ? 255 : 0);
    for (const auto filter : {Resample::bilinear, Resample::bicubic}) {
        const Preprocessing how{.resizeHeight = 8, .resizeWidth = 8, .resample = filter};
        const auto input = preprocess(image, how);
        ASSERT_TRUE(input);
        for (const auto value : input->view.pixels) EXPECT_NEAR(value, 127.5, 4);
    }
}

TEST(Preprocess, RequestsThatCannotBeMetAreErrorsNotAllocations) {
    EXPECT_FALSE(preprocess({}, {}));
    const RgbImage line = texture(1, 3000);
    const auto tooLong = preprocess(line, {.resize = ResizeRule::shortestEdge,
                                           .resizeHeight = 16384,
                                           .centerCrop = true,
                                           .cropHeight = 1,
                                           .cropWidth = 1});
    ASSERT_FALSE(tooLong);
    EXPECT_EQ(tooLong.error().code, ErrorCode::invalidArgument);
    EXPECT_FALSE(preprocess(texture(4, 4), {.centerCrop = true, .cropHeight = 0, .cropWidth = 4}));
    EXPECT_FALSE(preprocess(texture(4, 4), {.resize = ResizeRule::none, .resizeHeight = 5, .resizeWidth = 4}));
}

}  // namespace
