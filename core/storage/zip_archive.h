#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "result.h"
#include "storage/mapped_file.h"

namespace mantissa {

/// A zip archive as PyTorch writes them (zip64 included). The file is mapped, and entries that are stored are read in
/// place. Opening refuses what could mean two things or cost without bound: an entry that appears twice, stored entries
/// that together claim more bytes than the file has, compressed ones that together claim more than 64 MiB.
class ZipArchive {
  public:
    static Result<ZipArchive> open(const std::filesystem::path& path);
    static Result<ZipArchive> open(MappedFile file, const std::filesystem::path& path);

    /// The archive that an entry of this one is.
    Result<ZipArchive> inner(const std::string& name) const;

    const std::vector<std::string>& names() const { return names_; }
    bool has(const std::string& name) const { return index_.contains(name); }

    /// The folder that every entry stands in ("archive", "model"): the first part of the first entry's name.
    std::string rootFolder() const;

    /// An entry's bytes, CRC-32 verified. A view of the mapped file where it is stored and begins at an address that
    /// every element type can be read from, else memory of its own.
    struct Bytes {
        std::span<const std::byte> bytes;
        std::shared_ptr<const void> owner;
        std::uint64_t fileOffset = 0;
    };
    Result<Bytes> read(const std::string& name) const;

    /// Verifies every entry, several at once; read() need not do it again then.
    Status verify();

    const std::string& where() const { return where_; }  ///< the file, and the entry of an inner archive, for messages

  private:
    struct Entry {
        std::uint64_t offset = 0, size = 0;
        std::uint32_t checksum = 0;
        bool stored = true;
    };
    static Result<ZipArchive> openBytes(ZipArchive archive);
    Status check(std::size_t index) const;
    Error corrupt(std::string message, const std::string& record = "") const;

    std::string where_;
    std::span<const std::byte> bytes_;
    std::shared_ptr<const void> owner_;
    std::optional<MappedFile> file_;  // none where the archive lies in memory
    bool verified_ = false;
    std::vector<std::string> names_;
    std::vector<Entry> entries_;
    std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace mantissa
