#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "graph/bare_weights.h"
#include "graph/exported_program_archive.h"
#include "graph/exported_program_reader.h"
#include "graph/file_kind.h"
#include "graph/hugging_face.h"
#include "graph/model.h"
#include "graph/onnx_reader.h"
#include "graph/sidecar.h"
#include "graph/torchscript_reader.h"
#include "storage/checkpoint.h"
#include "storage/json_file.h"
#include "storage/mapped_file.h"
#include "storage/path_exists.h"
#include "storage/sha256.h"
#include "storage/zip_archive.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;

Error unsupported(const fs::path& path, std::string message) {
    return {.code = ErrorCode::unsupported, .message = std::move(message), .where = path.string()};
}

fs::path folderOf(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

/// Weights alone, unless they are those of the Hugging Face folder that they stand in, whose files say more: then that
/// folder. One that Mantissa cannot build may hold weights that it recognises.
Result<ModelPtr> openWeightFile(const fs::path& path, std::string sha256) {
    const fs::path folder = folderOf(path);
    const auto own = checkpointIn(folder);
    std::error_code error;
    if (!pathExists(folder / "config.json") || !own || !fs::equivalent(*own, path, error))
        return openBareWeights(path, std::move(sha256));
    auto whole = openHuggingFaceFolder(folder);
    if (!whole)
        return whole.error().code == ErrorCode::unsupported ? openBareWeights(path, std::move(sha256))
                                                            : std::move(whole);
    auto model = std::make_shared<Model>(**whole);
    model->notes.push_back("Opened as the Hugging Face folder that " + path.filename().string() +
                           " stands in: the config.json beside it belongs to it.");
    return ModelPtr(model);
}

/// What a zip archive holds: TorchScript has constants beside its code, torch.export a models folder, a state dict
/// neither.
Result<ModelPtr> openZip(const fs::path& path, const MappedFile& file) {
    auto archive = ZipArchive::open(path);
    if (!archive) return std::move(archive).error();
    const std::string root = archive->rootFolder() + "/";
    if (archive->has(root + "constants.pkl")) return openTorchScript(path, *std::move(archive));
    if (looksLikeExportedProgram(*archive)) return openExportedProgram(path, *std::move(archive));
    if (archive->has(root + "data.pkl")) return openWeightFile(path, sha256(file));
    return unsupported(path, "is a zip archive without a PyTorch model in it");
}

/// A Hugging Face folder by its config.json, or a sharded checkpoint by its index.
Result<ModelPtr> openJson(const fs::path& path, const MappedFile& file) {
    auto json = readJsonFile(path);
    if (!json) return std::move(json).error();
    if (json->contains("model_type") || json->contains("architectures")) {
        if (path.filename() == "config.json") return openHuggingFaceFolder(folderOf(path));
        return unsupported(path,
                           "is the configuration of a model, not a model; in a folder with its weights, and under "
                           "the name config.json, it is one");
    }
    if (json->contains("weight_map")) return openBareWeights(path, sha256(file));
    return unsupported(path, "is a JSON file, but neither the configuration of a model nor the index of its weights");
}

Result<ModelPtr> openFile(const fs::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    switch (tellApart(file->bytes())) {
        case FileKind::zip:
            return openZip(path, *file);
        case FileKind::json:
            return openJson(path, *file);
        case FileKind::safetensors:
        case FileKind::torchPickle:
            return openWeightFile(path, sha256(*file));
        case FileKind::onnx:
            return openOnnx(path);
        case FileKind::other:
            break;
    }
    return unsupported(path, describeOther(file->bytes()));
}

Result<ModelPtr> openFileOrFolder(const fs::path& path) {
    std::error_code error;
    if (!fs::is_directory(path, error)) return openFile(path);
    if (pathExists(path / "config.json")) return openHuggingFaceFolder(path);
    return unsupported(path, "is a folder without config.json; open a Hugging Face folder or a model file");
}

/// Messages quote names from the file, and a line break or an escape sequence in one must not break their one line.
Error inOneLine(Error error) {
    for (std::string* text : {&error.message, &error.where, &error.op, &error.layer})
        for (char& c : *text)
            if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = '?';
    return error;
}

/// The model with the input and labels that the user gave it earlier.
Result<ModelPtr> withSidecar(ModelPtr model) {
    auto sidecar = readSidecar(model->path);
    if (!sidecar) return std::move(sidecar).error();
    if (!*sidecar) return model;
    auto own = std::make_shared<Model>(*model);
    own->preprocessing = (*sidecar)->preprocessing;
    if (!(*sidecar)->labels.empty()) own->labels = std::move((*sidecar)->labels);
    own->notes.push_back("Its input is as " + sidecarPath(model->path).filename().string() + " says.");
    return ModelPtr(own);
}

}  // namespace

Result<ModelPtr> openModel(const fs::path& path) {
    try {
        auto model = openFileOrFolder(path);
        if (!model) return inOneLine(std::move(model).error());
        return withSidecar(*std::move(model));
    } catch (const std::bad_alloc&) {
        return Error{.code = ErrorCode::internal,
                     .message = "was not opened: there is not enough memory",
                     .where = path.string()};
    } catch (const std::exception& problem) {
        return Error{.code = ErrorCode::internal,
                     .message = std::string("was not opened: ") + problem.what(),
                     .where = path.string()};
    }
}

}  // namespace mantissa
