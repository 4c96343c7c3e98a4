#pragma once

// Private to core: includes nlohmann-json.

#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "result.h"

namespace mantissa {

/// JSON in memory that is an object: at most 64 MB, UTF-8, nested at most 64 deep. `where` names file and record for
/// messages, which tell the byte. Memory stays within some 20 times the text.
Result<nlohmann::json> parseJson(std::span<const std::byte> bytes, const std::string& where);

/// A JSON file, by the same rules.
Result<nlohmann::json> readJsonFile(const std::filesystem::path& path);

}  // namespace mantissa
