#include "format_list.h"

#include <algorithm>
#include <regex>

namespace mantissa::app {

namespace {

/// Why a name is none. A custom format within the limits would have been found.
std::string notFound(const std::string& name) {
    static const std::regex custom("e[0-9]+m[0-9]+.*", std::regex::icase);
    if (name.empty()) return "between two commas there is no name of a format";
    if (std::regex_match(name, custom))
        return "is no number format: a custom one, eXmY, has 1 to 11 exponent bits and 0 to 52 fraction bits; "
               "`mantissa formats --help` says what may follow them";
    return "is no number format; `mantissa formats` lists those there are, and eXmY makes others";
}

}  // namespace

std::string withoutBlanks(const std::string& word) {
    const auto first = word.find_first_not_of(' ');
    return first == std::string::npos ? "" : word.substr(first, word.find_last_not_of(' ') - first + 1);
}

Result<Format> formatNamed(const std::string& typed) {
    const std::string name = withoutBlanks(typed);
    if (auto found = findFormat(name)) return *std::move(found);
    return Error{.code = ErrorCode::invalidArgument, .message = notFound(name), .where = name};
}

Result<std::vector<Format>> formatsNamed(const std::vector<std::string>& names) {
    std::vector<Format> formats;
    for (const auto& name : names) {
        auto found = formatNamed(name);
        if (!found) return std::move(found).error();
        if (std::find(formats.begin(), formats.end(), *found) == formats.end()) formats.push_back(*std::move(found));
    }
    return formats;
}

}  // namespace mantissa::app
