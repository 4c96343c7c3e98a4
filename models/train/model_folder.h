#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "result.h"
#include "train/catalogue.h"

namespace mantissa::training {

/// A trained model on its way to disk.
struct ModelFolder {
    std::filesystem::path path;  ///< made where it is missing
    const Trainable& architecture;
    const Graph& graph;  ///< with the weights to keep
    std::vector<std::string> classNames;
    std::map<std::string, std::string> metadata;  ///< of model.safetensors
};

/// Writes config.json, preprocessor_config.json and model.safetensors as Hugging Face folders have them, the weights
/// last: a folder without them is seen to be unfinished. Each file is written whole or not at all.
Status writeModelFolder(const ModelFolder& folder);

/// The architecture with the weights of such a folder, to train on from. Errors: no weights there, or other tensors
/// than the architecture has.
Result<Graph> readModelFolder(const Trainable& architecture, const std::filesystem::path& folder);

}  // namespace mantissa::training
