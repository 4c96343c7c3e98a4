#pragma once

// Private to core: includes nlohmann-json.

#include <filesystem>
#include <nlohmann/json.hpp>

#include "result.h"

namespace mantissa {

/// A JSON file that holds an object: at most 64 MB, UTF-8, nested at most 64 deep. Errors name the file and the byte.
Result<nlohmann::json> readJsonFile(const std::filesystem::path& path);

}  // namespace mantissa
