#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "graph/model.h"
#include "image/image.h"
#include "study/compare.h"

namespace CLI {
class App;
}

namespace mantissa::app {

/// Which model, and what it runs on: the same for every command that takes one picture.
struct InputOptions {
    std::string model, image, input;
};

/// --model, --image and --input.
void addInputOptions(CLI::App& command, InputOptions& options);
/// --model alone, for commands that take their pictures from elsewhere.
void addModelOption(CLI::App& command, std::string& model);

/// The path of a file or folder, or of a model at hand by its name; the bundled one where nothing was named.
Result<std::filesystem::path> modelPath(const std::string& model);
/// What is there, opened.
Result<ModelPtr> openChosenModel(const std::string& model);

/// One of the two is there.
struct ChosenInput {
    std::optional<SourceImage> image;
    std::optional<TensorInput> tensor;
};
/// The tensor that was named, else the picture, else a bundled one.
Result<ChosenInput> openChosenInput(const InputOptions& options);

}  // namespace mantissa::app
