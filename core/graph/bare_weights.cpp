#include "graph/bare_weights.h"

#include <array>

#include "graph/builder.h"
#include "graph/cifar_resnet.h"
#include "graph/guessed_input.h"
#include "graph/simple_cnn.h"
#include "graph/squeezenet.h"
#include "graph/torchvision_mobilenet_v2.h"
#include "graph/torchvision_resnet.h"
#include "image/preprocessing_note.h"
#include "storage/checkpoint.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;

struct Recognised {
    std::string name;
    Graph graph;
    Preprocessing preprocessing;
};

Result<Recognised> finish(std::string name, Result<Graph> graph, const Preprocessing& input) {
    if (!graph) return std::move(graph).error();
    return Recognised{.name = std::move(name), .graph = *std::move(graph), .preprocessing = input};
}

Result<Recognised> openSimpleCnn(const Checkpoint& c) {
    auto sizes = simpleCnnSizes(c);
    if (!sizes) return std::move(sizes).error();
    Preprocessing input;
    input.resizeHeight = static_cast<int>(sizes->input.height);
    input.resizeWidth = static_cast<int>(sizes->input.width);
    return finish("SimpleCNN", buildSimpleCnn(*sizes, WeightSource::fromCheckpoint(c)), input);
}

Result<Recognised> openCifarResNet(const Checkpoint& c) {
    auto sizes = cifarResNetSizes(c);
    if (!sizes) return std::move(sizes).error();
    Preprocessing input = guessedCifarInput();
    // The program that made padded shortcuts popular in PyTorch trains on CIFAR-10 with ImageNet's mean and deviation.
    if (sizes->shortcut == CifarShortcut::padded) normalizeAsImageNet(input);
    return finish("CIFAR ResNet-" + std::to_string(sizes->depth()),
                  buildCifarResNet(*sizes, WeightSource::fromCheckpoint(c)), input);
}

Result<Recognised> openResNet(const Checkpoint& c) {
    auto sizes = resNetSizes(c);
    if (!sizes) return std::move(sizes).error();
    return finish(sizes->name(), buildResNet(*sizes, WeightSource::fromCheckpoint(c)), guessedImageNetInput());
}

Result<Recognised> openMobileNetV2(const Checkpoint& c) {
    auto sizes = mobileNetV2Sizes(c);
    if (!sizes) return std::move(sizes).error();
    return finish("MobileNetV2", buildMobileNetV2(*sizes, WeightSource::fromCheckpoint(c)), guessedImageNetInput());
}

Result<Recognised> openSqueezeNet(const Checkpoint& c) {
    auto sizes = squeezeNetSizes(c);
    if (!sizes) return std::move(sizes).error();
    return finish(sizes->name(), buildSqueezeNet(*sizes, WeightSource::fromCheckpoint(c)), guessedImageNetInput());
}

struct Architecture {
    bool (*looksLike)(const Checkpoint&);
    Result<Recognised> (*open)(const Checkpoint&);
};

constexpr std::array kRecognised{
    Architecture{&looksLikeSimpleCnn, &openSimpleCnn},   Architecture{&looksLikeCifarResNet, &openCifarResNet},
    Architecture{&looksLikeResNet, &openResNet},         Architecture{&looksLikeMobileNetV2, &openMobileNetV2},
    Architecture{&looksLikeSqueezeNet, &openSqueezeNet},
};

Error notRecognised(const Checkpoint& c) {
    std::error_code error;
    const fs::path folder = c.path.has_parent_path() ? c.path.parent_path() : fs::path(".");
    const bool hasConfig = fs::exists(folder / "config.json", error);
    return {
        .code = ErrorCode::unsupported,
        .message = "holds weights alone (tensors: " + std::to_string(c.tensors.size()) +
                   "), of an architecture that Mantissa does not recognise, so they can be inspected but not run. " +
                   (hasConfig ? "Open the folder that it stands in, which has a config.json"
                              : "Open a folder that has their config.json too, or the model exported from PyTorch") +
                   "; mantissa inspect shows the tensors",
        .where = c.path.string()};
}

}  // namespace

Result<ModelPtr> openBareWeights(const fs::path& path, std::string sha256) {
    auto checkpoint = openCheckpoint(path);
    if (!checkpoint) return std::move(checkpoint).error();
    for (const auto& architecture : kRecognised) {
        if (!architecture.looksLike(*checkpoint)) continue;
        auto found = architecture.open(*checkpoint);
        if (!found) {
            if (found.error().where.empty()) found.error().where = path.string();
            return std::move(found).error();
        }
        auto model = std::make_shared<Model>();
        model->path = path;
        model->name = path.filename().string();
        model->sha256 = std::move(sha256);
        model->kind = ModelKind::bareWeights;
        model->architecture = std::move(found->name);
        model->graph = std::move(found->graph);
        model->preprocessing = found->preprocessing;
        if (const auto note = checkpoint->metadata.find("preprocess"); note != checkpoint->metadata.end())
            if (const auto stated = readPreprocessingNote(note->second)) model->preprocessing = *stated;
        return ModelPtr(model);
    }
    return notRecognised(*checkpoint);
}

}  // namespace mantissa
