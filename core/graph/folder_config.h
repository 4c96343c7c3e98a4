#pragma once

// Private to core: includes nlohmann-json.

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "graph/input_size.h"
#include "result.h"

namespace mantissa {

/// What the `config.json` of a Hugging Face folder says of any architecture. What only one of them has stays in `json`.
struct FolderConfig {
    std::filesystem::path path;
    nlohmann::json json;
    std::string modelType;            ///< "mobilevit"
    std::string architecture;         ///< "MobileViTForImageClassification"; empty where it does not say
    std::vector<std::string> labels;  ///< id2label by number, never by name: two classes of ImageNet are called "crane"
    std::optional<std::int64_t> classes;  ///< the labels' number, or num_labels where there are none
    std::optional<InputSize> imageSize;
};

/// Errors name the file and the field.
Result<FolderConfig> readFolderConfig(const std::filesystem::path& path);

}  // namespace mantissa
