#pragma once

// Private to core: includes nlohmann-json.

#include "graph/folder_config.h"
#include "graph/hf_mobilenet_v2.h"
#include "result.h"

namespace mantissa {

/// MobileNetV2's own fields of a config.json; those it does not hold take transformers' defaults. Types are checked
/// here, sizes by buildHfMobileNetV2.
Result<HfMobileNetV2Config> readHfMobileNetV2Config(const FolderConfig& folder);

}  // namespace mantissa
