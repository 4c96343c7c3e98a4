#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "numerics/block_output.h"
#include "numerics/format.h"
#include "numerics/rounding.h"

// Private to numerics: the array kernels made ready for a format, so that many short stretches cost no set-up each. One
// may be used by several threads at once.

namespace mantissa::detail {

/// Float32 to the nearest float32 that a format has: bit by bit what roundTo gives.
class ArrayRounder {
  public:
    ArrayRounder(const Format& format, const RoundOptions& options);
    ~ArrayRounder();

    /// `out` has as many elements as `in`, and may be it. Element i counts as `index` + i for stochastic rounding, in
    /// place of the options' index.
    void run(std::span<const float> in, float* out, std::uint64_t index, Stores stores) const;

  private:
    struct State;
    std::unique_ptr<const State> state_;
};

/// Float32 to codes of codeBytes(format) each: bit by bit what encode gives.
class ArrayEncoder {
  public:
    ArrayEncoder(const Format& format, const RoundOptions& options);
    ~ArrayEncoder();

    /// As ArrayRounder::run.
    void run(std::span<const float> in, std::byte* codes, std::uint64_t index, Stores stores) const;

  private:
    struct State;
    std::unique_ptr<const State> state_;
};

/// Codes to float32: bit by bit what decode gives.
class ArrayDecoder {
  public:
    explicit ArrayDecoder(const Format& format);
    ~ArrayDecoder();

    void run(const std::byte* codes, std::span<float> out, Stores stores) const;

  private:
    struct State;
    std::unique_ptr<const State> state_;
};

/// Calls work(begin, count, index) for stretches of at most 2^32 elements that share the upper half of their index, and
/// so the random numbers' key.
template <class Work>
void forEachKey(std::size_t size, std::uint64_t index, const Work& work) {
    for (std::size_t begin = 0; begin < size;) {
        const std::uint64_t untilNextKey = (std::uint64_t{1} << 32) - (index & 0xFFFFFFFFu);
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(size - begin, untilNextKey));
        work(begin, count, index);
        begin += count;
        index += count;
    }
}

/// Asks for what a loop over `elements` will read `ahead` elements from now: the processor's own prefetching falls
/// behind so long a loop body, and asking for the lines ahead halves the time.
template <class Element>
void prefetch(const Element* elements, std::size_t begin, std::size_t count, std::size_t size) {
    constexpr std::size_t kAhead = 2048 / sizeof(Element), kLine = 64 / sizeof(Element);
    const std::size_t end = std::min(size, begin + count + kAhead);
    for (std::size_t i = begin + kAhead; i < end; i += kLine) __builtin_prefetch(elements + i);
}

}  // namespace mantissa::detail
