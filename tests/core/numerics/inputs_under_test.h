#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <random>
#include <vector>

#include "numerics/format.h"

namespace mantissa::test {

/// Float32 values at which something may happen: every exponent with fractions at, next to and between all the places
/// that a format may round at; special values; and random bits.
inline std::vector<float> interestingInputs(const Format& f) {
    std::vector<std::uint32_t> fractions{0, 1, 2, 0x7FFFFF, 0x7FFFFE, 0x555555, 0x2AAAAA};
    for (int bit = 0; bit < 23; ++bit)
        for (int offset : {-1, 0, 1})
            fractions.push_back(((1u << bit) + static_cast<std::uint32_t>(offset)) & 0x7FFFFF);
    // Around the last bit kept and the tie below it, with the bits above set and clear.
    for (int keep = 0; keep <= std::min(f.fractionBits, 22); ++keep)
        for (std::uint32_t above : {0u, 1u, 2u, 3u})
            for (int offset : {-1, 0, 1})
                fractions.push_back((((above << 1) | 1u) * (1u << (22 - keep)) + static_cast<std::uint32_t>(offset)) &
                                    0x7FFFFF);
    std::vector<float> inputs;
    for (std::uint32_t field = 0; field < 256; ++field)
        for (std::uint32_t fraction : fractions)
            for (std::uint32_t sign : {0u, 0x80000000u})
                inputs.push_back(std::bit_cast<float>(sign | (field << 23) | fraction));
    std::mt19937 random(1);
    for (int i = 0; i < 20000; ++i) inputs.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
    return inputs;
}

}  // namespace mantissa::test
