#include <cmath>
#include <filesystem>

#include "bench.h"
#include "bundled.h"
#include "peer.h"

namespace mantissa::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kPictures = 600, kTurns = 3;

/// The bundled pictures over and over, as so many files.
bool makePictures(const fs::path& folder) {
    const auto samples = bundledSamples();
    if (samples.empty()) return false;
    fs::create_directories(folder);
    for (int i = 0; i < kPictures; ++i) {
        const fs::path& sample = samples[static_cast<std::size_t>(i) % samples.size()];
        fs::copy_file(sample, folder / (std::to_string(1000 + i) + sample.extension().string()),
                      fs::copy_options::skip_existing);
    }
    return true;
}

/// Both must have done the same work, else their times compare nothing.
std::string disagreement(const nlohmann::json& ours, const nlohmann::json& theirs) {
    const auto& run = ours.at("runs").at(1);
    if (ours.at("images").at("count") != kPictures || theirs.at("pictures") != kPictures)
        return "the two programs saw different pictures";
    const double a = run.at("agreement").at("value").get<double>(), b = theirs.at("agreement").get<double>();
    if (!(std::abs(a - b) <= 0.02)) return "the two programs disagree about the answers that BF16 keeps";
    const double mine = run.at("mean_abs").at("mean").get<double>(), peers = theirs.at("mean_abs").get<double>();
    if (!(std::abs(mine - peers) <= 0.1 * peers)) return "the two programs disagree about the mean difference";
    return "";
}

Outcome run() {
    if (!hasPeer()) return notMeasured("the Python peer is not set up; use ./bootstrap bench");
    const auto models = bundledModels();
    if (models.empty()) return notMeasured("there is no bundled model");
    const fs::path model = models.front(), pictures = workFolder() / "pictures";
    if (!makePictures(pictures)) return notMeasured("there is no bundled picture");
    const fs::path ours = workFolder() / "evaluate-ours.json", theirs = workFolder() / "evaluate-theirs.json";
    const std::string script = fs::path(MANTISSA_BENCH_SOURCES) / "peer_evaluate.py";
    std::vector<double> mine, peers;
    for (int turn = 0; turn < kTurns; ++turn) {
        if (execute({MANTISSA_PROGRAM, "evaluate", "--model", model, "--images", pictures, "--formats", "fp32,bf16",
                     "--json", "-"},
                    ours) != 0 ||
            execute({peerPython(), script, model, pictures}, theirs) != 0)
            return notMeasured("one of the two programs failed; see its message above");
        if (const auto problem = disagreement(readJson(ours), readJson(theirs)); !problem.empty())
            return notMeasured(problem);
        // Without the start of either program, which a folder of thousands makes small: from the first picture to the
        // last result.
        mine.push_back(readJson(ours).at("seconds").get<double>());
        peers.push_back(readJson(theirs).at("seconds").get<double>());
    }
    Outcome outcome;
    outcome.figures.push_back({.name = "evaluate, bundled MobileViT",
                               .ours = 1000 * median(mine) / kPictures,
                               .peer = "DataLoader and transformers",
                               .theirs = 1000 * median(peers) / kPictures,
                               .unit = "ms",
                               .goal = 1 / 1.5});
    return outcome;
}

}  // namespace

Benchmark evaluateThroughput() {
    return {"evaluate",
            "time a picture of mantissa evaluate (FP32 and BF16, decoding included) against a Python DataLoader and "
            "eager loop",
            run};
}

}  // namespace mantissa::bench
