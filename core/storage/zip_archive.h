#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "result.h"

namespace mantissa {

/// A zip archive as PyTorch writes them: entries stored, never compressed, so no entry is larger than the file.
class ZipArchive {
  public:
    static Result<ZipArchive> open(const std::filesystem::path& path);

    const std::vector<std::string>& names() const { return names_; }
    bool has(const std::string& name) const;

    /// The folder that every entry stands in ("archive", "model"): the first part of the first entry's name.
    std::string rootFolder() const;

    /// An entry's bytes, CRC-32 verified, in memory of their own. Entries that are compressed are refused.
    struct Bytes {
        std::span<const std::byte> bytes;
        std::shared_ptr<const void> owner;
    };
    Result<Bytes> read(const std::string& name) const;

  private:
    std::filesystem::path path_;
    std::shared_ptr<void> handle_;
    std::vector<std::string> names_;
};

}  // namespace mantissa
