#include "study/latency.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace mantissa {
namespace {

/// Whole forward passes of one executor, in ms. The output is freed outside the clock.
Result<double> timeOnce(Executor& executor, const at::Tensor& input, const std::stop_token& stop) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    auto output = executor.run(input, {.stop = stop});
    const double elapsed = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    if (!output) return std::move(output).error();
    return elapsed;
}

}  // namespace

Status timeInTurns(std::vector<TimedExecutor>& executors, const at::Tensor& input, const TimingOptions& options) {
    const auto enough = [&](const TimedExecutor& timed) {
        if (timed.milliseconds.empty() || options.timeLimitSeconds <= 0) return false;
        return std::accumulate(timed.milliseconds.begin(), timed.milliseconds.end(), 0.0) >=
               options.timeLimitSeconds * 1000;
    };
    const int rounds = std::max(options.warmup, 0) + std::max(options.runs, 0);
    for (int round = 0; round < rounds; ++round)
        for (std::size_t turn = 0; turn < executors.size(); ++turn) {
            const std::size_t index = (turn + static_cast<std::size_t>(round)) % executors.size();
            TimedExecutor& timed = executors[index];
            if (enough(timed)) continue;
            if (options.progress) options.progress(index, round);
            auto elapsed = timeOnce(*timed.executor, input, options.stop);
            if (!elapsed) return std::move(elapsed).error();
            if (round >= options.warmup) timed.milliseconds.push_back(*elapsed);
        }
    return Done{};
}

std::optional<Latency> latencyOf(std::vector<double> milliseconds) {
    if (milliseconds.empty()) return std::nullopt;
    std::sort(milliseconds.begin(), milliseconds.end());
    const std::size_t n = milliseconds.size();
    return Latency{.min = milliseconds.front(),
                   .median = (milliseconds[(n - 1) / 2] + milliseconds[n / 2]) / 2,
                   .max = milliseconds.back(),
                   .runs = static_cast<int>(n)};
}

}  // namespace mantissa
