#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "progress.h"
#include "result.h"

namespace mantissa {

enum class ModelSource { bundled, hubCache };

/// A model at hand, without its weights having been read.
struct ListedModel {
    std::string name;  ///< "simple-cnn-cifar10", "apple/mobilevit-small"; what modelNamed finds it by
    ModelSource source = ModelSource::bundled;
    std::string commit;                      ///< of a snapshot in the cache
    std::vector<std::string> refs;           ///< that point to the snapshot: "main"
    std::filesystem::path path;              ///< the folder to open; no copy is needed
    std::string architecture;                ///< as its config.json says; empty where it does not
    std::int64_t bytes = 0;                  ///< of its files, each once
    std::optional<std::int64_t> parameters;  ///< where it runs
    std::optional<Error> problem;            ///< why Mantissa cannot run it
};

/// The bundled models, then those of the Hugging Face cache on this computer (see hubCacheFolder). Error: cancelled.
Result<std::vector<ListedModel>> listModels(std::stop_token stop = {}, const Progress& progress = {});

/// The folder of a model at hand by its name: a bundled one's, or ORG/NAME[@REVISION] of the cache, where REVISION is a
/// ref or the beginning of a commit and the default is what `main` points to, else the only snapshot there is.
std::optional<std::filesystem::path> modelNamed(const std::string& name);

}  // namespace mantissa
