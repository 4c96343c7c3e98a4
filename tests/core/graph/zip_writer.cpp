#include "core/graph/zip_writer.h"

#include <zlib.h>

#include <stdexcept>

#include "storage/zip_archive.h"

namespace mantissa::test {
namespace {

std::string number(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i & 0xFF);
    return text;
}

/// What a local header and the central directory both say, from the needed version to the name's length.
std::string common(const ZipEntry& entry) {
    const auto* bytes = reinterpret_cast<const Bytef*>(entry.bytes.data());
    const std::uint32_t crc =
        entry.checksum.value_or(static_cast<std::uint32_t>(crc32_z(crc32(0, nullptr, 0), bytes, entry.bytes.size())));
    const std::uint64_t size = entry.claimedSize.value_or(static_cast<std::uint32_t>(entry.bytes.size()));
    return number(20, 2) + number(0, 2) + number(entry.method, 2) + number(0, 4) + number(crc, 4) + number(size, 4) +
           number(entry.method == 0 ? size : entry.inflatedSize, 4) + number(entry.name.size(), 2);
}

}  // namespace

std::string zipOf(const std::vector<ZipEntry>& entries) {
    std::string file, directory;
    for (const ZipEntry& entry : entries) {
        constexpr std::size_t kHeader = 30, kAlignment = 64, kExtraHeader = 4;
        const std::size_t offset = file.size(), end = offset + kHeader + entry.name.size() + kExtraHeader;
        const std::size_t padding = (kAlignment - end % kAlignment) % kAlignment;
        file += "PK\x03\x04" + common(entry) + number(kExtraHeader + padding, 2) + entry.name + "FB" +
                number(padding, 2) + std::string(padding, 'Z') + entry.bytes;
        directory += "PK\x01\x02" + number(20, 2) + common(entry) + number(0, 2) + number(0, 2) + number(0, 2) +
                     number(0, 2) + number(0, 4) + number(offset, 4) + entry.name;
    }
    const std::size_t start = file.size();
    return file + directory + "PK\x05\x06" + number(0, 4) + number(entries.size(), 2) + number(entries.size(), 2) +
           number(directory.size(), 4) + number(start, 4) + number(0, 2);
}

std::vector<ZipEntry> entriesOf(const std::filesystem::path& file) {
    const auto archive = ZipArchive::open(file);
    if (!archive) throw std::runtime_error(archive.error().text());
    std::vector<ZipEntry> entries;
    for (const auto& name : archive->names()) {
        const auto bytes = archive->read(name).value().bytes;
        entries.push_back({.name = name, .bytes = {reinterpret_cast<const char*>(bytes.data()), bytes.size()}});
    }
    return entries;
}

}  // namespace mantissa::test
