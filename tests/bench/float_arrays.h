#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "bench.h"
#include "numerics/rounding.h"

namespace mantissa::bench {

/// 32 Mi floats, 128 MB: beyond every cache but a server's last. Normally distributed.
constexpr std::size_t kFloatCount = std::size_t{1} << 25;

/// Arrays to read and to write, and the process held on one core for as long as they live.
class FloatArrays {
  public:
    FloatArrays();
    ~FloatArrays();

    std::vector<float> in = std::vector<float>(kFloatCount);
    std::vector<float> out = std::vector<float>(kFloatCount);

  private:
    std::vector<std::byte> oldCores_;
};

/// `work` beside a copy of the array from the same run.
Figure besideCopy(FloatArrays& arrays, std::string name, double goal, const std::function<void()>& work);

/// Nearest-even in a format, and the slowest of the other modes. `work` is called with the options.
std::vector<Figure> inEveryMode(FloatArrays& arrays, const std::string& name,
                                const std::function<void(const RoundOptions&)>& work);

/// The known formats and custom ones of each kind that the kernels tell apart.
std::vector<Format> formatsToMeasure();

}  // namespace mantissa::bench
