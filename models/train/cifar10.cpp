#include "train/cifar10.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>

namespace mantissa::training {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostRecords =
    100'000;  // twice the whole training set; no file may ask for more memory than that

Error at(const fs::path& path, ErrorCode code, std::string message) {
    return {.code = code, .message = std::move(message), .where = path.string()};
}

/// Names as the archive's batches.meta.txt has them: one a line, blank lines ignored.
Result<std::vector<std::string>> readNames(const fs::path& path) {
    std::ifstream in(path);
    if (!in) return at(path, ErrorCode::unreadable, "was not opened");
    std::vector<std::string> names;
    for (std::string line; names.size() <= kCifarClasses && std::getline(in, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!line.empty()) names.push_back(line);
    }
    if (names.size() != kCifarClasses) return at(path, ErrorCode::corrupt, "does not hold ten class names, one a line");
    return names;
}

void append(CifarSet& to, const CifarSet& from) {
    to.pixels.insert(to.pixels.end(), from.pixels.begin(), from.pixels.end());
    to.labels.insert(to.labels.end(), from.labels.begin(), from.labels.end());
}

}  // namespace

Result<CifarSet> readCifarFile(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return at(path, ErrorCode::unreadable, "is not a file that can be read");
    const std::uintmax_t bytes = fs::file_size(path, error);
    if (error) return at(path, ErrorCode::unreadable, "was not opened: " + error.message());
    const std::uintmax_t records = bytes / kCifarRecordBytes;
    if (records > kMostRecords)
        return at(path, ErrorCode::unsupported,
                  "holds " + std::to_string(bytes) + " bytes, more than 100,000 CIFAR-10 records");
    if (records == 0 || bytes % kCifarRecordBytes != 0)
        return at(path, ErrorCode::corrupt,
                  "holds " + std::to_string(bytes) + " bytes, not a whole number of " +
                      std::to_string(kCifarRecordBytes) + "-byte records: the record at byte " +
                      std::to_string(records * kCifarRecordBytes) + " is cut short");

    std::vector<char> content(bytes);
    std::ifstream in(path, std::ios::binary);
    if (!in.read(content.data(), static_cast<std::streamsize>(bytes)))
        return at(path, ErrorCode::unreadable,
                  "ended after " + std::to_string(in.gcount()) + " of " + std::to_string(bytes) + " bytes");

    CifarSet set;
    set.pixels.reserve(records * kCifarPixelBytes);
    set.labels.reserve(records);
    for (std::size_t offset = 0; offset < content.size(); offset += kCifarRecordBytes) {
        const auto label = static_cast<std::uint8_t>(content[offset]);
        if (label >= kCifarClasses)
            return at(path, ErrorCode::corrupt,
                      "byte " + std::to_string(offset) + " is a label of " + std::to_string(label) +
                          "; CIFAR-10 has classes 0 to 9");
        set.labels.push_back(label);
        const auto first = content.begin() + static_cast<std::ptrdiff_t>(offset) + 1;
        std::transform(first, first + kCifarPixelBytes, std::back_inserter(set.pixels),
                       [](char byte) { return static_cast<std::uint8_t>(byte); });
    }
    return set;
}

Result<Cifar10> openCifar10(const fs::path& folder) {
    std::error_code error;
    fs::path root = folder;
    if (!fs::exists(root / "test_batch.bin", error) && fs::is_directory(root / "cifar-10-batches-bin", error))
        root /= "cifar-10-batches-bin";
    if (!fs::is_directory(root, error))
        return at(root, ErrorCode::unreadable, "is not a folder; name the one that holds data_batch_1.bin");

    Cifar10 all;
    for (int number = 1; number <= 5; ++number) {
        auto batch = readCifarFile(root / ("data_batch_" + std::to_string(number) + ".bin"));
        if (!batch) return std::move(batch).error();
        append(all.train, *batch);
    }
    auto test = readCifarFile(root / "test_batch.bin");
    if (!test) return std::move(test).error();
    all.test = *std::move(test);

    all.classNames = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
    if (const fs::path names = root / "batches.meta.txt"; fs::exists(names, error)) {
        auto read = readNames(names);
        if (!read) return std::move(read).error();
        all.classNames = *std::move(read);
    }
    return all;
}

}  // namespace mantissa::training
