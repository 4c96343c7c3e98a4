#include <CLI/CLI.hpp>

#include "console.h"
#include "train/commands.h"

/// Trains the bundled models and measures what they get right in every format.
int main(int argc, char** argv) {
    int exitCode = mantissa::app::kDone;
    CLI::App app("Trains a classifier on CIFAR-10 and measures what it gets right in every number format");
    app.require_subcommand(1);
    mantissa::training::addTrainCommand(app, exitCode);
    mantissa::training::addEvaluateCommand(app, exitCode);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? mantissa::app::kDone : mantissa::app::kCommandLineAtFault;
    }
    return exitCode;
}
