#pragma once

#include <string>

namespace mantissa::app {

/// What `--version` prints: Mantissa, the libraries it runs with, and the processor.
std::string versionText();

}  // namespace mantissa::app
