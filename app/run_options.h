#pragma once

#include <string>
#include <vector>

#include "numerics/format.h"
#include "result.h"
#include "study/compare.h"

namespace CLI {
class App;
}

namespace mantissa::app {

/// How a model runs in several formats: the same for a picture and for a folder of them.
struct RunOptions {
    std::vector<std::string> formats{"fp32", "bf16", "fp16"};
    std::string reference = "fp32";
    RunMode mode = RunMode::automatic;
    CastScope scope = CastScope::weightsAndActivations;
    int threads = 0;
};

/// --formats, --reference, --mode, --scope and --threads.
void addRunOptions(CLI::App& command, RunOptions& options);

/// --threads alone.
void addThreadsOption(CLI::App& command, int& threads);

/// The formats by name; the reference is none of the candidates.
struct ChosenFormats {
    Format reference;
    std::vector<Format> candidates;
};
Result<ChosenFormats> chosenFormats(const RunOptions& options);

}  // namespace mantissa::app
