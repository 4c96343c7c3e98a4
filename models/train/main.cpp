#include <CLI/CLI.hpp>

#include "console.h"
#include "train/commands.h"

/// Trains the bundled models.
int main(int argc, char** argv) {
    int exitCode = mantissa::app::kDone;
    CLI::App app("Trains a classifier on CIFAR-10");
    app.require_subcommand(1);
    mantissa::training::addTrainCommand(app, exitCode);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? mantissa::app::kDone : mantissa::app::kCommandLineAtFault;
    }
    return exitCode;
}
