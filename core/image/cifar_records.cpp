#include "image/cifar_records.h"

#include <string>

namespace mantissa {
namespace {

/// Twice the whole training set: a file of more is something else.
constexpr std::size_t kMostRecords = 100'000;

}  // namespace

Result<CifarRecords> CifarRecords::open(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    const auto failed = [&](ErrorCode code, std::string message) {
        return Error{.code = code, .message = std::move(message), .where = path.string()};
    };
    const std::size_t bytes = file->bytes().size(), records = bytes / kCifarRecordBytes;
    if (records > kMostRecords)
        return failed(ErrorCode::unsupported,
                      "holds " + std::to_string(bytes) + " bytes, more than 100,000 CIFAR-10 records");
    if (records == 0 || bytes % kCifarRecordBytes != 0)
        return failed(ErrorCode::corrupt, "holds " + std::to_string(bytes) + " bytes, not a whole number of " +
                                              std::to_string(kCifarRecordBytes) + "-byte records: the record at byte " +
                                              std::to_string(records * kCifarRecordBytes) + " is cut short");
    CifarRecords set;
    set.file_ = *std::move(file);
    for (std::size_t i = 0; i < records; ++i)
        if (set.label(i) >= kCifarClasses)
            return failed(ErrorCode::corrupt, "byte " + std::to_string(i * kCifarRecordBytes) + " is a label of " +
                                                  std::to_string(set.label(i)) +
                                                  ", and CIFAR-10 has the classes 0 to 9");
    return set;
}

std::uint8_t CifarRecords::label(std::size_t index) const {
    return std::to_integer<std::uint8_t>(file_.bytes()[index * kCifarRecordBytes]);
}

std::span<const std::uint8_t> CifarRecords::planes(std::size_t index) const {
    const auto record = file_.bytes().subspan(index * kCifarRecordBytes + 1, kCifarPixelBytes);
    return {reinterpret_cast<const std::uint8_t*>(record.data()), record.size()};
}

RgbImage CifarRecords::picture(std::size_t index) const {
    constexpr std::size_t kPlane = kCifarPixelBytes / 3;
    const auto source = planes(index);
    RgbImage image{.width = kCifarSide, .height = kCifarSide, .pixels = std::vector<std::uint8_t>(kCifarPixelBytes)};
    for (std::size_t i = 0; i < kPlane; ++i)
        for (std::size_t channel = 0; channel < 3; ++channel)
            image.pixels[3 * i + channel] = source[channel * kPlane + i];
    return image;
}

}  // namespace mantissa
