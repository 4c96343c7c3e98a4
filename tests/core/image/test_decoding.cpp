#include <gtest/gtest.h>

#include <zlib.h>

#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "bounded_memory.h"
#include "core/image/made_pictures.h"
#include "image/image.h"
#include "temporary_folder.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

class Decoding : public testing::Test {
  protected:
    Result<SourceImage> open(const FileBytes& file) const { return openImage(folder_.write("picture", text(file))); }

    /// The message of a file that must not open.
    std::string refusal(const FileBytes& file) const {
        const auto image = open(file);
        EXPECT_FALSE(image);
        return image ? "" : image.error().message;
    }

    TemporaryFolder folder_;
};

/// A picture in which every pixel is another.
cv::Mat gradient(int type) {
    cv::Mat picture(12, 16, type);
    const int channels = picture.channels();
    for (int y = 0; y < picture.rows; ++y)
        for (int x = 0; x < picture.cols; ++x)
            for (int c = 0; c < channels; ++c) {
                const int value = (y * 16 + x) * 1 + 20 * c;
                if (picture.depth() == CV_8U)
                    picture.ptr<std::uint8_t>(y)[x * channels + c] = static_cast<std::uint8_t>(value);
                else
                    picture.ptr<std::uint16_t>(y)[x * channels + c] = static_cast<std::uint16_t>(value * 257 + x % 3);
            }
    return picture;
}

TEST_F(Decoding, LosslessKindsGiveTheSamePixels) {
    const cv::Mat picture = gradient(CV_8UC3);
    for (const char* extension : {".png", ".bmp", ".tiff", ".webp"}) {
        SCOPED_TRACE(extension);
        const auto image = open(encoded(picture, extension, {cv::IMWRITE_WEBP_QUALITY, 101}));
        ASSERT_TRUE(image) << image.error().text();
        ASSERT_EQ(image->rgb.width, 16);
        ASSERT_EQ(image->rgb.height, 12);
        for (int y = 0; y < 12; ++y)
            for (int x = 0; x < 16; ++x) {
                const auto& bgr = picture.at<cv::Vec3b>(y, x);
                ASSERT_EQ(pixel(image->rgb, x, y), (std::vector<int>{bgr[2], bgr[1], bgr[0]})) << x << ", " << y;
            }
    }
}

TEST_F(Decoding, GreyHasThreeEqualChannels) {
    const cv::Mat picture = gradient(CV_8UC1);
    for (const char* extension : {".png", ".bmp", ".tiff"}) {
        const auto image = open(encoded(picture, extension));
        ASSERT_TRUE(image) << image.error().text();
        for (int x = 0; x < 16; ++x) {
            const int grey = picture.at<std::uint8_t>(3, x);
            EXPECT_EQ(pixel(image->rgb, x, 3), (std::vector<int>{grey, grey, grey})) << extension;
        }
    }
}

TEST_F(Decoding, SixteenBitsAreRoundedToTheNearestOfEight) {
    for (const int type : {CV_16UC1, CV_16UC3}) {
        const cv::Mat picture = gradient(type);
        for (const char* extension : {".png", ".tiff"}) {
            const auto image = open(encoded(picture, extension));
            ASSERT_TRUE(image) << image.error().text();
            for (int x = 0; x < 16; ++x) {
                const int last = picture.channels() - 1;
                const int red = picture.ptr<std::uint16_t>(5)[x * picture.channels() + last];
                EXPECT_EQ(pixel(image->rgb, x, 5)[0], (red + 128) / 257) << extension;
            }
        }
    }
}

TEST_F(Decoding, WhiteLiesBehindWhatIsTransparent) {
    cv::Mat picture(1, 4, CV_8UC4);
    const int alpha[] = {0, 64, 128, 255};
    for (int x = 0; x < 4; ++x) picture.at<cv::Vec4b>(0, x) = {50, 100, 200, static_cast<std::uint8_t>(alpha[x])};
    const auto image = open(encoded(picture, ".png"));
    ASSERT_TRUE(image) << image.error().text();
    for (int x = 0; x < 4; ++x) {
        const double share = alpha[x] / 255.0;
        const int colours[] = {200, 100, 50};
        for (std::size_t c = 0; c < 3; ++c)
            EXPECT_NEAR(pixel(image->rgb, x, 0)[c], share * colours[c] + (1 - share) * 255, 0.5001)
                << "alpha " << alpha[x];
    }
}

TEST_F(Decoding, WhiteLiesBehindBothKindsOfAlphaThatTiffHas) {
    constexpr int kAssociated = 1, kUnassociated = 2;
    const int colours[] = {200, 100, 50};
    for (const int bits : {8, 16})
        for (const int kind : {kAssociated, kUnassociated}) {
            cv::Mat picture(1, 4, CV_8UC4);
            const int alpha[] = {0, 64, 128, 255};
            for (int x = 0; x < 4; ++x)
                for (int c = 0; c < 4; ++c) {
                    const double stored = c == 3                ? alpha[x]
                                          : kind == kAssociated ? colours[c] * alpha[x] / 255.0
                                                                : colours[c];
                    picture.at<cv::Vec4b>(0, x)[c] = static_cast<std::uint8_t>(std::lround(stored));
                }
            const auto image = open(tiff(picture, {.bits = bits, .extraSample = kind}));
            ASSERT_TRUE(image) << image.error().text();
            for (int x = 0; x < 4; ++x)
                for (std::size_t c = 0; c < 3; ++c)
                    EXPECT_NEAR(pixel(image->rgb, x, 0)[c], 255 + (colours[c] - 255) * alpha[x] / 255.0, 1.01)
                        << bits << " bits, kind " << kind << ", alpha " << alpha[x];
        }
}

