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
    std::string bytes;
    std::optional<std::uint32_t> checksum{};     ///< instead of the right one
    std::optional<std::uint32_t> claimedSize{};  ///< instead of the right one, before and after compression
    std::uint16_t method = 0;                    ///< 0 stored; 8 deflated, the bytes being compressed already
    std::uint32_t inflatedSize = 0;              ///< for method 8
};

/// A zip archive as PyTorch writes them (PKWARE APPNOTE 4.3): stored entries whose bytes begin at multiples of 64.
std::string zipOf(const std::vector<ZipEntry>& entries);

/// The entries of a sound archive, to be written again with changes.
std::vector<ZipEntry> entriesOf(const std::filesystem::path& file);

}  // namespace mantissa::test
