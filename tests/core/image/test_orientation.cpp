#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "core/image/made_pictures.h"
#include "image/image.h"
#include "temporary_folder.h"

// TIFF 6.0, tag 274: where row 0 and column 0 of the stored picture belong.

namespace {

using namespace mantissa;
using namespace mantissa::test;

/// Stored so that the orientation leads back to red, green, blue and white from the left top on.
cv::Mat storedFor(int orientation) {
    const cv::Mat upright = fourCorners();
    cv::Mat stored = orientation >= 5 ? cv::Mat(upright.cols, upright.rows, CV_8UC3) : upright.clone();
    const int w = upright.cols, h = upright.rows;
    for (int y = 0; y < h; ++y)
        for (int x = 0; x < w; ++x) {
            // Row 0 and column 0 of what is stored are the sides that the specification names for each value.
            // 5: row 0 is the left side and column 0 the top; 6: right, top; 7: right, bottom; 8: left, bottom.
            const int rowOf[] = {0, y, y, h - 1 - y, h - 1 - y, x, w - 1 - x, w - 1 - x, x};
            const int columnOf[] = {0, x, w - 1 - x, w - 1 - x, x, y, y, h - 1 - y, h - 1 - y};
            stored.at<cv::Vec3b>(rowOf[orientation], columnOf[orientation]) = upright.at<cv::Vec3b>(y, x);
        }
    return stored;
}

void expectUpright(const TemporaryFolder& folder, const FileBytes& file, int tolerance) {
    const auto image = openImage(folder.write("picture", text(file)));
    ASSERT_TRUE(image) << image.error().text();
    ASSERT_EQ(image->rgb.width, 64);
    ASSERT_EQ(image->rgb.height, 48);
    const std::vector<std::pair<std::vector<int>, std::vector<int>>> corners{
        {pixel(image->rgb, 2, 2), {200, 30, 30}},
        {pixel(image->rgb, 61, 2), {30, 200, 30}},
        {pixel(image->rgb, 2, 45), {30, 30, 200}},
        {pixel(image->rgb, 61, 45), {230, 230, 230}}};
    for (const auto& [got, wanted] : corners)
        for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(got[c], wanted[c], tolerance);
}

FileBytes jpegWith(const cv::Mat& picture, const FileBytes& exifData) {
    FileBytes segment{0xFF, 0xE1, 0, static_cast<unsigned char>(exifData.size() + 8), 'E', 'x', 'i', 'f', 0, 0};
    segment.insert(segment.end(), exifData.begin(), exifData.end());
    return inserted(encoded(picture, ".jpg", {1, 100}), 2, segment);
}

TEST(Orientation, AllEightComeOutUprightFromJpegInEitherByteOrder) {
    const TemporaryFolder folder;
    for (int orientation = 1; orientation <= 8; ++orientation)
        for (const bool little : {true, false}) {
            SCOPED_TRACE("orientation " + std::to_string(orientation) + (little ? ", little-endian" : ", big-endian"));
            expectUpright(folder, jpegWith(storedFor(orientation), exif(orientation, little)), 8);
        }
}

TEST(Orientation, AllEightComeOutUprightFromPng) {
    const TemporaryFolder folder;
    constexpr std::size_t kAfterHeader = 8 + 25;
    for (int orientation = 1; orientation <= 8; ++orientation) {
        SCOPED_TRACE("orientation " + std::to_string(orientation));
        expectUpright(
            folder,
            inserted(encoded(storedFor(orientation), ".png"), kAfterHeader, pngChunk("eXIf", exif(orientation, true))),
            0);
    }
}

TEST(Orientation, AllEightComeOutUprightFromTiffOfEitherDepth) {
    const TemporaryFolder folder;
    for (int orientation = 1; orientation <= 8; ++orientation)
        for (const int bits : {8, 16})
            for (const bool little : {true, false}) {
                SCOPED_TRACE("orientation " + std::to_string(orientation) + ", " + std::to_string(bits) + " bits" +
                             (little ? ", little-endian" : ", big-endian"));
                cv::Mat rgb;
                cv::cvtColor(storedFor(orientation), rgb, cv::COLOR_BGR2RGB);
                expectUpright(folder, tiff(rgb, {.bits = bits, .orientation = orientation, .little = little}), 0);
            }
}

TEST(Orientation, AValueThatIsNoneLeavesThePictureAsItIs) {
    const TemporaryFolder folder;
    for (const int orientation : {0, 9, 255})
        expectUpright(folder, jpegWith(fourCorners(), exif(orientation, true)), 8);
}

TEST(Orientation, ExifThatPointsOutsideItselfIsIgnored) {
    const TemporaryFolder folder;
    FileBytes data = exif(6, true);
    data[4] = data[5] = data[6] = data[7] = 0xFF;  // the directory's offset
    expectUpright(folder, jpegWith(fourCorners(), data), 8);
    data = exif(6, true);
    data[8] = data[9] = 0xFF;  // the number of entries
    expectUpright(folder, jpegWith(fourCorners(), data), 8);
    expectUpright(folder, jpegWith(fourCorners(), {'I', 'I', 42}), 8);
}

}  // namespace
