#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "commands.h"
#include "console.h"
#include "formats/formats_state.h"
#include "option_words.h"
#include "run_window.h"
#include "version_text.h"

namespace {

namespace fs = std::filesystem;
using namespace mantissa;

/// CLI11's own exit codes (100 and up) say more than a shell needs; a command line at fault is 2.
int exitCodeOf(const CLI::App& app, const CLI::ParseError& error) {
    return app.exit(error) == 0 ? app::kDone : app::kCommandLineAtFault;
}

/// CLI11's help, with a first line that says how the program is called without a command.
class HelpText : public CLI::Formatter {
  public:
    std::string make_usage(const CLI::App* app, std::string name) const override {
        if (app->get_parent()) return CLI::Formatter::make_usage(app, std::move(name));
        return "Usage: mantissa [MODEL] [IMAGE]\n       mantissa COMMAND [OPTIONS]\n";
    }
};

/// One line, with where to read on.
std::string faultText(const CLI::App* app, const CLI::Error& error) {
    std::string command = "mantissa";
    for (auto chosen = app->get_subcommands(); !chosen.empty(); chosen = chosen.front()->get_subcommands())
        command += " " + chosen.front()->get_name();
    // CLI11 lists the words it did not take last word first.
    const bool unexpected = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
    std::string what = unexpected ? app::unexpectedWords(*app) : error.what();
    std::replace(what.begin(), what.end(), '\n', ' ');
    return "mantissa: " + what + (what.ends_with('?') ? " See " : "; see ") + command + " --help\n";
}

int openWindow(int argc, char** argv, const std::vector<std::string>& names) {
    std::vector<fs::path> files;
    std::optional<ui::FormatsState> formats;
    for (const auto& name : names) {
        if (ui::isStateText(name)) {
            const auto state = ui::parseState(name);
            if (!state) return app::fail(state.error());
            formats = *state;
            continue;
        }
        std::error_code error;
        if (!fs::exists(name, error)) {
            // A word alone was more likely meant as a command.
            const bool word = name.find_first_of("./") == std::string::npos;
            return app::fail({.code = word ? ErrorCode::invalidArgument : ErrorCode::unreadable,
                              .message = word ? "is neither a command nor a file; see mantissa --help"
                                              : "there is no such file or folder",
                              .where = name});
        }
        files.emplace_back(name);
    }
    return ui::runWindow(argc, argv, files, formats);
}

int run(int argc, char** argv) {
    CLI::App app{"Mantissa shows what a number format does to a neural network. Without a command it opens its window.",
                 "mantissa"};
    app.formatter(std::make_shared<HelpText>());
    std::vector<std::string> files;
    app.add_option(
           "files", files,
           "A model (file or Hugging Face folder) and a picture to open in the window, told apart by what they hold")
        ->type_name("")
        ->expected(0, 2);
    app.set_version_flag("--version", app::versionText, "Versions, and what of the processor is used");
    app.failure_message(faultText);
    app.require_subcommand(0, 1);
    int exitCode = app::kDone;
    app::addCompareCommand(app, exitCode);
    app::addDotCommand(app, exitCode);
    app::addEvaluateCommand(app, exitCode);
    app::addFormatsCommand(app, exitCode);
    app::addInspectCommand(app, exitCode);
    app::addLayersCommand(app, exitCode);
    app::addModelsCommand(app, exitCode);
    app::refuseEmptyWords(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return exitCodeOf(app, error);
    }
    return app.get_subcommands().empty() ? openWindow(argc, argv, files) : exitCode;
}

}  // namespace

int main(int argc, char** argv) {
    const int exitCode = run(argc, argv);
    // LibTorch takes as long as a small comparison to unregister its operators, and nothing is left to be done.
    std::cout.flush();
    std::_Exit(exitCode);
}
