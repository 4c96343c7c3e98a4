#include "float_arrays.h"

#include <sched.h>

#include <algorithm>
#include <cstring>
#include <random>

namespace mantissa::bench {
namespace {

constexpr int kRepeats = 7;

cpu_set_t firstOf(const cpu_set_t& cores) {
    cpu_set_t one;
    CPU_ZERO(&one);
    int core = 0;
    while (core < CPU_SETSIZE - 1 && !CPU_ISSET(core, &cores)) ++core;
    CPU_SET(core, &one);
    return one;
}

}  // namespace

FloatArrays::FloatArrays() : oldCores_(sizeof(cpu_set_t)) {
    cpu_set_t cores;
    sched_getaffinity(0, sizeof cores, &cores);
    std::memcpy(oldCores_.data(), &cores, sizeof cores);
    const cpu_set_t one = firstOf(cores);
    sched_setaffinity(0, sizeof one, &one);
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    constexpr std::size_t kPattern = std::size_t{1} << 20;
    for (std::size_t i = 0; i < kPattern; ++i) in[i] = normal(random);
    for (std::size_t i = kPattern; i < kFloatCount; i += kPattern)
        std::copy_n(in.begin(), kPattern, in.begin() + static_cast<std::ptrdiff_t>(i));
}

FloatArrays::~FloatArrays() {
    cpu_set_t cores;
    std::memcpy(&cores, oldCores_.data(), sizeof cores);
    sched_setaffinity(0, sizeof cores, &cores);
}

Figure besideCopy(FloatArrays& arrays, std::string name, double goal, const std::function<void()>& work) {
    const auto copy = [&] { std::memcpy(arrays.out.data(), arrays.in.data(), kFloatCount * sizeof(float)); };
    const PairedTimes times = timePaired(work, copy, kRepeats);
    return {.name = std::move(name),
            .ours = times.ours * 1e3,
            .peer = "copy",
            .theirs = times.theirs * 1e3,
            .unit = "ms",
            .goal = goal};
}

std::vector<Figure> inEveryMode(FloatArrays& arrays, const std::string& name,
                                const std::function<void(const RoundOptions&)>& work) {
    Figure nearest, slowest;
    for (const auto& [rounding, roundingText] : kRoundingNames) {
        const RoundOptions options{.rounding = rounding};
        const Figure figure = besideCopy(arrays, name + " " + std::string(roundingText), 2, [&] { work(options); });
        if (rounding == Rounding::nearestEven)
            nearest = figure;
        else if (slowest.theirs == 0 || figure.ratio() > slowest.ratio())
            slowest = figure;
    }
    return {nearest, slowest};
}

std::vector<Format> formatsToMeasure() {
    std::vector<Format> formats(knownFormats().begin(), knownFormats().end());
    for (const char* custom : {"e6m9", "e9m5", "e11m30", "e4m3b11fnuz", "e5m6nosub"})
        formats.push_back(*findFormat(custom));
    return formats;
}

}  // namespace mantissa::bench
