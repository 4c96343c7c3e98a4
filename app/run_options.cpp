#include "run_options.h"

#include <CLI/CLI.hpp>

#include "format_list.h"
#include "option_words.h"

namespace mantissa::app {

void addThreadsOption(CLI::App& command, int& threads) {
    addNumberOption(command, "--threads", threads, "LibTorch's threads (default: one a core)", 1, 4096);
}

void addRunOptions(CLI::App& command, RunOptions& options) {
    command.add_option("--formats", options.formats, "Formats to run, with commas between")
        ->type_name("NAME,…")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->default_str("fp32,bf16,fp16");
    command.add_option("--reference", options.reference, "The format that the others are compared with")
        ->type_name("NAME")
        ->capture_default_str();
    addWordOption<RunMode>(
        command, "--mode", options.mode,
        {{"auto", RunMode::automatic}, {"native", RunMode::native}, {"emulated", RunMode::emulated}},
        "auto: LibTorch's own kernels, or emulation where it has none; the others: never anything else");
    addWordOption<CastScope>(command, "--scope", options.scope,
                             {{"weights", CastScope::weights},
                              {"activations", CastScope::activations},
                              {"weights+activations", CastScope::weightsAndActivations}},
                             "What is rounded to the format; one alone is emulated");
    addThreadsOption(command, options.threads);
}

Result<ChosenFormats> chosenFormats(const RunOptions& options) {
    auto reference = formatNamed(options.reference);
    if (!reference) return std::move(reference).error();
    auto candidates = formatsNamed(options.formats);
    if (!candidates) return std::move(candidates).error();
    std::erase(*candidates, *reference);
    return ChosenFormats{.reference = *std::move(reference), .candidates = *std::move(candidates)};
}

}  // namespace mantissa::app
