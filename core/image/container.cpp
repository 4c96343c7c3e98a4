#include "image/container.h"

#include <zlib.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace mantissa {
namespace {

using Bytes = std::span<const std::byte>;

Error damaged(std::string what) { return {.code = ErrorCode::corrupt, .message = std::move(what)}; }
Error claimsTooMuch() { return damaged("is damaged: it says that it has more pixels than its bytes can hold"); }
Error cutShort() { return damaged("is cut short: the picture ends early; copy or download it again"); }

std::uint32_t byteAt(Bytes b, std::size_t i) { return std::to_integer<std::uint32_t>(b[i]); }
std::uint32_t big16(Bytes b, std::size_t i) { return byteAt(b, i) << 8 | byteAt(b, i + 1); }
std::uint32_t big32(Bytes b, std::size_t i) { return big16(b, i) << 16 | big16(b, i + 2); }
std::uint32_t little16(Bytes b, std::size_t i) { return byteAt(b, i) | byteAt(b, i + 1) << 8; }
std::uint32_t little32(Bytes b, std::size_t i) { return little16(b, i) | little16(b, i + 2) << 16; }

bool hasText(Bytes b, std::size_t at, std::string_view text) {
    if (b.size() < at + text.size()) return false;
    return std::equal(text.begin(), text.end(), b.begin() + static_cast<std::ptrdiff_t>(at),
                      [](char c, std::byte x) { return static_cast<unsigned char>(c) == std::to_integer<unsigned char>(x); });
}

/// A value of a TIFF directory and where its low byte stands.
struct TiffValue {
    std::uint32_t value = 0;
    std::size_t lowByte = 0;
};

/// The first directory of a TIFF file, which is also the form of EXIF data (TIFF 6.0 section 2).
struct TiffTags {
    std::optional<TiffValue> width, height, orientation;
    std::optional<TiffValue> extraSample;  ///< what a single extra channel means
};

std::optional<TiffTags> readTiff(Bytes b) {
    if (b.size() < 8) return std::nullopt;
    const bool little = hasText(b, 0, "II");
    if (!little && !hasText(b, 0, "MM")) return std::nullopt;
    const auto u16 = [&](std::size_t i) { return little ? little16(b, i) : big16(b, i); };
    const auto u32 = [&](std::size_t i) { return little ? little32(b, i) : big32(b, i); };
    if (u16(2) != 42) return std::nullopt;
    const std::size_t directory = u32(4);
    if (directory > b.size() - 2) return std::nullopt;
    const std::size_t count = u16(directory);
    if ((b.size() - directory - 2) / 12 < count) return std::nullopt;
    TiffTags tags;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t entry = directory + 2 + 12 * i;
        const std::uint32_t type = u16(entry + 2);
        const bool isShort = type == 3;  // else LONG
        const TiffValue value{.value = isShort ? u16(entry + 8) : u32(entry + 8),
                              .lowByte = entry + 8 + (little ? 0 : isShort ? 1 : 3)};
        switch (u16(entry)) {
            case 256: tags.width = value; break;
            case 257: tags.height = value; break;
            case 274: tags.orientation = value; break;
            case 338: if (u32(entry + 4) == 1) tags.extraSample = value; break;
            default: break;
        }
    }
    return tags;
}

