#include <algorithm>
#include <filesystem>

#include "bench.h"
#include "peer.h"

namespace mantissa::bench {
namespace {

namespace fs = std::filesystem;

/// Each in a process of its own, in turns: what a first opening costs, and how much memory it takes at most. Programs
/// and libraries are loaded before the clock starts, on both sides.
Outcome run() {
    if (!hasPeer()) return notMeasured("the Python peer is not set up; use ./bootstrap bench");
    const fs::path work = workFolder(), model = work / "vit-b16.pt2";
    const std::string script = fs::path(MANTISSA_BENCH_SOURCES) / "peer_open.py";
    const fs::path ours = work / "open-ours.json", theirs = work / "open-theirs.json";
    if (!fs::exists(model) && execute({peerPython(), script, "--make", model}, work / "make.log") != 0)
        return notMeasured("the peer's model was not written; see its message above");
    std::vector<double> ourSeconds, theirSeconds;
    double resident = 0, weights = 0;
    for (int i = 0; i < 5; ++i) {
        if (execute({MANTISSA_OPEN_ONCE, model}, ours) != 0) return notMeasured("Mantissa did not open the model");
        if (execute({peerPython(), script, "--open", model}, theirs) != 0)
            return notMeasured("the peer did not open the model");
        const auto a = readJson(ours), b = readJson(theirs);
        ourSeconds.push_back(a.at("seconds").get<double>());
        theirSeconds.push_back(b.at("seconds").get<double>());
        resident = std::max(resident, a.at("resident").get<double>());
        weights = b.at("weights").get<double>();
    }
    constexpr double kMega = 1e6;
    Outcome outcome;
    outcome.figures.push_back({.name = "open ViT-B/16 .pt2",
                               .ours = median(ourSeconds),
                               .peer = "torch.export.load",
                               .theirs = median(theirSeconds),
                               .unit = "s",
                               .goal = 1});
    outcome.figures.push_back({.name = "most memory while opening it",
                               .ours = resident / kMega,
                               .peer = "its weights",
                               .theirs = weights / kMega,
                               .unit = "MB",
                               .goal = 1.2});
    return outcome;
}

}  // namespace

Benchmark openExported() {
    return {"open", "time and memory to open a 346 MB .pt2 file against torch.export.load", run};
}

}  // namespace mantissa::bench
