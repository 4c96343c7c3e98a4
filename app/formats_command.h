#pragma once

namespace CLI {
class App;
}

namespace mantissa::app {

/// `mantissa formats`: limits of number formats, and values in them.
void addFormatsCommand(CLI::App& app, int& exitCode);

}  // namespace mantissa::app