int orientationOf(const std::optional<TiffTags>& tags) {
    const auto value = tags && tags->orientation ? tags->orientation->value : 1;
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

void append(std::vector<std::byte>& out, Bytes part) { out.insert(out.end(), part.begin(), part.end()); }

/// Values a pixel by colour type (PNG specification, section 11.2.1).
std::uint32_t channelsOf(std::uint32_t colourType) { return colourType == 2 ? 3 : colourType == 4 ? 2 : colourType == 6 ? 4 : 1; }

/// Chunks (PNG specification, section 5): length, type, data, CRC. Only those that make pixels are handed on; the decoder would
/// comment on others on standard error.
Result<ImageContainer> readPng(Bytes file) {
    ImageContainer c;
    append(c.bytes, file.first(8));
    std::size_t at = 8;
    bool ended = false;
    std::uint32_t bitsPerPixel = 0;
    std::uint64_t pixelBytes = 0;
    while (!ended) {
        if (file.size() - at < 12) return cutShort();
        const std::size_t length = big32(file, at);
        if (length > file.size() - at - 12) return cutShort();
        const Bytes typed = file.subspan(at + 4, length + 4);
        const auto crc = crc32(0, reinterpret_cast<const Bytef*>(typed.data()), static_cast<uInt>(typed.size()));
        if (crc != big32(file, at + 8 + length)) return damaged("is damaged: a checksum does not match at byte " + std::to_string(at));
        const Bytes data = typed.subspan(4);
        // One header, and first: a decoder that took another than this one would allocate what was never checked.
        if (hasText(typed, 0, "IHDR") != (at == 8)) return damaged("is damaged: its header is not where it belongs");
        if (at == 8) {
            if (length != 13) return damaged("is damaged: its header has " + std::to_string(length) + " bytes, not 13");
            c.width = big32(data, 0);
            c.height = big32(data, 4);
            bitsPerPixel = byteAt(data, 8) * channelsOf(byteAt(data, 9));
        }
        if (hasText(typed, 0, "IDAT")) pixelBytes += length;
        if (hasText(typed, 0, "eXIf")) c.orientation = orientationOf(readTiff(data));
        for (const char* kept : {"IHDR", "PLTE", "tRNS", "IDAT", "IEND"})
            if (hasText(typed, 0, kept)) append(c.bytes, file.subspan(at, length + 12));
        ended = hasText(typed, 0, "IEND");
        at += length + 12;
    }
    // Deflate (RFC 1951) makes at most 258 bytes of two bits.
    if (static_cast<double>(c.width) * static_cast<double>(c.height) * bitsPerPixel / 8 > 1032.0 * static_cast<double>(pixelBytes))
        return claimsTooMuch();
    return c;
}

/// Segments (ITU-T T.81, annex B): marker, length, data; after start-of-scan the entropy-coded data up to end-of-image.
Result<ImageContainer> readJpeg(Bytes file) {
    ImageContainer c{.form = ImageForm::jpeg};
    bool huffman = true;
    std::size_t at = 2;
    while (true) {
        while (at + 1 < file.size() && byteAt(file, at) == 0xFF && byteAt(file, at + 1) == 0xFF) ++at;  // fill bytes
        if (file.size() - at < 4) return cutShort();
        if (byteAt(file, at) != 0xFF) return damaged("is damaged: no marker at byte " + std::to_string(at));
        const std::uint32_t marker = byteAt(file, at + 1);
        const std::size_t length = big16(file, at + 2);
        if (length < 2 || length > file.size() - at - 2) return cutShort();
        const Bytes data = file.subspan(at + 4, length - 2);
        const bool startOfFrame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (startOfFrame && data.size() >= 5) {
            if (c.width != 0 || c.height != 0) return damaged("is damaged: it says its size twice");
            c.height = big16(data, 1);
            c.width = big16(data, 3);
            huffman = marker < 0xC9;
        }
        if (marker == 0xE1 && hasText(data, 0, "Exif")) c.orientation = data.size() > 6 ? orientationOf(readTiff(data.subspan(6))) : 1;
        at += 2 + length;
        if (marker == 0xDA) break;
    }
    static constexpr std::byte kEnd[] = {std::byte{0xFF}, std::byte{0xD9}};
    if (std::search(file.begin() + static_cast<std::ptrdiff_t>(at), file.end(), std::begin(kEnd), std::end(kEnd)) == file.end()) return cutShort();
    // Every block of 8 × 8 pixels takes a code, and the shortest Huffman code is one bit long.
    if (huffman && c.width * c.height / 512 > static_cast<std::int64_t>(file.size())) return claimsTooMuch();
    append(c.bytes, file);
    return c;
}

/// RIFF container: VP8 (RFC 6386 section 9.1), VP8L or VP8X; EXIF in a chunk of its own.
Result<ImageContainer> readWebp(Bytes file) {
    if (file.size() < 30) return cutShort();
    if (little32(file, 4) > file.size() - 8) return cutShort();
    ImageContainer c{.form = ImageForm::webp};
    if (hasText(file, 12, "VP8X")) {
        c.width = (byteAt(file, 24) | byteAt(file, 25) << 8 | byteAt(file, 26) << 16) + 1;
        c.height = (byteAt(file, 27) | byteAt(file, 28) << 8 | byteAt(file, 29) << 16) + 1;
    } else if (hasText(file, 12, "VP8L")) {
        const std::uint32_t bits = little32(file, 21);
        c.width = (bits & 0x3FFF) + 1;
        c.height = (bits >> 14 & 0x3FFF) + 1;
    } else if (hasText(file, 12, "VP8 ")) {
        c.width = little16(file, 26) & 0x3FFF;
        c.height = little16(file, 28) & 0x3FFF;
    } else {
        return damaged("is a WebP file whose first part is unknown");
    }
    for (std::size_t at = 12; file.size() - at >= 8;) {
        const std::size_t length = little32(file, at + 4);
        if (length > file.size() - at - 8) return cutShort();
        if (hasText(file, at, "EXIF")) c.orientation = orientationOf(readTiff(file.subspan(at + 8, length)));
        at = std::min(at + 8 + length + (length & 1), file.size());
    }
    append(c.bytes, file);
    return c;
}

Result<ImageContainer> readBmp(Bytes file) {
    if (file.size() < 26) return cutShort();
    ImageContainer c{.form = ImageForm::bmp};
    if (little32(file, 14) == 12) {  // OS/2
        c.width = little16(file, 18);
        c.height = little16(file, 20);
    } else {
        c.width = static_cast<std::int32_t>(little32(file, 18));
        c.height = std::abs(static_cast<std::int64_t>(static_cast<std::int32_t>(little32(file, 22))));  // negative: top row first
        constexpr std::uint32_t kUncompressed = 0;
        if (file.size() >= 34 && little32(file, 30) == kUncompressed) {
            const double bits = static_cast<double>(c.width) * static_cast<double>(c.height) * little16(file, 28);
            if (bits / 8 > static_cast<double>(file.size())) return cutShort();
        }
    }
    append(c.bytes, file);
    return c;
}

Result<ImageContainer> readTiffFile(Bytes file) {
    const auto tags = readTiff(file);
    if (!tags || !tags->width || !tags->height) return damaged("is a TIFF file that does not say its size");
    constexpr std::uint32_t kAssociated = 1, kUnassociated = 2;  // TIFF 6.0, ExtraSamples
    ImageContainer c{.form = ImageForm::tiff,
                     .width = tags->width->value,
                     .height = tags->height->value,
                     .orientation = orientationOf(tags),
                     .bytes = {}};
    append(c.bytes, file);
    // The decoder would turn the picture, and multiply 8-bit colours by alpha, itself; what it is to decode says that
    // there is nothing to do, so that one place here does it for every form and depth.
    if (tags->orientation) c.bytes[tags->orientation->lowByte] = std::byte{1};
    if (tags->extraSample && tags->extraSample->value == kUnassociated)
        c.bytes[tags->extraSample->lowByte] = std::byte{kAssociated};
    c.premultiplied = tags->extraSample && tags->extraSample->value == kAssociated;
    return c;
}

}  // namespace

Result<ImageContainer> readImageContainer(std::span<const std::byte> file) {
    constexpr const char* kForms = "Mantissa reads PNG, JPEG, WebP, BMP and TIFF";
    if (file.empty()) return damaged("is empty");
    if (hasText(file, 0, "\x89PNG\r\n\x1a\n")) return readPng(file);
    if (hasText(file, 0, "\xFF\xD8\xFF")) return readJpeg(file);
    if (hasText(file, 0, "RIFF") && hasText(file, 8, "WEBP")) return readWebp(file);
    if (hasText(file, 0, "BM")) return readBmp(file);
    if (hasText(file, 0, std::string_view("II*\0", 4)) || hasText(file, 0, std::string_view("MM\0*", 4))) return readTiffFile(file);
    const char* other = hasText(file, 0, "GIF8") ? "is a GIF. " : "is no picture of a kind that is known here. ";
    return Error{.code = ErrorCode::unsupported, .message = std::string(other) + kForms};
}

}  // namespace mantissa
