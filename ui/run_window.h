#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "formats/formats_state.h"

namespace mantissa::ui {

/// The window, until it is closed: opens `files` (models and pictures, told apart by content) and the bundled ones for
/// what they lack. With a state of the Formats page it begins there. Makes the QApplication itself. Gives the process'
/// exit code.
int runWindow(int argc, char** argv, const std::vector<std::filesystem::path>& files,
              const std::optional<FormatsState>& formats = {});

}  // namespace mantissa::ui
