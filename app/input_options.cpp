#include "input_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "bundled.h"
#include "study/model_list.h"
#include "study/tensor_input.h"

namespace mantissa::app {
namespace {

namespace fs = std::filesystem;

Error notBundled(const char* what, const char* option) {
    return {.code = ErrorCode::unreadable,
            .message = std::string("no ") + what + " came with this installation of Mantissa; name one with " + option};
}

/// FILE:NAME, where a file may have a colon in its own name.
Result<TensorInput> openTensor(const std::string& input) {
    std::error_code error;
    const auto colon = input.rfind(':');
    if (colon == std::string::npos || fs::exists(input, error)) return readTensorInput(input, "");
    return readTensorInput(input.substr(0, colon), input.substr(colon + 1));
}

}  // namespace

Result<fs::path> modelPath(const std::string& model) {
    if (model.empty()) {
        const auto models = bundledModels();
        if (models.empty()) return notBundled("model", "--model");
        return models.front();
    }
    std::error_code error;
    if (fs::exists(model, error)) return fs::path(model);
    if (auto named = modelNamed(model)) return *std::move(named);
    std::string message = "there is no such file or folder, and `mantissa models` lists no model of that name";
    // ORG/NAME, as repositories of Hugging Face are called.
    if (std::count(model.begin(), model.end(), '/') == 1 && model.front() != '/' && model.front() != '.' &&
        model.back() != '/')
        message += "; `mantissa models get " + model + "` downloads it where Hugging Face has it";
    return Error{.code = ErrorCode::unreadable, .message = std::move(message), .where = model};
}

void addModelOption(CLI::App& command, std::string& model) {
    command
        .add_option(
            "--model", model,
            "A model file, a Hugging Face folder, or a name that `mantissa models` lists (default: the bundled model)")
        ->type_name("PATH");
}

void addInputOptions(CLI::App& command, InputOptions& options) {
    addModelOption(command, options.model);
    auto* image = command.add_option("--image", options.image, "A picture (default: a bundled one)")->type_name("PATH");
    command
        .add_option("--input", options.input,
                    "Feed a tensor of a safetensors file instead of a picture; NAME[3] picks one of a batch")
        ->type_name("FILE[:NAME]")
        ->excludes(image);
}

Result<ModelPtr> openChosenModel(const std::string& model) {
    auto path = modelPath(model);
    if (!path) return std::move(path).error();
    return openModel(*path);
}

Result<ChosenInput> openChosenInput(const InputOptions& options) {
    ChosenInput chosen;
    if (!options.input.empty()) {
        auto tensor = openTensor(options.input);
        if (!tensor) return std::move(tensor).error();
        chosen.tensor = *std::move(tensor);
        return chosen;
    }
    fs::path picture = options.image;
    if (picture.empty()) {
        const auto samples = bundledSamples();
        if (samples.empty()) return notBundled("picture", "--image");
        picture = samples.front();
    }
    auto image = openImage(picture);
    if (!image) return std::move(image).error();
    chosen.image = *std::move(image);
    return chosen;
}

}  // namespace mantissa::app
