#pragma once

// Private to core: includes nlohmann-json.

#include <nlohmann/json.hpp>
#include <string>

#include "image/preprocess.h"
#include "result.h"

namespace mantissa {

/// The fields of a `preprocessor_config.json`, by the rules of readPreprocessorConfig. `where` names the file for
/// messages.
Result<Preprocessing> preprocessingFromJson(const nlohmann::json& json, const std::string& where);

/// The same fields written, every one of them, so that reading gives the same preprocessing again.
nlohmann::ordered_json toJson(const Preprocessing& preprocessing);

}  // namespace mantissa
