#include "graph/folder_config.h"

#include "graph/config_fields.h"
#include "storage/json_file.h"

namespace mantissa {
namespace {

using Json = nlohmann::json;

/// A key of id2label as an index below `count`; nothing for other texts, "01" among them.
std::optional<std::size_t> labelIndex(const std::string& key, std::size_t count) {
    if (key.empty() || key.size() > 9 || key.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    if (key.size() > 1 && key.front() == '0') return std::nullopt;
    const std::size_t index = std::stoul(key);
    return index < count ? std::optional(index) : std::nullopt;
}

void readLabels(ConfigFields& fields, std::vector<std::string>& labels) {
    const Json* found = fields.find("id2label");
    if (!found) return;
    const auto wrong = [&fields] { fields.fail("id2label", "does not map the numbers from 0 on to words"); };
    if (!found->is_object()) return wrong();
    labels.resize(found->size());
    for (const auto& [key, value] : found->items()) {
        const auto index = labelIndex(key, labels.size());
        if (!index || !value.is_string()) return wrong();
        labels[*index] = value.get<std::string>();
    }
}

void readArchitecture(ConfigFields& fields, std::string& architecture) {
    const Json* names = fields.find("architectures");
    if (!names) return;
    if (!names->is_array() || (!names->empty() && !names->front().is_string()))
        return fields.fail("architectures", "is no list of names");
    if (!names->empty()) architecture = names->front().get<std::string>();
}

void readClasses(ConfigFields& fields, FolderConfig& config) {
    if (!config.labels.empty()) {
        config.classes = static_cast<std::int64_t>(config.labels.size());
    } else if (fields.find("num_labels")) {
        std::int64_t count = 0;
        fields.read("num_labels", count);
        config.classes = count;
    }
}

}  // namespace

Result<FolderConfig> readFolderConfig(const std::filesystem::path& path) {
    auto json = readJsonFile(path);
    if (!json) return std::move(json).error();
    FolderConfig config;
    config.path = path;
    config.json = *std::move(json);
    ConfigFields fields(config.json, path);
    fields.read("model_type", config.modelType);
    readArchitecture(fields, config.architecture);
    readLabels(fields, config.labels);
    readClasses(fields, config);
    fields.read("image_size", config.imageSize);
    if (fields.problem()) return *fields.problem();
    return config;
}

}  // namespace mantissa
