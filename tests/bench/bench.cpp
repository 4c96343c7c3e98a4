#include "bench.h"

#include <algorithm>
#include <chrono>

namespace mantissa::bench {
namespace {

double seconds(const std::function<void()>& call) {
    const auto start = std::chrono::steady_clock::now();
    call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Outcome notMeasured(std::string why) { return {.figures = {}, .skipped = std::move(why)}; }

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

PairedTimes timePaired(const std::function<void()>& ours, const std::function<void()>& theirs, int repeats) {
    std::vector<double> a, b;
    for (int i = 0; i < repeats; ++i) {
        a.push_back(seconds(ours));
        b.push_back(seconds(theirs));
    }
    return {median(a), median(b)};
}

}  // namespace mantissa::bench
