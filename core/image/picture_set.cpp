#include "image/picture_set.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <fstream>
#include <set>
#include <system_error>
#include <unordered_map>

#include "image/class_names.h"
#include "image/read_pixels.h"
#include "storage/sha256.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;

Error failed(const fs::path& path, ErrorCode code, std::string message) {
    return {.code = code, .message = std::move(message), .where = path.string()};
}

/// By name, so that a folder of other things is not tried file by file; what a file is decides its content.
bool looksLikeAPicture(const fs::path& path) {
    // The last three are no pictures that Mantissa reads: they are listed as such, not passed over.
    static const std::set<std::string> kExtensions{".png", ".jpg", ".jpeg", ".jpe", ".webp", ".bmp",
                                                   ".dib", ".tif", ".tiff", ".gif", ".heic", ".avif"};
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return kExtensions.contains(extension);
}

/// Changes where a file does, as far as its size and time tell.
std::string stateOf(const fs::path& path) {
    std::error_code gone;  // such a file is skipped when it is read
    const auto size = fs::file_size(path, gone);
    const auto time = fs::last_write_time(path, gone);
    return std::to_string(size) + ' ' + std::to_string(time.time_since_epoch().count());
}

/// The fields of a line of CSV (RFC 4180).
std::vector<std::string> fieldsOf(const std::string& line) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"') {
            if (quoted && i + 1 < line.size() && line[i + 1] == '"')
                fields.back() += line[++i];
            else
                quoted = !quoted;
        } else if (line[i] == ',' && !quoted) {
            fields.emplace_back();
        } else if (line[i] != '\r') {
            fields.back() += line[i];
        }
    }
    return fields;
}

}  // namespace

Result<PictureSetPtr> PictureSet::open(const PictureSource& source, const std::vector<std::string>& classNames) {
    auto set = std::make_shared<PictureSet>();
    set->source_ = source;
    std::error_code error;
    if (fs::is_directory(source.path, error)) {
        if (auto status = set->readFolder(classNames); !status) return std::move(status).error();
        return PictureSetPtr(std::move(set));
    }
    if (!source.labels.empty())
        return failed(source.path, ErrorCode::invalidArgument,
                      "is no folder, and only the pictures of a folder are given classes by a CSV file");
    auto records = CifarRecords::open(source.path);
    if (!records) {
        if (records.error().code == ErrorCode::unreadable) return std::move(records).error();
        return failed(source.path, records.error().code,
                      "is neither a folder of pictures nor a file of CIFAR-10: " + records.error().message);
    }
    set->records_ = *std::move(records);
    set->truths_ = set->size();
    return PictureSetPtr(std::move(set));
}

Status PictureSet::readFolder(const std::vector<std::string>& classNames) {
    const fs::path& root = source_.path;
    std::error_code error;
    fs::recursive_directory_iterator at(root, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        std::error_code ignored;  // what cannot be examined cannot be read either
        if (looksLikeAPicture(at->path()) && at->is_regular_file(ignored))
            files_.push_back({.name = at->path().lexically_relative(root).string()});
    }
    if (error) return failed(root, ErrorCode::unreadable, "was not searched: " + error.message());
    if (files_.empty())
        return failed(root, ErrorCode::unreadable, "holds no pictures; Mantissa reads PNG, JPEG, WebP, BMP and TIFF");
    std::sort(files_.begin(), files_.end(), [](const File& a, const File& b) { return a.name < b.name; });
    if (!source_.labels.empty()) return readLabels(classNames);

    const ClassNames classes(classNames);
    std::set<std::string> unknown;
    for (auto& file : files_) {
        const auto slash = file.name.find('/');
        if (slash == std::string::npos) continue;
        const std::string folder = file.name.substr(0, slash);
        if (const auto found = classes.find(folder)) {
            file.truth = static_cast<std::int32_t>(*found);
            ++truths_;
        } else {
            unknown.insert(folder);
        }
    }
    unknownClasses_.assign(unknown.begin(), unknown.end());
    return Done{};
}

Status PictureSet::readLabels(const std::vector<std::string>& classNames) {
    std::unordered_map<std::string, std::size_t> index;
    for (std::size_t i = 0; i < files_.size(); ++i) index.emplace(files_[i].name, i);
    const ClassNames classes(classNames);
    std::ifstream in(source_.labels);
    if (!in)
        return failed(source_.labels, ErrorCode::unreadable,
                      "was not opened: " + std::generic_category().message(errno));
    std::array<char, 8192> line{};  // a path and a class; getline stops there however long a line claims to be
    for (std::size_t number = 1; in.getline(line.data(), line.size()) || in.gcount() > 0; ++number) {
        const auto where = [&](std::string message) {
            return Error{.code = ErrorCode::corrupt,
                         .message = std::move(message),
                         .where = source_.labels.string() + ", line " + std::to_string(number)};
        };
        if (in.fail() && !in.eof()) return where("is too long");
        const auto fields = fieldsOf(line.data());
        if (fields.size() == 1 && fields[0].empty()) continue;
        if (fields.size() < 2) return where("must hold a file and a class, with a comma between");
        const auto found = index.find(fs::path(fields[0]).lexically_normal().string());
        const auto truth = classes.find(fields[1]);
        if (number == 1 && found == index.end() && !truth) continue;  // the columns' names
        if (!truth) return where("“" + fields[1] + "” is no class of the model's");
        if (found == index.end()) return where("“" + fields[0] + "” is no picture in the folder");
        auto& file = files_[found->second];
        if (file.truth >= 0 && file.truth != static_cast<std::int32_t>(*truth))
            return where("gives “" + fields[0] + "” another class than a line before");
        truths_ += file.truth < 0;
        file.truth = static_cast<std::int32_t>(*truth);
    }
    if (in.bad()) return failed(source_.labels, ErrorCode::unreadable, "was not read to its end");
    if (truths_ == 0) return failed(source_.labels, ErrorCode::corrupt, "gives no picture a class");
    return Done{};
}

std::string PictureSet::name(std::size_t index) const {
    if (records_) return source_.path.filename().string() + "[" + std::to_string(index) + "]";
    return files_[index].name;
}

std::optional<std::size_t> PictureSet::truth(std::size_t index) const {
    if (records_) return records_->label(index);
    if (files_[index].truth < 0) return std::nullopt;
    return static_cast<std::size_t>(files_[index].truth);
}

std::optional<std::size_t> PictureSet::ownClasses() const {
    if (records_) return kCifarClasses;
    return std::nullopt;
}

Result<RgbImage> PictureSet::read(std::size_t index) const {
    if (records_) return records_->picture(index);
    return readPixels(source_.path / files_[index].name);
}

Result<SourceImage> PictureSet::openOne(std::size_t index) const {
    if (!records_) return openImage(source_.path / files_[index].name);
    SourceImage image{.path = {}, .name = name(index), .sha256 = {}, .rgb = records_->picture(index)};
    image.sha256 = sha256(std::as_bytes(std::span(image.rgb.pixels)));
    return image;
}

std::string PictureSet::digest() const {
    std::string all = records_ ? stateOf(source_.path) : "";
    for (std::size_t i = 0; i < size(); ++i) {
        const auto known = truth(i);
        all += name(i) + '\0' + (known ? std::to_string(*known) : "");
        if (!records_) all += '\0' + stateOf(source_.path / files_[i].name);
        all += '\n';
    }
    return sha256(std::as_bytes(std::span(all)));
}

}  // namespace mantissa
