#pragma once

#include <string>

#include "study/layers.h"
#include "study/sensitivity.h"

namespace mantissa::app {

/// The report as a table for a terminal: a row a module down to `depth` names, indented as they nest; 0 names: all of
/// them. `alone` adds what each layer does alone, and the plan; null leaves them out.
std::string layersText(const LayersReport& report, const SensitivityReport* alone, int depth);

}  // namespace mantissa::app
