#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mantissa::test {

/// An entry of an archive, sound or not.
struct ZipEntry {
    std::string name;
    std::string bytes{};
    std::uint32_t checksumFlip = 0;              ///< bits of the checksum that are wrong
    std::optional<std::uint32_t> claimedSize{};  ///< instead of the right one, before and after compression
    std::uint16_t method = 0;                    ///< 0 stored; 8 deflated, the bytes being compressed already
    std::uint32_t inflatedSize = 0;              ///< for method 8
    std::int64_t sameDataAs = -1;                ///< index of an earlier entry whose bytes this one points to
};

/// A zip archive (PKWARE APPNOTE 4.3) whose entries' bytes begin at multiples of `alignment`: 64 as PyTorch writes
/// them, 1 for one after another.
std::string zipOf(const std::vector<ZipEntry>& entries, std::size_t alignment = 64);

/// The entries of a sound archive, to be written again with changes.
std::vector<ZipEntry> entriesOf(const std::filesystem::path& file);

/// A number as files hold it, lowest byte first.
std::string little(std::uint64_t value, int bytes);

}  // namespace mantissa::test
