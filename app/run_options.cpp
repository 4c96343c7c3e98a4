#include "run_options.h"

#include <CLI/CLI.hpp>
#include <map>

#include "format_list.h"

namespace mantissa::app {

void addThreadsOption(CLI::App& command, int& threads) {
    command.add_option("--threads", threads, "LibTorch's threads (default: one a core)")
        ->type_name("N")
        ->check(CLI::Range(1, 4096).description(""));
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
    const std::map<std::string, RunMode> modes{
        {"auto", RunMode::automatic}, {"native", RunMode::native}, {"emulated", RunMode::emulated}};
    command
        .add_option("--mode", options.mode,
                    "auto: LibTorch's own kernels, or emulation where it has none; the others: never anything else")
        ->transform(CLI::CheckedTransformer(modes).description(""))
        ->type_name("auto|native|emulated")
        ->default_str("auto");
    const std::map<std::string, CastScope> scopes{{"weights", CastScope::weights},
                                                  {"activations", CastScope::activations},
                                                  {"weights+activations", CastScope::weightsAndActivations}};
    command.add_option("--scope", options.scope, "What is rounded to the format; one alone is emulated")
        ->transform(CLI::CheckedTransformer(scopes).description(""))
        ->type_name("weights|activations|weights+activations")
        ->default_str("weights+activations");
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
