#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <span>
#include <thread>
#include <vector>

namespace mantissa::test {

/// Calls `agree` for all 2^32 float32 values, in blocks, on every core, until one gives false: every value where
/// MANTISSA_EXHAUSTIVE is set, else every 4093rd. `agree` reports what differs; so many of them may run at once.
inline bool forAllInputs(const std::function<bool(std::span<const float>)>& agree) {
    const std::uint64_t stride = std::getenv("MANTISSA_EXHAUSTIVE") ? 1 : 4093;
    const std::uint64_t total = ((std::uint64_t{1} << 32) + stride - 1) / stride;
    constexpr std::uint64_t kBlock = 1 << 18;
    std::atomic<std::uint64_t> next = 0;
    std::atomic<bool> allAgree = true;
    const auto work = [&] {
        std::vector<float> in;
        while (allAgree) {
            const std::uint64_t start = next.fetch_add(kBlock);
            if (start >= total) return;
            in.resize(std::min(kBlock, total - start));
            for (std::size_t i = 0; i < in.size(); ++i)
                in[i] = std::bit_cast<float>(static_cast<std::uint32_t>((start + i) * stride));
            if (!agree(in)) allAgree = false;
        }
    };
    {
        std::vector<std::jthread> workers;
        for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); ++i) workers.emplace_back(work);
    }
    return allAgree;
}

}  // namespace mantissa::test
