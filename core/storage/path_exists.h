#pragma once

#include <filesystem>
#include <system_error>

namespace mantissa {

/// Whether something of this name is there. A name too long or a link to itself is not.
inline bool pathExists(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

}  // namespace mantissa
