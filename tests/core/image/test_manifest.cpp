#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "bounded_memory.h"
#include "core/image/made_pictures.h"
#include "csv_rows.h"
#include "image/image.h"
#include "storage/sha256.h"

// Every broken or odd picture gets the answer that its manifest asks for.

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;
using Row = std::map<std::string, std::string>;

const fs::path kPictures = fs::path(MANTISSA_TEST_DATA) / "images-bad";

/// The manifest's values were taken with transparency dropped; these two have some, and Mantissa puts white behind.
const std::set<std::string> kTransparent{"rgba_transparent.png", "palette_trns.png"};

std::vector<double> numbers(std::string text) {
    std::vector<double> values;
    for (char& c : text)
        if (c == '/' || c == 'x') c = ' ';
    std::istringstream in(text);
    for (double value; in >> value;) values.push_back(value);
    return values;
}

double toleranceOf(const Row& row) {
    return row.at("tolerance").starts_with("+-") ? std::stod(row.at("tolerance").substr(2)) : 0;
}

void expectPixel(const RgbImage& image, int x, int y, const std::string& expected, double tolerance) {
    const auto wanted = numbers(expected);
    const auto got = pixel(image, x, y);
    ASSERT_EQ(wanted.size(), 3U);
    for (std::size_t c = 0; c < 3; ++c)
        EXPECT_NEAR(got[c], wanted[c], tolerance) << "channel " << c << " at " << x << ", " << y;
}

/// The pixel lies somewhere between the colour and white, all channels equally far.
void expectOnWhite(const RgbImage& image, int x, int y, const std::string& colour) {
    const auto stored = numbers(colour);
    const auto got = pixel(image, x, y);
    ASSERT_EQ(stored.size(), 3U);
    const double share =
        (255 - got[2]) / (255 - stored[2]);  // blue, which in these files is the channel furthest from white
    EXPECT_LE(0, share);
    EXPECT_LE(share, 1);
    for (std::size_t c = 0; c < 3; ++c)
        EXPECT_NEAR(got[c], share * stored[c] + (1 - share) * 255, 1) << "channel " << c << " at " << x << ", " << y;
}

void expectPicture(const RgbImage& image, const Row& row) {
    const auto size = numbers(row.at("upright_size"));
    ASSERT_EQ(size.size(), 2U);
    ASSERT_EQ(image.width, size[0]);
    ASSERT_EQ(image.height, size[1]);
    const double tolerance = toleranceOf(row);
    const int right = image.width - 1, bottom = image.height - 1;
    const bool transparent = kTransparent.contains(row.at("file"));
    const std::tuple<int, int, const char*> corners[] = {{0, 0, "first_pixel_rgb"},
                                                         {right, 0, "top_right_rgb"},
                                                         {0, bottom, "bottom_left_rgb"},
                                                         {right, bottom, "bottom_right_rgb"}};
    for (const auto& [x, y, name] : corners)
        if (transparent)
            expectOnWhite(image, x, y, row.at(name));
        else
            expectPixel(image, x, y, row.at(name), tolerance);
    if (transparent) return;
    const auto mean = numbers(row.at("mean_rgb"));
    for (std::size_t c = 0; c < 3; ++c) {
        double sum = 0;
        for (std::size_t i = c; i < image.pixels.size(); i += 3) sum += image.pixels[i];
        EXPECT_NEAR(sum / (static_cast<double>(image.pixels.size()) / 3), mean[c], std::max(tolerance, 0.001))
            << "mean of channel " << c;
    }
    if (tolerance == 0) {
        EXPECT_EQ(sha256(std::as_bytes(std::span(image.pixels))).substr(0, 16), row.at("sha256_16_of_rgb_bytes"));
    }
}

TEST(PictureManifest, EveryFileGetsTheAnswerItAsksFor) {
    const auto rows = csvRows(kPictures / "manifest.csv");
    if (rows.empty()) GTEST_SKIP() << "there is no manifest in " << kPictures;
    for (const Row& row : rows) {
        const std::string& name = row.at("file");
        SCOPED_TRACE(name + ": " + row.at("what"));
        const auto image = openImage(kPictures / name);
        if (row.at("expected") == "ok") {
            ASSERT_TRUE(image) << image.error().text();
            expectPicture(image->rgb, row);
        } else if (row.at("expected") == "ok if supported") {
            if (image)
                expectPicture(image->rgb, row);
            else
                EXPECT_EQ(image.error().code, ErrorCode::unsupported) << image.error().text();
        } else {  // "error" and "error or partial": half a picture would be taken for a whole one
            ASSERT_FALSE(image);
            EXPECT_EQ(image.error().where, (kPictures / name).string());
            EXPECT_FALSE(image.error().message.empty());
        }
    }
}

TEST(PictureManifest, SizesThatAFileOnlyClaimsAreNotAllocated) {
    const auto rows = csvRows(kPictures / "manifest.csv");
    if (rows.empty()) GTEST_SKIP() << "there is no manifest in " << kPictures;
    constexpr std::size_t kEnough = std::size_t{64} << 20;
    for (const Row& row : rows)
        EXPECT_TRUE(withinMemory(kEnough,
                                 [&] {
                                     return openImage(kPictures / row.at("file")).ok() ==
                                            row.at("expected").starts_with("ok");
                                 }) ||
                    row.at("expected") == "ok if supported")
            << row.at("file");
}

TEST(PictureManifest, AGifIsToldWhichKindsAreRead) {
    if (!fs::exists(kPictures / "animation.gif")) GTEST_SKIP() << "there is no GIF in " << kPictures;
    const auto image = openImage(kPictures / "animation.gif");
    ASSERT_FALSE(image);
    EXPECT_EQ(image.error().code, ErrorCode::unsupported);
    for (const char* word : {"GIF", "PNG", "JPEG", "WebP", "BMP", "TIFF"})
        EXPECT_NE(image.error().message.find(word), std::string::npos) << image.error().message;
}

}  // namespace
