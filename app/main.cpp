#include <CLI/CLI.hpp>

#include "commands.h"
#include "console.h"
#include "formats_command.h"

namespace {

/// CLI11's own exit codes (100 and up) say more than a shell needs; a command line at fault is 2.
int exitCodeOf(const CLI::App& app, const CLI::ParseError& error) {
    return app.exit(error) == 0 ? mantissa::app::kDone : mantissa::app::kCommandLineAtFault;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{"Mantissa shows what a number format does to a neural network.", "mantissa"};
    app.set_version_flag("--version", "mantissa " MANTISSA_VERSION);
    int exitCode = mantissa::app::kDone;
    mantissa::app::addFormatsCommand(app, exitCode);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return exitCodeOf(app, error);
    }
    return exitCode;
}
