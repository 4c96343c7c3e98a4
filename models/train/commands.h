#pragma once

namespace CLI {
class App;
}

namespace mantissa::training {

/// Each registers one subcommand; its callback runs it and sets `exitCode`.
void addTrainCommand(CLI::App& app, int& exitCode);
void addEvaluateCommand(CLI::App& app, int& exitCode);

}  // namespace mantissa::training
