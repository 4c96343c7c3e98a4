#include "core/image/made_pictures.h"

#include <zlib.h>

#include <opencv2/imgcodecs.hpp>
#include <stdexcept>

namespace mantissa::test {
namespace {

void appendBig32(FileBytes& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<unsigned char>(value >> shift));
}

void append(FileBytes& bytes, const FileBytes& part) { bytes.insert(bytes.end(), part.begin(), part.end()); }

}  // namespace

FileBytes encoded(const cv::Mat& picture, const char* extension, const std::vector<int>& parameters) {
    FileBytes bytes;
    if (!cv::imencode(extension, picture, bytes, parameters))
        throw std::runtime_error("OpenCV did not write the picture");
    return bytes;
}

std::string text(const FileBytes& bytes) { return {bytes.begin(), bytes.end()}; }

FileBytes pngChunk(std::string_view type, const FileBytes& data) {
    FileBytes chunk;
    appendBig32(chunk, static_cast<std::uint32_t>(data.size()));
    chunk.insert(chunk.end(), type.begin(), type.end());
    append(chunk, data);
    appendBig32(chunk, static_cast<std::uint32_t>(crc32(0, chunk.data() + 4, static_cast<uInt>(chunk.size() - 4))));
    return chunk;
}

FileBytes pngHeader(std::uint32_t width, std::uint32_t height, unsigned char depth, unsigned char colourType) {
    FileBytes data;
    appendBig32(data, width);
    appendBig32(data, height);
    append(data, {depth, colourType, 0, 0, 0});
    return pngChunk("IHDR", data);
}

FileBytes png(std::initializer_list<FileBytes> chunks) {
    FileBytes file{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    for (const auto& chunk : chunks) append(file, chunk);
    return file;
}

FileBytes exif(int orientation, bool littleEndian) {
    const auto value = static_cast<unsigned char>(orientation);
    if (littleEndian) return {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0};
    return {'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0};
}

FileBytes tiff(const cv::Mat& values, const TiffOptions& options) {
    FileBytes file;
    const auto put = [&](std::uint32_t value, int bytes) {
        for (int i = 0; i < bytes; ++i)
            file.push_back(static_cast<unsigned char>(value >> 8 * (options.little ? i : bytes - 1 - i)));
    };
    const auto channels = static_cast<std::uint32_t>(values.channels()), bits = static_cast<std::uint32_t>(options.bits);
    const auto width = static_cast<std::uint32_t>(values.cols), height = static_cast<std::uint32_t>(values.rows);
    struct Entry {
        std::uint32_t tag, type, count, value;  // type 3 SHORT, 4 LONG
    };
    const bool alpha = channels == 4;
    const std::uint32_t entryCount = alpha ? 12 : 11, depths = 10 + 12 * entryCount + 4, pixels = depths + 2 * channels;
    std::vector<Entry> entries{{256, 4, 1, width},
                               {257, 4, 1, height},
                               {258, 3, channels, depths},
                               {259, 3, 1, 1},
                               {262, 3, 1, 2},
                               {273, 4, 1, pixels},
                               {274, 3, 1, static_cast<std::uint32_t>(options.orientation)},
                               {277, 3, 1, channels},
                               {278, 4, 1, height},
                               {279, 4, 1, width * height * channels * bits / 8},
                               {284, 3, 1, 1}};
    if (alpha) entries.push_back({338, 3, 1, static_cast<std::uint32_t>(options.extraSample)});
    append(file, options.little ? FileBytes{'I', 'I'} : FileBytes{'M', 'M'});
    put(42, 2);
    put(8, 4);
    put(entryCount, 2);
    for (const auto& entry : entries) {
        put(entry.tag, 2);
        put(entry.type, 2);
        put(entry.count, 4);
        const bool isShort = entry.type == 3 && entry.count == 1;
        put(entry.value, isShort ? 2 : 4);
        if (isShort) put(0, 2);
    }
    put(0, 4);
    for (std::uint32_t c = 0; c < channels; ++c) put(bits, 2);
    const cv::Mat rows = values.isContinuous() ? values : values.clone();
    for (std::size_t i = 0; i < rows.total() * channels; ++i)
        put(bits == 8 ? rows.data[i] : rows.data[i] * 257u, options.bits / 8);
    return file;
}

FileBytes inserted(FileBytes bytes, std::size_t position, const FileBytes& part) {
    bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(position), part.begin(), part.end());
    return bytes;
}

cv::Mat fourCorners(int width, int height) {
    cv::Mat picture(height, width, CV_8UC3);
    const cv::Vec3b bgr[2][2] = {{{30, 30, 200}, {30, 200, 30}}, {{200, 30, 30}, {230, 230, 230}}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) picture.at<cv::Vec3b>(y, x) = bgr[2 * y >= height][2 * x >= width];
    return picture;
}

std::vector<int> pixel(const RgbImage& image, int x, int y) {
    const auto at =
        3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x));
    return {image.pixels.at(at), image.pixels.at(at + 1), image.pixels.at(at + 2)};
}

}  // namespace mantissa::test
