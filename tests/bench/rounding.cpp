#include "numerics/rounding.h"

#include <algorithm>
#include <cstring>
#include <random>

#include "bench.h"

namespace mantissa::bench {
namespace {

/// 128 MB: beyond every cache but a server's last.
constexpr std::size_t kCount = std::size_t{1} << 25;
/// So few at a time that roundArray does not start threads.
constexpr std::size_t kBlock = std::size_t{1} << 20;

struct Arrays {
    std::vector<float> in = std::vector<float>(kCount);
    std::vector<float> out = std::vector<float>(kCount);

    Arrays() {
        std::mt19937 random(1);
        std::normal_distribution<float> normal;
        for (std::size_t i = 0; i < kBlock; ++i) in[i] = normal(random);
        for (std::size_t i = kBlock; i < kCount; i += kBlock)
            std::copy_n(in.begin(), kBlock, in.begin() + static_cast<std::ptrdiff_t>(i));
    }
};

Figure measured(Arrays& arrays, const Format& format, Rounding rounding) {
    const auto round = [&] {
        RoundOptions options{.rounding = rounding};
        for (std::size_t i = 0; i < kCount; i += kBlock, options.index += kBlock)
            roundArray(format, std::span(arrays.in).subspan(i, kBlock), std::span(arrays.out).subspan(i, kBlock),
                       options);
    };
    const auto copy = [&] { std::memcpy(arrays.out.data(), arrays.in.data(), kCount * sizeof(float)); };
    const PairedTimes times = timePaired(round, copy, 5);
    return {.name = "round " + format.name + " " + std::string(roundingName(rounding)),
            .ours = times.ours * 1e3,
            .peer = "copy",
            .theirs = times.theirs * 1e3,
            .unit = "ms",
            .goal = 2};
}

/// Nearest-even in each format, and the slowest of the other modes.
Outcome roundEveryFormat() {
    Arrays arrays;
    std::vector<Format> formats(knownFormats().begin(), knownFormats().end());
    for (const char* custom : {"e6m9", "e9m5", "e11m30"}) formats.push_back(*findFormat(custom));
    Outcome outcome;
    for (const Format& f : formats) {
        outcome.figures.push_back(measured(arrays, f, Rounding::nearestEven));
        Figure slowest;
        for (const auto& [rounding, name] : kRoundingNames) {
            if (rounding == Rounding::nearestEven) continue;
            const Figure figure = measured(arrays, f, rounding);
            if (slowest.theirs == 0 || figure.ratio() > slowest.ratio()) slowest = figure;
        }
        outcome.figures.push_back(slowest);
    }
    return outcome;
}

}  // namespace

Benchmark roundingSpeed() {
    return {"rounding", "rounds 32 Mi floats to each format on one core, beside copying them", roundEveryFormat};
}

}  // namespace mantissa::bench
