#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace mantissa::training {

/// Random numbers that are the same with every compiler (SplitMix64, Steele, Lea and Flood 2014); the standard
/// library's distributions are not. A stream is named by seed and epoch, so that a resumed run needs no saved state.
class Random {
  public:
    Random(std::uint64_t seed, std::uint64_t stream) : state_(mix(seed) ^ mix(~stream)) {}

    double uniform(double low, double high) {
        return low + (high - low) * (static_cast<double>(next() >> 11) * 0x1p-53);
    }

    /// 0 … count − 1, for counts far below 2^53.
    std::size_t below(std::size_t count) {
        return static_cast<std::size_t>(uniform(0, 1) * static_cast<double>(count));
    }

    /// A seed for another generator.
    std::uint64_t seed() { return next(); }

    /// A random order of 0 … count − 1 (Fisher and Yates, Knuth's algorithm P).
    std::vector<std::size_t> permutation(std::size_t count) {
        std::vector<std::size_t> order(count);
        for (std::size_t i = 0; i < count; ++i) order[i] = i;
        for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[below(i)]);
        return order;
    }

  private:
    static std::uint64_t mix(std::uint64_t z) {
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15u); }

    std::uint64_t state_;
};

}  // namespace mantissa::training
