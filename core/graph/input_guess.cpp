#include "graph/input_guess.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mantissa {

Preprocessing guessPreprocessing(InputSize size, std::optional<std::int64_t> classes) {
    Preprocessing guess;
    guess.resizeHeight = static_cast<int>(size.height);
    guess.resizeWidth = static_cast<int>(size.width);
    constexpr std::array<std::int64_t, 4> kImageNet{1000, 1001, 21841, 21843};
    if (!classes || std::find(kImageNet.begin(), kImageNet.end(), *classes) == kImageNet.end()) return guess;
    guess.normalize = true;
    guess.mean = {0.485, 0.456, 0.406};
    guess.std = {0.229, 0.224, 0.225};
    if (size.height != size.width) return guess;
    // 224 of 256, the share that is kept since AlexNet.
    constexpr double kKept = 0.875;
    guess.resize = ResizeRule::shortestEdge;
    guess.centerCrop = true;
    guess.cropHeight = guess.cropWidth = guess.resizeHeight;
    guess.resizeHeight = guess.resizeWidth = static_cast<int>(std::lround(guess.cropHeight / kKept));
    return guess;
}

}  // namespace mantissa
