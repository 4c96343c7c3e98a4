#pragma once

namespace CLI {
class App;
}

namespace mantissa::app {

/// Each registers one subcommand; its callback runs it and sets `exitCode`.
void addCompareCommand(CLI::App& app, int& exitCode);

}  // namespace mantissa::app
