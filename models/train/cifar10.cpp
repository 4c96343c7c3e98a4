#include "train/cifar10.h"

#include <algorithm>
#include <fstream>
#include <system_error>

namespace mantissa::training {
namespace {

namespace fs = std::filesystem;

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
    auto records = CifarRecords::open(path);
    if (!records) return std::move(records).error();
    CifarSet set;
    set.pixels.reserve(records->size() * kCifarPixelBytes);
    set.labels.reserve(records->size());
    for (std::size_t i = 0; i < records->size(); ++i) {
        const auto planes = records->planes(i);
        set.labels.push_back(records->label(i));
        set.pixels.insert(set.pixels.end(), planes.begin(), planes.end());
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
