#include "graph/hugging_face.h"

#include <algorithm>
#include <array>
#include <optional>

#include "graph/builder.h"
#include "graph/file_kind.h"
#include "graph/folder_config.h"
#include "graph/guessed_input.h"
#include "graph/hf_mobilenet_v2_config.h"
#include "graph/hf_resnet_config.h"
#include "graph/mobilevit_config.h"
#include "graph/simple_cnn.h"
#include "graph/vit_config.h"
#include "image/preprocessor_config.h"
#include "storage/checkpoint.h"
#include "storage/mapped_file.h"
#include "storage/path_exists.h"
#include "storage/sha256.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;

/// Everything in the folder that a builder reads.
struct Folder {
    FolderConfig config;
    Checkpoint weights;
    std::optional<Preprocessing> preprocessing;
};

Result<Checkpoint> openWeights(const fs::path& folder) {
    auto path = checkpointIn(folder);
    if (!path) return std::move(path).error();
    auto file = MappedFile::open(*path);
    if (!file) return std::move(file).error();
    if (isGitLfsPointer(file->bytes()))
        return Error{.code = ErrorCode::unsupported, .message = describeOther(file->bytes()), .where = path->string()};
    return openCheckpoint(*path);
}

/// Number of classes: what config.json says, and it must be what the classifier has; else what the classifier has.
Result<std::int64_t> classCount(const Folder& folder, const char* classifier) {
    const TensorRecord* found = folder.weights.find(classifier);
    const bool hasRows = found && !found->shape.empty();
    const auto& stated = folder.config.classes;
    if (stated && hasRows && *stated != found->shape[0])
        return Error{.code = ErrorCode::unsupported,
                     .message = "the number of classes is " + std::to_string(*stated) + ", and " + classifier +
                                " in the weights tells " + std::to_string(found->shape[0]) + " apart",
                     .where = folder.config.path.string()};
    return stated ? *stated : hasRows ? found->shape[0] : 2;
}

/// Errors of a builder that concern no tensor concern the sizes that config.json gave it.
Error located(Error error, const FolderConfig& config) {
    if (error.where.empty()) error.where = config.path.string();
    return error;
}

Status buildMobileVitModel(const Folder& folder, Model& model) {
    auto config = readMobileVitConfig(folder.config);
    if (!config) return std::move(config).error();
    auto classes = classCount(folder, "classifier.weight");
    if (!classes) return std::move(classes).error();
    config->classes = *classes;
    auto graph = buildMobileVit(*config, WeightSource::fromCheckpoint(folder.weights));
    if (!graph) return located(std::move(graph).error(), folder.config);
    model.graph = *std::move(graph);
    model.architecture = "MobileViTForImageClassification";
    // Where the folder does not say: as the published checkpoints do, with 32 px more around each crop of 256.
    const InputSize crop = folder.config.imageSize.value_or(InputSize{.height = 256, .width = 256});
    Preprocessing& p = model.preprocessing;
    p.resize = ResizeRule::shortestEdge;
    p.resizeHeight = p.resizeWidth = static_cast<int>(std::max(crop.height, crop.width) * 288 / 256);
    p.centerCrop = true;
    p.cropHeight = static_cast<int>(crop.height);
    p.cropWidth = static_cast<int>(crop.width);
    p.flipChannels = true;
    return Done{};
}

/// Refuses a preprocessor_config.json that makes pictures of another size than config.json says.
Status checkInputSize(const Folder& folder, const InputSize& input) {
    const auto& p = folder.preprocessing;
    if (!p || (input.height == p->inputHeight() && input.width == p->inputWidth())) return Done{};
    return Error{.code = ErrorCode::unsupported,
                 .message = "says that pictures have " + std::to_string(input.height) + " × " +
                            std::to_string(input.width) + " px, and preprocessor_config.json makes them " +
                            std::to_string(p->inputHeight()) + " × " + std::to_string(p->inputWidth()),
                 .where = folder.config.path.string()};
}

