#include "graph/guessed_input.h"

namespace mantissa {

void normalizeAsImageNet(Preprocessing& p) {
    p.normalize = true;
    p.mean = {0.485, 0.456, 0.406};
    p.std = {0.229, 0.224, 0.225};
}

Preprocessing guessedImageNetInput() {
    Preprocessing p;
    p.resize = ResizeRule::shortestEdge;
    p.resizeHeight = p.resizeWidth = 256;
    p.centerCrop = true;
    p.cropHeight = p.cropWidth = 224;
    normalizeAsImageNet(p);
    return p;
}

Preprocessing guessedCifarInput() {
    Preprocessing p;
    p.resize = ResizeRule::exact;
    p.resizeHeight = p.resizeWidth = 32;
    p.normalize = true;
    p.mean = {0.4914, 0.4822, 0.4465};
    p.std = {0.2470, 0.2435, 0.2616};
    return p;
}

}  // namespace mantissa
