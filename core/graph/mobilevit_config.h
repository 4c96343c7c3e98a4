#pragma once

// Private to core: includes nlohmann-json.

#include "graph/folder_config.h"
#include "graph/mobilevit.h"
#include "result.h"

namespace mantissa {

/// MobileViT's own fields of a config.json; those it does not hold take transformers' defaults. Types and lengths are
/// checked here, sizes by buildMobileVit.
Result<MobileVitConfig> readMobileVitConfig(const FolderConfig& folder);

}  // namespace mantissa
