#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace mantissa {

/// How far a long call has come. `total` is 0 while it is not known.
struct ProgressUpdate {
    std::string stage;  ///< "FP16: layer 61 of 214", "Reading cat.png"
    std::int64_t done = 0;
    std::int64_t total = 0;
};

/// Called from the thread that works; it must return quickly. May be empty.
using Progress = std::function<void(const ProgressUpdate&)>;

}  // namespace mantissa
