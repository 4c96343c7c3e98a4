#pragma once

#include <string>

#include "study/layers.h"
#include "study/sensitivity.h"

namespace mantissa {

/// The report as JSON, schema "mantissa.layers/1": a list of modules, parents before children, each with the index of
/// its parent. `alone`, of the same question, adds what each layer does alone, and the plan; null leaves them out.
std::string layersJson(const LayersReport& report, const SensitivityReport* alone = nullptr);

/// One row a module. RFC 4180.
std::string layersCsv(const LayersReport& report, const SensitivityReport* alone = nullptr);

}  // namespace mantissa
