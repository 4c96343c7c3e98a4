#include "core/zip_writer.h"

#include <zlib.h>

#include <stdexcept>

#include "storage/zip_archive.h"

namespace mantissa::test {
namespace {

/// What a local header and the central directory both say, from the needed version to the name's length.
std::string common(const ZipEntry& entry, const std::string& bytes) {
    const auto crc = static_cast<std::uint32_t>(
        crc32_z(crc32(0, nullptr, 0), reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
    const std::uint64_t size = entry.claimedSize.value_or(static_cast<std::uint32_t>(bytes.size()));
    return little(20, 2) + little(0, 2) + little(entry.method, 2) + little(0, 4) + little(crc ^ entry.checksumFlip, 4) +
           little(size, 4) + little(entry.inflatedSize == 0 ? size : entry.inflatedSize, 4) +
           little(entry.name.size(), 2);
}

/// An extra field that fills up to where the bytes are to begin; none where they begin there anyway.
std::string filler(std::size_t end, std::size_t alignment) {
    constexpr std::size_t kFieldHeader = 4;
    if (alignment <= 1) return {};
    const std::size_t padding = (alignment - (end + kFieldHeader) % alignment) % alignment;
    return "FB" + little(padding, 2) + std::string(padding, 'Z');
}

}  // namespace

std::string little(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i & 0xFF);
    return text;
}

std::string zipOf(const std::vector<ZipEntry>& entries, std::size_t alignment) {
    constexpr std::size_t kHeader = 30;
    std::string file, directory;
    std::vector<std::size_t> offsets;
    for (const ZipEntry& entry : entries) {
        const bool own = entry.sameDataAs < 0;
        const auto source = static_cast<std::size_t>(entry.sameDataAs);
        const std::string described = common(entry, own ? entry.bytes : entries[source].bytes);
        offsets.push_back(own ? file.size() : offsets[source]);
        if (own) {
            const std::string extra = filler(file.size() + kHeader + entry.name.size(), alignment);
            file += "PK\x03\x04" + described + little(extra.size(), 2) + entry.name + extra + entry.bytes;
        }
        directory += "PK\x01\x02" + little(20, 2) + described + little(0, 2) + little(0, 2) + little(0, 2) +
                     little(0, 2) + little(0, 4) + little(offsets.back(), 4) + entry.name;
    }
    return file + directory + "PK\x05\x06" + little(0, 4) + little(entries.size(), 2) + little(entries.size(), 2) +
           little(directory.size(), 4) + little(file.size(), 4) + little(0, 2);
}

std::vector<ZipEntry> entriesOf(const std::filesystem::path& file) {
    const auto archive = ZipArchive::open(file);
    if (!archive) throw std::runtime_error(archive.error().text());
    std::vector<ZipEntry> entries;
    for (const auto& name : archive->names()) {
        const auto record = archive->read(name).value();
        entries.push_back(
            {.name = name, .bytes = {reinterpret_cast<const char*>(record.bytes.data()), record.bytes.size()}});
    }
    return entries;
}

}  // namespace mantissa::test
