#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "image/preprocess.h"
#include "result.h"

namespace mantissa {

/// What a user said of a model's input and classes where its file does not, kept beside the model.
struct Sidecar {
    Preprocessing preprocessing;
    std::vector<std::string> labels{};  ///< by class index; empty leaves those of the model

    bool operator==(const Sidecar&) const = default;
};

/// Where it stands: the model's own name and ".json" after it ("vit.pt2.json"), beside the file or folder.
std::filesystem::path sidecarPath(const std::filesystem::path& model);

/// Nothing where there is none, or where a file of that name is something else. openModel applies what it finds.
Result<std::optional<Sidecar>> readSidecar(const std::filesystem::path& model);

/// Writes it whole or not at all. Errors: a folder that cannot be written to, a file of that name that is something
/// else, preprocessing without a fixed input size.
Status writeSidecar(const std::filesystem::path& model, const Sidecar& sidecar);

/// Back to what the model's own file says. No error where there is none.
Status removeSidecar(const std::filesystem::path& model);

}  // namespace mantissa
