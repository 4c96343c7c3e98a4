#include "graph/label_file.h"

#include <algorithm>
#include <string_view>

#include "graph/folder_config.h"
#include "storage/mapped_file.h"

namespace mantissa {
namespace {

constexpr std::size_t kMostClasses = 1'000'000;
constexpr std::size_t kLongestName = 1000;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n";
    const auto begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// "n", eight digits, a blank.
bool beginsWithWordNetId(std::string_view line) {
    constexpr std::size_t kDigits = 8;
    return line.size() > kDigits + 2 && line[0] == 'n' && (line[kDigits + 1] == ' ' || line[kDigits + 1] == '\t') &&
           line.substr(1, kDigits).find_first_not_of("0123456789") == std::string_view::npos;
}

Error refusal(const std::filesystem::path& path, std::string message) {
    return {.code = ErrorCode::unsupported, .message = std::move(message), .where = path.string()};
}

Result<std::vector<std::string>> readLines(const std::filesystem::path& path, std::string_view text) {
    if (text.find('\0') != std::string_view::npos)
        return refusal(path, "is no text; class names are read from a text file of one name a line");
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    std::vector<std::string> names;
    while (!text.empty()) {
        const auto end = std::min(text.size(), text.find('\n'));
        const std::string_view name = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(text.size(), end + 1));
        if (name.empty() && trimmed(text).empty()) break;  // the end of the file
        if (name.empty() || name.size() > kLongestName)
            return refusal(path, "its line " + std::to_string(names.size() + 1) +
                                     " holds no name of a class; each line has to hold one");
        if (names.size() == kMostClasses) return refusal(path, "names more than a million classes");
        names.emplace_back(name);
    }
    if (names.empty()) return refusal(path, "names no classes");
    if (std::all_of(names.begin(), names.end(), beginsWithWordNetId))
        for (auto& name : names) name = trimmed(std::string_view(name).substr(10));
    return names;
}

}  // namespace

Result<std::vector<std::string>> readLabelFile(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    const auto bytes = file->bytes();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (!trimmed(text.substr(0, 100)).starts_with('{')) return readLines(path, text);
    auto config = readFolderConfig(path);
    if (!config) return std::move(config).error();
    if (config->labels.empty()) return refusal(path, "has no id2label, which names the classes");
    return std::move(config->labels);
}

}  // namespace mantissa
