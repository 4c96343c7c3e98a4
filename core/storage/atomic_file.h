#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "result.h"

namespace mantissa {

/// Writes a file whole or not at all: into a temporary file in the same folder, flushed to disk, then renamed over `path`. On any
/// error the temporary file is removed and what stood at `path` stays as it was. `path` may be an existing file, never a folder.
Status writeFileAtomically(const std::filesystem::path& path, std::string_view bytes);

/// The same for a file that a library writes itself: `write` gets the temporary path (same folder, same extension).
Status writeFileAtomically(const std::filesystem::path& path,
                           const std::function<Status(const std::filesystem::path& temporary)>& write);

}  // namespace mantissa
