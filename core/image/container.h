#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "result.h"

namespace mantissa {

enum class ImageForm { png, jpeg, webp, bmp, tiff };

/// What the outside of a picture file says, checked before anything is decoded.
struct ImageContainer {
    ImageForm form = ImageForm::png;
    std::int64_t width = 0;   ///< px, as stored (before orientation)
    std::int64_t height = 0;  ///< px
    int orientation = 1;      ///< EXIF, 1 to 8
    bool premultiplied = false;    ///< colours are stored multiplied by alpha (TIFF's "associated" alpha)
    std::vector<std::byte> bytes;  ///< what to decode: the file, without what says nothing about stored pixels
};

/// Tells PNG, JPEG, WebP, BMP and TIFF apart by content and reads size and orientation. A file that ends early, or a PNG whose
/// checksums do not match, is an error: decoders would quietly give a picture with grey below. Other forms get a message that
/// names those that are read.
Result<ImageContainer> readImageContainer(std::span<const std::byte> file);

}  // namespace mantissa
