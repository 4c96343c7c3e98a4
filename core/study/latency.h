#pragma once

// Private to core/study: includes LibTorch.

#include <ATen/core/Tensor.h>

#include <functional>
#include <stop_token>
#include <vector>

#include "run/executor.h"
#include "study/compare.h"

namespace mantissa {

/// One executor to time, and what came out.
struct TimedExecutor {
    Executor* executor = nullptr;
    std::vector<double> milliseconds{};  ///< one a timed run, in order
};

struct TimingOptions {
    int warmup = 0;  ///< untimed runs of each first
    int runs = 5;
    double timeLimitSeconds = 0;  ///< an executor that has been timed this long is not timed again; 0: no limit
    std::stop_token stop{};
    std::function<void(std::size_t executor, int run)> progress{};  ///< before each run, warm-up included
};

/// Times whole forward passes on `input`. The executors take turns, and each round starts with another, so that a
/// machine that slows down or heats up does so for all of them alike. Errors: those of Executor::run; cancelled leaves
/// the runs timed so far.
Status timeInTurns(std::vector<TimedExecutor>& executors, const at::Tensor& input, const TimingOptions& options);

/// Smallest, median (mean of the middle two where they are two) and largest; none of an empty list.
std::optional<Latency> latencyOf(std::vector<double> milliseconds);

}  // namespace mantissa
