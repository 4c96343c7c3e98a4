#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "result.h"

namespace mantissa {

/// An 8-bit RGB picture, rows top to bottom, 3 bytes a pixel, no padding.
struct RgbImage {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> pixels;
};

/// A decoded picture and where it came from.
struct SourceImage {
    std::filesystem::path path;  ///< empty for a pasted picture
    std::string name;            ///< file name, or "pasted image"
    std::string sha256;          ///< of the file's bytes (of the pixels for a pasted picture), lower-case hex
    RgbImage rgb;                ///< upright, composited on white
};

/// Decodes PNG, JPEG, WebP, BMP or TIFF (told apart by content): EXIF orientation applied, grey expanded, alpha composited on white,
/// 16-bit rounded to 8, CMYK converted. A truncated or damaged file is an error. Dimensions are read before pixels are
/// allocated; more than 2^28 pixels is an error.
Result<SourceImage> openImage(const std::filesystem::path& path);

}  // namespace mantissa
