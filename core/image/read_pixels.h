#pragma once

#include <filesystem>

#include "image/image.h"
#include "result.h"

namespace mantissa {

/// The pixels that openImage gives, without the digest of the file: for thousands of pictures in a row.
Result<RgbImage> readPixels(const std::filesystem::path& path);

}  // namespace mantissa
