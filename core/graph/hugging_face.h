#pragma once

#include <filesystem>
#include <string>

#include "graph/model.h"
#include "result.h"

namespace mantissa {

/// A Hugging Face folder, read whole: `config.json` (architecture, sizes, labels), `preprocessor_config.json` where there is one, and the
/// weights from `model.safetensors`, a sharded index of it, or `pytorch_model.bin`. Errors name the file and what is missing.
Result<ModelPtr> openHuggingFaceFolder(const std::filesystem::path& folder);

/// The same without the digest of the weights (sha256 stays empty), which takes as long as reading them: for lists.
Result<ModelPtr> describeHuggingFaceFolder(const std::filesystem::path& folder);

/// Whether a folder whose config.json names this model_type and this architecture (which may be empty) would be built. Error:
/// unsupported; its words give Python `pretrained` as the arguments of from_pretrained, "\"apple/mobilevit-small\"".
Status buildsArchitecture(const std::string& modelType, const std::string& architecture, const std::string& pretrained);

}  // namespace mantissa
