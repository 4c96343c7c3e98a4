#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace mantissa::fuzz {

/// A record of a zip archive (PKWARE's APPNOTE, sections 4.3.7 and 4.3.12) that is stored and lies in the file.
struct ZipRecord {
    std::size_t data = 0, size = 0;
    std::size_t localChecksum = 0, centralChecksum = 0;  ///< where its CRC-32 stands, twice
};

template <class T>
std::optional<T> numberAt(std::span<const std::uint8_t> file, std::size_t at) {
    T value{};
    if (at > file.size() || file.size() - at < sizeof value) return std::nullopt;
    std::memcpy(&value, file.data() + at, sizeof value);
    return value;
}

/// The record whose entry in the central directory stands at `at`; nothing where it is none.
inline std::optional<ZipRecord> recordAt(std::span<const std::uint8_t> file, std::size_t at) {
    constexpr std::uint32_t kCentral = 0x02014B50, kLocal = 0x04034B50;
    if (numberAt<std::uint32_t>(file, at) != kCentral) return std::nullopt;
    const auto size = numberAt<std::uint32_t>(file, at + 24), local = numberAt<std::uint32_t>(file, at + 42);
    if (!size || !local || numberAt<std::uint32_t>(file, *local) != kLocal) return std::nullopt;
    const auto name = numberAt<std::uint16_t>(file, *local + 26), extra = numberAt<std::uint16_t>(file, *local + 28);
    if (!name || !extra) return std::nullopt;
    const std::size_t data = std::size_t{*local} + 30 + *name + *extra;
    if (data > file.size() || file.size() - data < *size) return std::nullopt;
    return ZipRecord{
        .data = data, .size = *size, .localChecksum = std::size_t{*local} + 14, .centralChecksum = at + 16};
}

inline std::vector<ZipRecord> recordsOf(std::span<const std::uint8_t> file) {
    std::vector<ZipRecord> records;
    for (std::size_t at = 0; at + 4 <= file.size(); ++at)
        if (file[at] == 'P')
            if (const auto record = recordAt(file, at)) records.push_back(*record);
    return records;
}

/// Changes the file as libFuzzer does, mostly within one record, and makes the checksums right again: readers refuse
/// damage before they look at what a record says, and the fuzzer would never come further.
inline std::size_t mutateZip(std::uint8_t* file, std::size_t size, std::size_t most, unsigned seed) {
    const auto records = recordsOf({file, size});
    if (records.empty() || seed % 8 == 0) {
        size = LLVMFuzzerMutate(file, size, most);
    } else {
        const ZipRecord& record = records[seed / 8 % records.size()];
        std::vector<std::uint8_t> content(file + record.data, file + record.data + record.size);
        const std::size_t length = LLVMFuzzerMutate(content.data(), content.size(), content.size());
        std::memset(file + record.data, ' ', record.size);
        std::memcpy(file + record.data, content.data(), length);
    }
    for (const ZipRecord& record : recordsOf({file, size})) {
        const auto checksum = static_cast<std::uint32_t>(crc32(0, file + record.data, static_cast<uInt>(record.size)));
        std::memcpy(file + record.localChecksum, &checksum, sizeof checksum);
        std::memcpy(file + record.centralChecksum, &checksum, sizeof checksum);
    }
    return size;
}

}  // namespace mantissa::fuzz
