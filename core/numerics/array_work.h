#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>
#include <vector>

// Private to numerics: how loops over arrays are compiled and shared out among threads.

// A function so marked is compiled for several instruction sets, and the best is chosen when the program starts.
// Sanitizers do not get along with the resolvers that choose among the clones before main.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define MANTISSA_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), noinline))
#else
#define MANTISSA_CLONES
#endif

/// `make(mode, argument)` for each rounding mode but nearestEven, which has kernels that the others have not.
#define MANTISSA_OTHER_ROUNDINGS(make, argument)                                                   \
    make(nearestAway, argument) make(towardZero, argument) make(up, argument) make(down, argument) \
        make(toOdd, argument) make(stochastic, argument)

namespace mantissa {

/// Calls `work(begin, count)` for consecutive shares of `size` units of `elements` each, on threads of its own where
/// that pays; returns when all are done. `work` must not throw.
template <class Work>
void inShares(std::size_t size, std::size_t elements, const Work& work) {
    // Below this a thread costs more than it saves.
    constexpr std::size_t kWorthAThread = std::size_t{1} << 20;
    const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
    const std::size_t threads = std::min(cores, std::max<std::size_t>(1, size * elements / kWorthAThread));
    const std::size_t share = (size + threads - 1) / threads;
    std::vector<std::jthread> others;
    for (std::size_t t = 1; t < threads; ++t) {
        const std::size_t begin = std::min(size, t * share);
        others.emplace_back([&work, begin, count = std::min(size - begin, share)] { work(begin, count); });
    }
    work(std::size_t{0}, std::min(size, share));
}

}  // namespace mantissa
