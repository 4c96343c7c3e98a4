#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "image/image.h"

namespace mantissa::test {

using FileBytes = std::vector<unsigned char>;

/// What OpenCV writes for this extension (".png").
FileBytes encoded(const cv::Mat& picture, const char* extension, const std::vector<int>& parameters = {});

std::string text(const FileBytes& bytes);

/// A PNG chunk: length, type, data, CRC-32.
FileBytes pngChunk(std::string_view type, const FileBytes& data);

/// An IHDR chunk, 8 bits a channel by default.
FileBytes pngHeader(std::uint32_t width, std::uint32_t height, unsigned char depth = 8, unsigned char colourType = 2);

/// Signature and chunks.
FileBytes png(std::initializer_list<FileBytes> chunks);

/// EXIF data (TIFF 6.0) that says nothing but an orientation.
FileBytes exif(int orientation, bool littleEndian);

struct TiffOptions {
    int bits = 8;         ///< a channel: 8, or 16 of value v · 257
    int orientation = 1;  ///< tag 274
    int extraSample = 2;  ///< tag 338 of a fourth channel: 1 associated, 2 unassociated alpha
    bool little = true;   ///< byte order
};
/// An uncompressed TIFF of 8-bit RGB or RGBA values, taken as they are.
FileBytes tiff(const cv::Mat& values, const TiffOptions& options);

/// `bytes` with `part` put in at `position`.
FileBytes inserted(FileBytes bytes, std::size_t position, const FileBytes& part);

/// A wide picture with four colours in its corners: red, green, blue and white from the left top on, by rows.
cv::Mat fourCorners(int width = 64, int height = 48);

/// The pixel of an opened picture.
std::vector<int> pixel(const RgbImage& image, int x, int y);

}  // namespace mantissa::test
