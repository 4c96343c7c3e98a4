#pragma once

namespace CLI {
class App;
}

namespace mantissa::training {

/// Registers `mantissa-train train`; its callback runs it and sets `exitCode`.
void addTrainCommand(CLI::App& app, int& exitCode);

}  // namespace mantissa::training
