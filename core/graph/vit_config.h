#pragma once

// Private to core: includes nlohmann-json.

#include "graph/folder_config.h"
#include "graph/vit.h"
#include "result.h"
#include "storage/checkpoint.h"

namespace mantissa {

/// ViT's and DeiT's own fields of a config.json; those it does not hold take transformers' defaults. Which names the
/// layers have, the weights say. Types are checked here, sizes by buildVit.
Result<VitConfig> readVitConfig(const FolderConfig& folder, const Checkpoint& weights);

}  // namespace mantissa
