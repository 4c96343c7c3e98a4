#include <algorithm>
#include <string_view>

#include "graph/builder.h"
#include "graph/hugging_face.h"
#include "graph/model.h"
#include "graph/simple_cnn.h"
#include "graph/torchscript_reader.h"
#include "storage/checkpoint.h"
#include "storage/mapped_file.h"
#include "storage/sha256.h"
#include "storage/zip_archive.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;

enum class FileForm { torchScript, exportedProgram, weights };

/// What a zip archive holds: TorchScript has code and constants, torch.export a models folder, a state dict neither.
Result<FileForm> formOfZip(const fs::path& path) {
    auto archive = ZipArchive::open(path);
    if (!archive) return std::move(archive).error();
    const std::string root = archive->rootFolder();
    const auto any = [&](std::string_view prefix) {
        return std::any_of(archive->names().begin(), archive->names().end(), [&](const auto& name) { return name.starts_with(root + "/" + std::string(prefix)); });
    };
    if (any("constants.pkl")) return FileForm::torchScript;
    if (any("models/") || any("serialized_exported_program.json") || archive->has("serialized_exported_program.json")) return FileForm::exportedProgram;
    return FileForm::weights;
}

Result<ModelPtr> openWeights(const fs::path& path, const MappedFile& file) {
    auto checkpoint = openCheckpoint(path);
    if (!checkpoint) return std::move(checkpoint).error();
    if (!looksLikeSimpleCnn(*checkpoint))
        return Error{.code = ErrorCode::unsupported,
                     .message = "holds weights of an architecture that Mantissa does not recognise (" + std::to_string(checkpoint->tensors.size()) +
                                " tensors). Open the folder with its config.json, or a TorchScript file; mantissa inspect shows the tensors",
                     .where = path.string()};
    auto sizes = simpleCnnSizes(*checkpoint);
    if (!sizes) return std::move(sizes).error();
    auto graph = buildSimpleCnn(*sizes, WeightSource::fromCheckpoint(*checkpoint));
    if (!graph) return std::move(graph).error();
    auto model = std::make_shared<Model>();
    model->path = path;
    model->name = path.filename().string();
    model->sha256 = sha256(file.bytes());
    model->kind = ModelKind::bareWeights;
    model->architecture = "SimpleCNN";
    model->graph = *std::move(graph);
    model->preprocessing.resizeHeight = model->preprocessing.resizeWidth = static_cast<int>(sizes->inputSize);
    return ModelPtr(model);
}

}  // namespace

Result<ModelPtr> openModel(const fs::path& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
        if (fs::exists(path / "config.json")) return openHuggingFaceFolder(path);
        return Error{.code = ErrorCode::unsupported, .message = "is a folder without config.json; open a Hugging Face folder or a model file", .where = path.string()};
    }
    if (path.filename() == "config.json") return openHuggingFaceFolder(path.has_parent_path() ? path.parent_path() : fs::path("."));
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    const std::string_view start(reinterpret_cast<const char*>(file->bytes().data()), std::min<std::size_t>(file->bytes().size(), 4));
    if (start == "PK\x03\x04") {
        auto form = formOfZip(path);
        if (!form) return std::move(form).error();
        if (*form == FileForm::torchScript) return openTorchScript(path);
        if (*form == FileForm::exportedProgram)
            return Error{.code = ErrorCode::unsupported,
                         .message = "is a torch.export program, which this version does not run. Save the model as TorchScript instead: "
                                    "torch.jit.trace(model.eval(), example).save(\"model.pt\")",
                         .where = path.string()};
    }
    return openWeights(path, *file);
}

}  // namespace mantissa
