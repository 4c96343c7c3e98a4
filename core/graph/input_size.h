#pragma once

#include <cstdint>

namespace mantissa {

/// A picture's size, px.
struct InputSize {
    std::int64_t height = 0;
    std::int64_t width = 0;
};

}  // namespace mantissa
