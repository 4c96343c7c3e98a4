#pragma once

#include <functional>
#include <string>
#include <vector>

namespace mantissa::bench {

/// One measurement: our figure and a named peer's from the same run. Smaller is better for both.
struct Figure {
    std::string name{};
    double ours = 0;
    std::string peer{};
    double theirs = 0;
    std::string unit{};
    double goal = 1;  ///< holds when ours / theirs ≤ goal

    double ratio() const { return ours / theirs; }
    bool holds() const { return ratio() <= goal; }
};

/// What a benchmark measured, or why it could not.
struct Outcome {
    std::vector<Figure> figures;
    std::string skipped{};  ///< empty, or the reason
};
Outcome notMeasured(std::string why);

struct Benchmark {
    std::string name;
    std::string what;
    std::function<Outcome()> run;
};

/// Median wall time in seconds of `repeats` calls each, taken in turns so that both see the same machine.
struct PairedTimes {
    double ours = 0;
    double theirs = 0;
};
double median(std::vector<double> values);
PairedTimes timePaired(const std::function<void()>& ours, const std::function<void()>& theirs, int repeats);

Benchmark bitClick();
Benchmark compareWallTime();
Benchmark decodingSpeed();
Benchmark encodingSpeed();
Benchmark evaluateThroughput();
Benchmark dotProductSpeed();
Benchmark openExported();
Benchmark roundingSpeed();
Benchmark sensitivitySweep();

}  // namespace mantissa::bench