TEST_F(Decoding, AlphaOfSixteenBitsAndGreyWithAlphaAreUnderstood) {
    cv::Mat deep(1, 2, CV_16UC4);
    deep.at<cv::Vec4w>(0, 0) = {0, 0, 65535, 65535};
    deep.at<cv::Vec4w>(0, 1) = {0, 0, 65535, 0};
    const auto image = open(encoded(deep, ".png"));
    ASSERT_TRUE(image) << image.error().text();
    EXPECT_EQ(pixel(image->rgb, 0, 0), (std::vector<int>{255, 0, 0}));
    EXPECT_EQ(pixel(image->rgb, 1, 0), (std::vector<int>{255, 255, 255}));

    // Colour type 4; OpenCV writes none, so by hand: one row of two pixels, black, opaque and transparent, unfiltered.
    const FileBytes row{0, 0, 255, 0, 0};
    FileBytes packed(64);
    uLongf size = packed.size();
    ASSERT_EQ(compress(packed.data(), &size, row.data(), row.size()), Z_OK);
    packed.resize(size);
    const auto grey = open(png({pngHeader(2, 1, 8, 4), pngChunk("IDAT", packed), pngChunk("IEND", {})}));
    ASSERT_TRUE(grey) << grey.error().text();
    EXPECT_EQ(pixel(grey->rgb, 0, 0), (std::vector<int>{0, 0, 0}));
    EXPECT_EQ(pixel(grey->rgb, 1, 0), (std::vector<int>{255, 255, 255}));
}

TEST_F(Decoding, FloatingPointPixelsAreRefusedInWords) {
    const cv::Mat picture(4, 4, CV_32FC3, cv::Scalar(0.5, 0.5, 0.5));
    EXPECT_NE(refusal(encoded(picture, ".tiff")).find("floating-point"), std::string::npos);
}

TEST_F(Decoding, NothingIsAllocatedForPixelsThatAFileOnlyClaims) {
    const FileBytes some(60, 0x55);
    const FileBytes plain = png({pngHeader(16384, 16384), pngChunk("IDAT", some), pngChunk("IEND", {})});
    FileBytes jpeg = encoded(fourCorners(), ".jpg"), bmp = encoded(fourCorners(), ".bmp");
    for (std::size_t i = 2; i + 8 < jpeg.size(); ++i)
        if (jpeg[i] == 0xFF && jpeg[i + 1] == 0xC0)  // 16,000 × 16,000
            jpeg[i + 5] = jpeg[i + 7] = 0x3E, jpeg[i + 6] = jpeg[i + 8] = 0x80;
    bmp[19] = bmp[23] = 0x3E;  // 15,9xx × 15,9xx
    // A second, small header behind a large one, or the other way round: what is checked must be what is decoded.
    const FileBytes twice =
        png({pngHeader(16000, 16000), pngHeader(8, 8), pngChunk("IDAT", some), pngChunk("IEND", {})});
    const FileBytes late = png({pngChunk("IDAT", some), pngHeader(8, 8), pngChunk("IEND", {})});
    for (const auto& file : {plain, jpeg, bmp, twice, late}) {
        EXPECT_FALSE(refusal(file).empty());
        EXPECT_TRUE(withinMemory(std::size_t{64} << 20, [&] { return !open(file); }));
    }
}

TEST_F(Decoding, CutAnywhereAFileIsRefusedOrWhole) {
    const cv::Mat picture = fourCorners();
    for (const char* extension : {".png", ".jpg", ".bmp", ".webp", ".tiff"}) {
        const FileBytes whole = encoded(picture, extension);
        const auto image = open(whole);
        ASSERT_TRUE(image) << image.error().text();
        for (std::size_t length = 0; length < whole.size(); length += std::max<std::size_t>(1, whole.size() / 97)) {
            const auto cut = open(FileBytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
            if (cut) EXPECT_EQ(cut->rgb.pixels, image->rgb.pixels) << extension << " cut to " << length;
        }
    }
}

TEST_F(Decoding, NoFlippedBitCrashesAndInPngEachOfTheDataIsSeen) {
    for (const char* extension : {".png", ".jpg", ".bmp", ".webp", ".tiff"}) {
        const FileBytes whole = encoded(gradient(CV_8UC3), extension);
        const auto image = open(whole);
        ASSERT_TRUE(image);
        const std::size_t step = std::max<std::size_t>(1, whole.size() * 8 / 400);
        for (std::size_t bit = 0; bit < whole.size() * 8; bit += step) {
            FileBytes flipped = whole;
            flipped[bit / 8] ^= static_cast<unsigned char>(1 << bit % 8);
            const auto opened = open(flipped);
            if (std::string_view(extension) != ".png" || !opened) continue;
            EXPECT_EQ(opened->rgb.pixels, image->rgb.pixels) << "bit " << bit;
        }
    }
}

TEST_F(Decoding, TheContentDecidesNotTheName) {
    const auto path = folder_.write("picture.jpg", text(encoded(fourCorners(), ".png")));
    const auto image = openImage(path);
    ASSERT_TRUE(image) << image.error().text();
    EXPECT_EQ(image->name, "picture.jpg");
    EXPECT_EQ(image->sha256.size(), 64U);
}

TEST_F(Decoding, WhatIsNotThereOrNoFileIsSaidInWords) {
    for (const auto& path : {folder_.path() / "missing.png", folder_.path()}) {
        const auto image = openImage(path);
        ASSERT_FALSE(image);
        EXPECT_EQ(image.error().code, ErrorCode::unreadable);
        EXPECT_EQ(image.error().where, path.string());
    }
}

}  // namespace
