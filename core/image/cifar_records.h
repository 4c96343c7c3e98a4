#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "image/image.h"
#include "result.h"
#include "storage/mapped_file.h"

namespace mantissa {

inline constexpr int kCifarSide = 32;                         ///< px, width and height
inline constexpr std::size_t kCifarPixelBytes = 3 * 32 * 32;  ///< R plane, G plane, B plane; rows top to bottom
inline constexpr std::size_t kCifarRecordBytes = 1 + kCifarPixelBytes;  ///< CIFAR-10: the label first
inline constexpr std::size_t kCifarClasses = 10;

/// A file of CIFAR-10 (Krizhevsky 2009) in its binary form, mapped.
class CifarRecords {
  public:
    /// Errors: not a regular file, more than 100,000 records, a record cut short, a label that is no class; each names
    /// the byte.
    static Result<CifarRecords> open(const std::filesystem::path& path);

    std::size_t size() const { return file_.bytes().size() / kCifarRecordBytes; }
    std::uint8_t label(std::size_t index) const;                    ///< below kCifarClasses
    std::span<const std::uint8_t> planes(std::size_t index) const;  ///< kCifarPixelBytes
    RgbImage picture(std::size_t index) const;

  private:
    MappedFile file_;
};

}  // namespace mantissa
