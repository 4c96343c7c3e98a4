#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "bench.h"
#include "bundled.h"

extern char** environ;

namespace mantissa::bench {
namespace {

namespace fs = std::filesystem;

const fs::path kWork = MANTISSA_BENCH_WORK;
const fs::path kPython = kWork / "python" / "bin" / "python";

/// Runs a program with its standard output in `output`; its exit code.
int execute(const std::vector<std::string>& command, const fs::path& output) {
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    pid_t child = 0;
    const int error = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) return 127;
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

nlohmann::json readJson(const fs::path& path) {
    std::ifstream in(path);
    return nlohmann::json::parse(in);
}

/// Both must have done the same work, else their times compare nothing. A grey level here or there in the resized picture
/// moves a logit by some hundredths at most.
std::string disagreement(const nlohmann::json& ours, const nlohmann::json& theirs) {
    const auto& a = ours.at("runs").at(0).at("logits");
    const auto& b = theirs.at("logits").at("fp32");
    if (a.size() != b.size()) return "the two programs give different numbers of logits";
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::abs(a[i].get<double>() - b[i].get<double>()) < 0.03))
            return "the two programs disagree about logit " + std::to_string(i);
    return "";
}

Outcome notMeasured(std::string why) { return {.figures = {}, .skipped = std::move(why)}; }

Outcome run() {
    if (!fs::exists(kPython)) return notMeasured("the Python peer is not set up; use ./bootstrap bench");
    const auto samples = bundledSamples();
    if (samples.empty()) return notMeasured("there is no bundled picture");
    const std::string script = fs::path(MANTISSA_BENCH_SOURCES) / "peer_compare.py";
    const fs::path model = kWork / "mobilevit-xxs", ours = kWork / "ours.json", theirs = kWork / "theirs.json";
    if (!fs::exists(model / "model.safetensors") && execute({kPython, script, "--make", model}, kWork / "make.log") != 0)
        return notMeasured("the peer's model was not written; see its message above");

    const std::vector<std::string> ourCommand{
        MANTISSA_PROGRAM, "compare", "--model", model, "--image", samples.front(), "--formats", "fp32,bf16", "--json", "-"};
    const std::vector<std::string> theirCommand{kPython, script, "--compare", model, samples.front()};
    int failures = 0;
    const auto times = timePaired([&] { failures += execute(ourCommand, ours) != 0; },
                                  [&] { failures += execute(theirCommand, theirs) != 0; }, 5);
    if (failures > 0) return notMeasured("one of the two programs failed; see its message above");
    if (const auto problem = disagreement(readJson(ours), readJson(theirs)); !problem.empty()) return notMeasured(problem);
    Outcome outcome;
    outcome.figures.push_back({.name = "compare, MobileViT xx-small",
                               .ours = times.ours,
                               .peer = "the same in Python with transformers",
                               .theirs = times.theirs,
                               .unit = "s",
                               .goal = 0.25});
    return outcome;
}

}  // namespace

Benchmark compareWallTime() {
    return {"compare", "wall time of mantissa compare (FP32 and BF16) against the same in Python with transformers", run};
}

}  // namespace mantissa::bench