Status buildSimpleCnnModel(const Folder& folder, Model& model) {
    auto input = folder.config.imageSize;
    if (input)
        if (auto status = checkInputSize(folder, *input); !status) return status;
    if (const auto& p = folder.preprocessing) input = {.height = p->inputHeight(), .width = p->inputWidth()};
    auto sizes = simpleCnnSizes(folder.weights, input);
    if (!sizes) return std::move(sizes).error();
    if (auto classes = classCount(folder, "fc.weight"); !classes) return std::move(classes).error();
    auto graph = buildSimpleCnn(*sizes, WeightSource::fromCheckpoint(folder.weights));
    if (!graph) return located(std::move(graph).error(), folder.config);
    model.graph = *std::move(graph);
    model.architecture = "SimpleCNN";
    model.preprocessing.resizeHeight = static_cast<int>(sizes->input.height);
    model.preprocessing.resizeWidth = static_cast<int>(sizes->input.width);
    return Done{};
}

/// To −1 … 1, as the processors that transformers pairs with most models do.
void standardNormalization(Preprocessing& p) {
    p.normalize = true;
    p.mean = p.std = {0.5, 0.5, 0.5};
}

Status buildVitModel(const Folder& folder, Model& model) {
    auto config = readVitConfig(folder.config, folder.weights);
    if (!config) return std::move(config).error();
    // Position embeddings belong to one size; Mantissa does not interpolate them.
    if (auto status = checkInputSize(folder, config->image); !status) return status;
    const bool twoHeads = config->head == VitHead::classAndDistillation;
    auto classes = classCount(folder, twoHeads ? "cls_classifier.weight" : "classifier.weight");
    if (!classes) return std::move(classes).error();
    config->classes = *classes;
    auto graph = buildVit(*config, WeightSource::fromCheckpoint(folder.weights));
    if (!graph) return located(std::move(graph).error(), folder.config);
    model.graph = *std::move(graph);
    model.architecture = twoHeads                    ? "DeiTForImageClassificationWithTeacher"
                         : config->distillationToken ? "DeiTForImageClassification"
                                                     : "ViTForImageClassification";
    model.preprocessing.resizeHeight = static_cast<int>(config->image.height);
    model.preprocessing.resizeWidth = static_cast<int>(config->image.width);
    standardNormalization(model.preprocessing);
    return Done{};
}

Status buildResNetModel(const Folder& folder, Model& model) {
    auto config = readHfResNetConfig(folder.config);
    if (!config) return std::move(config).error();
    auto classes = classCount(folder, "classifier.1.weight");
    if (!classes) return std::move(classes).error();
    config->classes = *classes;
    auto graph = buildHfResNet(*config, WeightSource::fromCheckpoint(folder.weights));
    if (!graph) return located(std::move(graph).error(), folder.config);
    model.graph = *std::move(graph);
    model.architecture = "ResNetForImageClassification";
    model.preprocessing = guessedImageNetInput();
    return Done{};
}

Status buildMobileNetV2Model(const Folder& folder, Model& model) {
    auto config = readHfMobileNetV2Config(folder.config);
    if (!config) return std::move(config).error();
    auto classes = classCount(folder, "classifier.weight");
    if (!classes) return std::move(classes).error();
    config->classes = *classes;
    auto graph = buildHfMobileNetV2(*config, WeightSource::fromCheckpoint(folder.weights));
    if (!graph) return located(std::move(graph).error(), folder.config);
    model.graph = *std::move(graph);
    model.architecture = "MobileNetV2ForImageClassification";
    model.preprocessing =
        guessedImageNetInput(folder.config.imageSize.value_or(InputSize{.height = 224, .width = 224}));
    standardNormalization(model.preprocessing);
    return Done{};
}

struct Builder {
    Status (*build)(const Folder&, Model&);
};

struct Architecture {
    const char* modelType;
    const char* name;  ///< in `architectures`; a config.json may lack it
    Status (*build)(const Folder&, Model&);
};

constexpr std::array kArchitectures{
    Architecture{"mobilevit", "MobileViTForImageClassification", &buildMobileVitModel},
    Architecture{"vit", "ViTForImageClassification", &buildVitModel},
    Architecture{"deit", "DeiTForImageClassification", &buildVitModel},
    Architecture{"deit", "DeiTForImageClassificationWithTeacher", &buildVitModel},
    Architecture{"resnet", "ResNetForImageClassification", &buildResNetModel},
    Architecture{"mobilenet_v2", "MobileNetV2ForImageClassification", &buildMobileNetV2Model},
};

