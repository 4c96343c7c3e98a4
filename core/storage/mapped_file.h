#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include "result.h"

namespace mantissa {

/// A file's bytes, mapped read-only for as long as this lives. Copies share one mapping.
class MappedFile {
  public:
    static Result<MappedFile> open(const std::filesystem::path& path);

    std::span<const std::byte> bytes() const { return bytes_; }
    /// Gives the pages that lie wholly inside `part` of the mapping back to the system; they come back from the file
    /// when they are read again. For large files that are gone through once.
    void release(std::span<const std::byte> part) const;
    /// Keeps the mapping alive; what TensorRecord::owner holds.
    std::shared_ptr<const void> owner() const { return mapping_; }

  private:
    std::span<const std::byte> bytes_;
    std::shared_ptr<const void> mapping_;
};

}  // namespace mantissa
