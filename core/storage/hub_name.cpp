#include "storage/hub_name.h"

#include <algorithm>
#include <vector>

namespace mantissa {
namespace {

constexpr std::size_t kLongestPart = 96;       // the hub's own limit
constexpr std::size_t kLongestRevision = 200;  // below what a file system takes for one name

bool isAlphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// An organisation's or a model's name. "--" stands for the slash in folder names of the cache.
bool isPart(std::string_view part) {
    const auto allowed = [](char c) { return isAlphanumeric(c) || c == '-' || c == '_' || c == '.'; };
    return !part.empty() && part.size() <= kLongestPart && std::all_of(part.begin(), part.end(), allowed) &&
           part.front() != '-' && part.front() != '.' && part.back() != '-' && part.back() != '.' &&
           part.find("--") == std::string_view::npos && part.find("..") == std::string_view::npos;
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    for (std::size_t at; (at = text.find('/')) != std::string_view::npos; text.remove_prefix(at + 1))
        parts.push_back(text.substr(0, at));
    parts.push_back(text);
    return parts;
}

/// What may name a ref (man git-check-ref-format), in ASCII: none of its parts begins with a dot, so none leads out of
/// a folder.
bool isRevision(std::string_view revision) {
    const auto forbidden = [](unsigned char c) {
        return c <= ' ' || c >= 0x7F ||
               std::string_view("~^:?*[\\").find(static_cast<char>(c)) != std::string_view::npos;
    };
    if (revision.size() > kLongestRevision || std::any_of(revision.begin(), revision.end(), forbidden)) return false;
    const auto parts = split(revision);
    return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
        return !part.empty() && part.front() != '.' && part.front() != '-' && part.back() != '.' &&
               part.find("..") == std::string_view::npos;
    });
}

/// The model's page → ORG/NAME[@REVISION]; other texts as they are.
std::string withoutAddress(std::string_view text) {
    bool page = false;
    for (std::string_view start : {"https://", "http://", "huggingface.co/", "hf.co/"})
        if (text.starts_with(start)) {
            text.remove_prefix(start.size());
            page = start.ends_with("co/");
            if (page) break;
        }
    if (!page) return std::string(text);
    text = text.substr(0, text.find_first_of("?#"));
    while (text.ends_with('/')) text.remove_suffix(1);
    const auto parts = split(text);
    if (parts.size() < 4 || (parts[2] != "tree" && parts[2] != "blob" && parts[2] != "resolve"))
        return std::string(text);
    return std::string(parts[0]) + "/" + std::string(parts[1]) + "@" + std::string(parts[3]);
}

}  // namespace

Result<HubName> parseHubName(std::string_view text) {
    const std::string name = withoutAddress(text);
    const auto at = name.find('@');
    HubName found{.repository = name.substr(0, at)};
    if (at != std::string::npos) found.revision = name.substr(at + 1);
    const auto parts = split(found.repository);
    if (parts.size() > 2 || !std::all_of(parts.begin(), parts.end(), isPart) || found.repository.ends_with(".git"))
        return Error{.code = ErrorCode::invalidArgument,
                     .message =
                         "is no model's name on the hub: it is written ORG/NAME or ORG/NAME@REVISION, as in "
                         "apple/mobilevit-small",
                     .where = std::string(text)};
    if (!isRevision(found.revision))
        return Error{.code = ErrorCode::invalidArgument,
                     .message = "“" + found.revision + "” cannot be a revision: name a branch, a tag or a commit",
                     .where = std::string(text)};
    return found;
}

}  // namespace mantissa
