#pragma once

#include <string>
#include <vector>

#include "numerics/format.h"
#include "result.h"

namespace mantissa::app {

/// A word of a list with commas between, of which the blanks around it are no part.
std::string withoutBlanks(const std::string& word);

/// A format by a name typed on the command line. Error: invalidArgument, which says where the names are.
Result<Format> formatNamed(const std::string& name);

/// Several; one named twice counts once.
Result<std::vector<Format>> formatsNamed(const std::vector<std::string>& names);

}  // namespace mantissa::app
