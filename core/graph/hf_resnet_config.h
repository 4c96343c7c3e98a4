#pragma once

// Private to core: includes nlohmann-json.

#include "graph/folder_config.h"
#include "graph/hf_resnet.h"
#include "result.h"

namespace mantissa {

/// ResNet's own fields of a config.json; those it does not hold take transformers' defaults. Types are checked here,
/// sizes by buildHfResNet.
Result<HfResNetConfig> readHfResNetConfig(const FolderConfig& folder);

}  // namespace mantissa