/// The builder for what config.json names. `pretrained`: what gives Python the same model, as arguments of from_pretrained.
Result<Builder> findBuilder(const FolderConfig& config, const std::string& pretrained) {
    if (config.modelType.empty())
        return Error{.code = ErrorCode::unsupported,
                     .message = "has no model_type, so the architecture is not known",
                     .where = config.path.string()};
    if (config.modelType == "simple_cnn") return Builder{&buildSimpleCnnModel};
    for (const auto& [modelType, name, build] : kArchitectures)
        if (config.modelType == modelType && (config.architecture.empty() || config.architecture == name))
            return Builder{build};
    const std::string name = config.architecture.empty() ? config.modelType : config.architecture;
    // Where the configuration has not been read, Python reads the size in it.
    const std::string shape =
        config.imageSize
            ? "1, 3, " + std::to_string(config.imageSize->height) + ", " + std::to_string(config.imageSize->width)
        : config.path.empty() ? "1, 3, *2 * [getattr(model.config, \"image_size\", 224)]"
                              : "1, 3, 224, 224";
    return Error{.code = ErrorCode::unsupported,
                 .message = "the architecture " + name +
                            " is not one that Mantissa builds. Two lines of Python make a .pt2 file of it, "
                            "which it opens: `import torch, transformers; model = "
                            "transformers.AutoModelForImageClassification.from_pretrained(" +
                            pretrained + ").eval()` and `torch.export.save(torch.export.export(model, (torch.zeros(" +
                            shape + "),)), \"model.pt2\")`",
                 .where = config.path.string()};
}

/// The folder's name; for a snapshot in the Hugging Face cache, models--apple--mobilevit-small/snapshots/<commit>, the
/// model's.
std::string nameOf(const fs::path& folder) {
    std::error_code error;
    const fs::path whole = fs::weakly_canonical(folder, error);
    if (error) return folder.filename().string();
    const std::string repository = whole.parent_path().parent_path().filename().string();
    if (whole.parent_path().filename() == "snapshots" && repository.starts_with("models--"))
        return repository.substr(repository.rfind("--") + 2);
    return whole.filename().string();
}

Result<std::string> digest(const Checkpoint& weights) {
    std::vector<MappedFile> files;
    std::vector<std::span<const std::byte>> parts;
    for (const auto& path : weights.files) {
        auto file = MappedFile::open(path);
        if (!file) return std::move(file).error();
        parts.push_back(file->bytes());
        files.push_back(*std::move(file));
    }
    return sha256(parts);
}

/// A folder's model, all but the digest of its weights.
struct Assembled {
    std::shared_ptr<Model> model;
    Checkpoint weights;
};

Result<Assembled> assemble(const fs::path& path) {
    auto config = readFolderConfig(path / "config.json");
    if (!config) return std::move(config).error();
    const auto builder = findBuilder(*config, '"' + path.string() + '"');
    if (!builder) return builder.error();
    auto weights = openWeights(path);
    if (!weights) return std::move(weights).error();
    Folder folder{.config = *std::move(config), .weights = *std::move(weights), .preprocessing = {}};
    if (pathExists(path / "preprocessor_config.json")) {
        auto preprocessing = readPreprocessorConfig(path / "preprocessor_config.json");
        if (!preprocessing) return std::move(preprocessing).error();
        folder.preprocessing = *preprocessing;
    }

    auto model = std::make_shared<Model>();
    model->path = path;
    model->name = nameOf(path);
    model->kind = ModelKind::huggingFace;
    if (auto status = builder->build(folder, *model); !status) return std::move(status).error();
    if (folder.preprocessing) model->preprocessing = *folder.preprocessing;
    model->labels = std::move(folder.config.labels);
    return Assembled{std::move(model), std::move(folder.weights)};
}

}  // namespace

Result<ModelPtr> openHuggingFaceFolder(const fs::path& path) {
    auto assembled = assemble(path);
    if (!assembled) return std::move(assembled).error();
    auto sum = digest(assembled->weights);
    if (!sum) return std::move(sum).error();
    assembled->model->sha256 = *std::move(sum);
    return ModelPtr(std::move(assembled->model));
}

Result<ModelPtr> describeHuggingFaceFolder(const fs::path& path) {
    auto assembled = assemble(path);
    if (!assembled) return std::move(assembled).error();
    return ModelPtr(std::move(assembled->model));
}

Status buildsArchitecture(const std::string& modelType, const std::string& architecture,
                          const std::string& pretrained) {
    FolderConfig config;
    config.modelType = modelType;
    config.architecture = architecture;
    if (auto builder = findBuilder(config, pretrained); !builder) return std::move(builder).error();
    return Done{};
}

}  // namespace mantissa
