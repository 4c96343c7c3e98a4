#pragma once

#include <filesystem>
#include <vector>

namespace mantissa::ui {

/// The window, until it is closed: opens `files` (models and pictures, told apart by content) and the bundled ones for
/// what they lack. Makes the QApplication itself. Gives the process' exit code.
int runWindow(int argc, char** argv, const std::vector<std::filesystem::path>& files);

}  // namespace mantissa::ui
