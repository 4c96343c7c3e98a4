#pragma once

#include <string>
#include <vector>

#include "numerics/format.h"
#include "result.h"

namespace mantissa::app {

/// A format by a name typed on the command line. Error: invalidArgument, which says where the names are.
Result<Format> formatNamed(const std::string& name);

/// Several; one named twice counts once.
Result<std::vector<Format>> formatsNamed(const std::vector<std::string>& names);

}  // namespace mantissa::app
