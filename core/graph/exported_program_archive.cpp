#include "graph/exported_program_archive.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "graph/exported_program_schema.h"
#include "storage/json_file.h"
#include "storage/pytorch_checkpoint.h"
#include "storage/strided_view.h"

namespace mantissa {
namespace {

using Json = nlohmann::json;
using Tensors = std::unordered_map<std::string, TensorRecord>;

/// What reading stops with; turned into an Error at the door.
struct Refusal {
    Error error;
};

constexpr std::string_view kFlatProgram = "serialized_exported_program.json";

std::string_view textOf(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class ArchiveReader {
  public:
    explicit ArchiveReader(const ZipArchive& archive) : archive_(archive), root_(archive.rootFolder() + "/") {}

    ExportedProgramArchive read() {
        if (archive_.has(std::string(kFlatProgram))) return readFlat();
        const std::string model = modelName();
        checkByteOrder();
        ExportedProgramArchive result;
        result.program = json("models/" + model + ".json");
        readTensors("data/weights/", model, "weights", result.weights);
        readTensors("data/constants/", model, "constants", result.constants);
        return result;
    }

  private:
    [[noreturn]] void refuse(ErrorCode code, std::string message, const std::string& record = "") const {
        throw Refusal{{.code = code,
                       .message = std::move(message),
                       .where = archive_.where() + (record.empty() ? "" : ": " + record)}};
    }
    template <class T>
    T take(Result<T> result) const {
        if (!result) throw Refusal{std::move(result).error()};
        return *std::move(result);
    }

    Json json(const std::string& name) const { return jsonAt(root_ + name); }
    Json jsonAt(const std::string& record) const {
        return take(parseJson(take(archive_.read(record)).bytes, archive_.where() + ": record " + record));
    }

    /// An archive may hold several programs; a file for one model holds one.
    std::string modelName() const {
        const std::string prefix = root_ + "models/", suffix = ".json";
        std::vector<std::string> models;
        for (const auto& name : archive_.names())
            if (name.starts_with(prefix) && name.ends_with(suffix) && name.size() > prefix.size() + suffix.size())
                models.push_back(name.substr(prefix.size(), name.size() - prefix.size() - suffix.size()));
        if (models.size() == 1) return models.front();
        if (models.empty())
            refuse(ErrorCode::unsupported,
                   "holds no program of torch.export, only what was compiled from one; save the model with "
                   "torch.export.save");
        std::string names;
        for (const auto& name : models) names += (names.empty() ? "" : ", ") + name;
        refuse(ErrorCode::unsupported, "holds several programs (" + names + "); save the one wanted by itself");
    }

    void checkByteOrder() const {
        const std::string record = root_ + "byteorder";
        if (archive_.has(record) && textOf(take(archive_.read(record)).bytes) != "little")
            refuse(ErrorCode::unsupported, "was written big-endian; save it again on a little-endian machine");
    }

    void readTensors(const std::string& folder, const std::string& model, const std::string& what,
                     Tensors& tensors) const {
        const std::string config = folder + model + "_" + what + "_config.json", pickled = folder + model + ".pt";
        if (archive_.has(root_ + config))
            readRaw(folder, json(config), tensors);
        else if (archive_.has(root_ + pickled))
            readPickled(root_ + pickled, tensors);
    }

    void readPickled(const std::string& record, Tensors& tensors) const {
        for (auto& tensor : take(openPytorchZip(take(archive_.inner(record))))) {
            std::string name = tensor.name;
            tensors.emplace(std::move(name), std::move(tensor));
        }
    }

    /// Up to PyTorch 2.7: no root folder, and everything but the program pickled.
    ExportedProgramArchive readFlat() const {
        if (!archive_.has("serialized_state_dict.pt"))
            refuse(ErrorCode::unsupported,
                   "keeps its weights in a form that PyTorch gave up; save the model again with a current PyTorch");
        ExportedProgramArchive result;
        result.program = jsonAt(std::string(kFlatProgram));
        for (const auto& [record, tensors] :
             {std::pair{"serialized_state_dict.pt", &result.weights}, {"serialized_constants.pt", &result.constants}})
            if (archive_.has(record) && !take(archive_.read(record)).bytes.empty()) readPickled(record, *tensors);
        return result;
    }

    /// {"config": {name: {path_name, use_pickle, tensor_meta}}}: raw storages, described apart.
    void readRaw(const std::string& folder, const Json& config, Tensors& tensors) const {
        const auto entries = config.find("config");
        if (entries == config.end() || !entries->is_object())
            refuse(ErrorCode::corrupt, "does not describe its tensors", folder);
        for (const auto& [name, entry] : entries->items()) tensors.emplace(name, readTensor(folder, name, entry));
    }

    TensorRecord readTensor(const std::string& folder, const std::string& name, const Json& entry) const;

    const ZipArchive& archive_;
    std::string root_;
};

/// {"as_int": n}; nothing for anything else, symbolic sizes among them.
std::optional<std::int64_t> known(const Json& size) {
    if (!size.is_object()) return std::nullopt;
    const auto found = size.find("as_int");
    if (found == size.end() || !found->is_number_integer()) return std::nullopt;
    if (found->is_number_unsigned() && found->get<std::uint64_t>() > INT64_MAX) return std::nullopt;
    const auto n = found->get<std::int64_t>();
    return n < 0 ? std::nullopt : std::optional(n);
}

std::optional<std::vector<std::int64_t>> knownList(const Json& meta, const char* field) {
    const auto list = meta.find(field);
    if (list == meta.end() || !list->is_array() || list->size() > 64) return std::nullopt;
    std::vector<std::int64_t> values;
    for (const auto& size : *list) {
        const auto n = known(size);
        if (!n) return std::nullopt;
        values.push_back(*n);
    }
    return values;
}

TensorRecord ArchiveReader::readTensor(const std::string& folder, const std::string& name, const Json& entry) const {
    const std::string where = "tensor " + name;
    const auto corrupt = [&](const char* what) { refuse(ErrorCode::corrupt, what, where); };
    const auto meta = entry.is_object() ? entry.find("tensor_meta") : entry.end();
    const auto path = entry.is_object() ? entry.find("path_name") : entry.end();
    if (meta == entry.end() || !meta->is_object() || path == entry.end() || !path->is_string())
        corrupt("is not described as torch.export does it");
    if (entry.value("use_pickle", Json(false)) != Json(false) ||
        meta->value("layout", Json(kExportedStrided)) != Json(kExportedStrided))
        refuse(ErrorCode::unsupported,
               "is no plain tensor (quantised or sparse), which Mantissa does not read; export the model with plain "
               "weights",
               where);
    const Json code = meta->value("dtype", Json());
    const auto dtype = code.is_number_integer() ? exportedDType(code.get<std::int64_t>()) : std::nullopt;
    if (!dtype)
        refuse(ErrorCode::unsupported, "has a type that Mantissa does not run (code " + code.dump() + ")", where);
    auto shape = knownList(*meta, "sizes"), strides = knownList(*meta, "strides");
    const auto offset = known(meta->value("storage_offset", Json()));
    if (!shape || !strides || !offset) corrupt("has a shape, strides or offset that are no sizes");
    auto bytes = take(archive_.read(root_ + folder + path->get<std::string>()));
    const StridedView view{
        .dtype = *dtype, .shape = *std::move(shape), .strides = *std::move(strides), .offset = *offset};
    auto record = viewOf(name, view, {.bytes = bytes.bytes, .owner = bytes.owner, .fileOffset = bytes.fileOffset});
    if (!record) corrupt("reaches beyond the bytes that are stored for it");
    return *std::move(record);
}

}  // namespace

bool looksLikeExportedProgram(const ZipArchive& archive) {
    const std::string root = archive.rootFolder() + "/";
    return archive.has(std::string(kFlatProgram)) || archive.has(root + "archive_format") ||
           std::any_of(archive.names().begin(), archive.names().end(),
                       [&](const auto& name) { return name.starts_with(root + "models/"); });
}

Result<ExportedProgramArchive> readExportedProgramArchive(const ZipArchive& archive) {
    try {
        return ArchiveReader(archive).read();
    } catch (Refusal& refusal) {
        return std::move(refusal.error);
    }
}

}  // namespace mantissa
