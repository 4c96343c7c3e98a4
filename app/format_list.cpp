#include "format_list.h"

#include <algorithm>

namespace mantissa::app {

Result<Format> formatNamed(const std::string& name) {
    if (auto found = findFormat(name)) return *std::move(found);
    return Error{.code = ErrorCode::invalidArgument,
                 .message = "is no number format; `mantissa formats` lists those there are, and eXmY makes others",
                 .where = name};
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
