#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bench.h"
#include "storage/atomic_file.h"

namespace {

using namespace mantissa;
using namespace mantissa::bench;

void print(const Figure& figure) {
    std::printf("%-32s %8.4g %s   %s %.4g %s   ratio %.3f   goal %.3g   %s\n", figure.name.c_str(), figure.ours,
                figure.unit.c_str(), figure.peer.c_str(), figure.theirs, figure.unit.c_str(), figure.ratio(),
                figure.goal, figure.holds() ? "holds" : "MISSED");
    std::fflush(stdout);
}

nlohmann::ordered_json asJson(const Figure& figure) {
    return {{"name", figure.name}, {"ours", figure.ours},     {"peer", figure.peer}, {"theirs", figure.theirs},
            {"unit", figure.unit}, {"ratio", figure.ratio()}, {"goal", figure.goal}, {"holds", figure.holds()}};
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<Benchmark> all{bitClick(),        compareWallTime(), decodingSpeed(),
                                     dotProductSpeed(), encodingSpeed(),   evaluateThroughput(),
                                     openExported(),    roundingSpeed(),   sensitivitySweep()};
    CLI::App app{"Mantissa's benchmarks: each figure beside a peer's from the same run.", "mantissa-bench"};
    std::vector<std::string> names;
    std::string json;
    std::string list;
    for (const auto& benchmark : all) list += "\n  " + benchmark.name + ": " + benchmark.what;
    app.add_option("names", names, "Benchmarks to run (default: all):" + list);
    app.add_option("--json", json, "Write the figures as JSON to this file");
    CLI11_PARSE(app, argc, argv);
    for (const auto& name : names)
        if (std::none_of(all.begin(), all.end(), [&](const Benchmark& b) { return b.name == name; })) {
            std::fprintf(stderr, "mantissa-bench: there is no benchmark %s; see --help\n", name.c_str());
            return 2;
        }
    auto results = nlohmann::ordered_json::array();
    for (const auto& benchmark : all) {
        if (!names.empty() && std::find(names.begin(), names.end(), benchmark.name) == names.end()) continue;
        const Outcome outcome = benchmark.run();
        if (!outcome.skipped.empty())
            std::printf("%-32s not measured: %s\n", benchmark.name.c_str(), outcome.skipped.c_str());
        for (const auto& figure : outcome.figures) {
            print(figure);
            results.push_back(asJson(figure));
        }
    }
    if (json.empty()) return 0;
    const auto status = writeFileAtomically(json, results.dump(2) + "\n");
    if (status) return 0;
    std::fprintf(stderr, "mantissa-bench: %s\n", status.error().text().c_str());
    return 1;
}
