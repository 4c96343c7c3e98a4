#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "bench.h"
#include "bundled.h"
#include "peer.h"

namespace mantissa::bench {
namespace {

namespace fs = std::filesystem;

/// Both must have done the same work, else their times compare nothing. A grey level here or there in the resized
/// picture moves a logit by some hundredths at most.
std::string disagreement(const nlohmann::json& ours, const nlohmann::json& theirs) {
    const auto& a = ours.at("runs").at(0).at("logits");
    const auto& b = theirs.at("logits").at("fp32");
    if (a.size() != b.size()) return "the two programs give different numbers of logits";
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::abs(a[i].get<double>() - b[i].get<double>()) < 0.03))
            return "the two programs disagree about logit " + std::to_string(i);
    return "";
}

Outcome run() {
    if (!hasPeer()) return notMeasured("the Python peer is not set up; use ./bootstrap bench");
    // Trained weights: those of a seed let activations fade away, and the bench would time subnormal numbers.
    const auto samples = bundledSamples(), models = bundledModels();
    if (samples.empty() || models.empty()) return notMeasured("there is no bundled model or picture");
    const std::string script = fs::path(MANTISSA_BENCH_SOURCES) / "peer_compare.py";
    const fs::path model = models.front(), ours = workFolder() / "ours.json", theirs = workFolder() / "theirs.json";

    const std::vector<std::string> ourCommand{MANTISSA_PROGRAM, "compare",   "--model",   model,    "--image",
                                              samples.front(),  "--formats", "fp32,bf16", "--json", "-"};
    const std::vector<std::string> theirCommand{peerPython(), script, model, samples.front()};
    int failures = 0;
    const auto times = timePaired([&] { failures += execute(ourCommand, ours) != 0; },
                                  [&] { failures += execute(theirCommand, theirs) != 0; }, 5);
    if (failures > 0) return notMeasured("one of the two programs failed; see its message above");
    if (const auto problem = disagreement(readJson(ours), readJson(theirs)); !problem.empty())
        return notMeasured(problem);
    Outcome outcome;
    outcome.figures.push_back({.name = "compare, bundled MobileViT",
                               .ours = times.ours,
                               .peer = "the same in Python with transformers",
                               .theirs = times.theirs,
                               .unit = "s",
                               .goal = 0.25});
    return outcome;
}

}  // namespace

Benchmark compareWallTime() {
    return {"compare", "wall time of mantissa compare (FP32 and BF16) against the same in Python with transformers",
            run};
}

}  // namespace mantissa::bench
