#include "graph/guessed_input.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mantissa {
namespace {

Preprocessing wholePicture(InputSize size) {
    Preprocessing p;
    p.resize = ResizeRule::exact;
    p.resizeHeight = static_cast<int>(size.height);
    p.resizeWidth = static_cast<int>(size.width);
    return p;
}

}  // namespace

void normalizeAsImageNet(Preprocessing& p) {
    p.normalize = true;
    p.mean = {0.485, 0.456, 0.406};
    p.std = {0.229, 0.224, 0.225};
}

Preprocessing guessedImageNetInput(InputSize size) {
    Preprocessing p = wholePicture(size);
    normalizeAsImageNet(p);
    if (size.height != size.width) return p;
    p.resize = ResizeRule::shortestEdge;
    p.centerCrop = true;
    p.cropHeight = p.cropWidth = static_cast<int>(size.height);
    p.resizeHeight = p.resizeWidth = static_cast<int>(std::lround(static_cast<double>(size.height) * 256 / 224));
    return p;
}

Preprocessing guessedCifarInput() {
    Preprocessing p = wholePicture({.height = 32, .width = 32});
    p.normalize = true;
    p.mean = {0.4914, 0.4822, 0.4465};
    p.std = {0.2470, 0.2435, 0.2616};
    return p;
}

Preprocessing guessedInput(InputSize size, std::optional<std::int64_t> classes) {
    constexpr std::array<std::int64_t, 4> kImageNet{1000, 1001, 21841, 21843};
    const bool known = classes && std::find(kImageNet.begin(), kImageNet.end(), *classes) != kImageNet.end();
    return known ? guessedImageNetInput(size) : wholePicture(size);
}

}  // namespace mantissa
