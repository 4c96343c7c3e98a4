#include "graph/sidecar.h"

#include "image/preprocessor_json.h"
#include "storage/atomic_file.h"
#include "storage/json_file.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Marks the file as this program's own; its value is the version of the form.
constexpr const char* kMark = "mantissa_input";
constexpr int kVersion = 1;

bool isFile(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error);
}

/// The file's JSON where it is a sidecar, null where it is something else.
Result<Json> readMarked(const fs::path& path) {
    auto json = readJsonFile(path);
    if (!json) return std::move(json).error();
    return json->contains(kMark) ? *std::move(json) : Json();
}

}  // namespace

fs::path sidecarPath(const fs::path& model) {
    // A folder may be given with a slash after its name.
    const fs::path own = model.has_filename() ? model : model.parent_path();
    return own.string() + ".json";
}

Result<std::optional<Sidecar>> readSidecar(const fs::path& model) {
    const fs::path path = sidecarPath(model);
    if (!isFile(path)) return std::optional<Sidecar>();
    auto json = readMarked(path);
    if (!json) return std::move(json).error();
    if (json->is_null()) return std::optional<Sidecar>();
    const auto corrupt = [&](std::string message) {
        return Error{.code = ErrorCode::corrupt,
                     .message = std::move(message) + "; correct or delete the file",
                     .where = path.string()};
    };
    if ((*json)[kMark] != kVersion) return corrupt("is written by another version of Mantissa");
    const auto fields = json->find("preprocessing");
    if (fields == json->end() || !fields->is_object()) return corrupt("does not say how pictures are preprocessed");
    auto preprocessing = preprocessingFromJson(*fields, path.string());
    if (!preprocessing) return std::move(preprocessing).error();
    Sidecar sidecar{.preprocessing = *preprocessing};
    const Json labels = json->value("labels", Json::array());
    if (!labels.is_array()) return corrupt("its labels are no list of words");
    for (const Json& label : labels) {
        if (!label.is_string()) return corrupt("its labels are no list of words");
        sidecar.labels.push_back(label.get<std::string>());
    }
    return std::optional(std::move(sidecar));
}

Status writeSidecar(const fs::path& model, const Sidecar& sidecar) {
    const fs::path path = sidecarPath(model);
    if (isFile(path)) {
        auto json = readMarked(path);
        if (!json || json->is_null())
            return Error{.code = ErrorCode::unreadable,
                         .message = "is another program's file, so the input of the model was not saved there",
                         .where = path.string()};
    }
    const auto fields = toJson(sidecar.preprocessing);
    // What could not be read again is not written.
    if (auto status = preprocessingFromJson(Json(fields), path.string()); !status) return std::move(status).error();
    nlohmann::ordered_json json{{kMark, kVersion}, {"preprocessing", fields}};
    if (!sidecar.labels.empty()) json["labels"] = sidecar.labels;
    return writeFileAtomically(path, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

Status removeSidecar(const fs::path& model) {
    const fs::path path = sidecarPath(model);
    if (!isFile(path)) return Done{};
    auto json = readMarked(path);
    if (!json) return std::move(json).error();
    std::error_code error;
    if (json->is_null() || fs::remove(path, error)) return Done{};
    return Error{
        .code = ErrorCode::unreadable, .message = "was not removed: " + error.message(), .where = path.string()};
}

}  // namespace mantissa
