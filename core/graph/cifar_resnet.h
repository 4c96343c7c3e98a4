#pragma once

#include <array>
#include <cstdint>

#include "graph/graph.h"
#include "result.h"
#include "storage/checkpoint.h"

namespace mantissa {

class WeightSource;

/// How a CIFAR ResNet's skip connection changes its size (He et al. 2016, arXiv:1512.03385, section 3.3).
enum class CifarShortcut {
    padded,    ///< A: every second row and column, zeros for the new channels; no weights
    projected  ///< B: a 1 × 1 convolution and batch normalisation, `shortcut.0` and `shortcut.1`
};

/// The residual networks for 32 × 32 pictures of He et al. 2016, section 4.2, named as the usual PyTorch programs name
/// them: conv1, bn1, layer1 … layer3 of basic blocks, linear. Depth is 6n + 2 for n blocks a stage.
struct CifarResNetSizes {
    std::int64_t stem = 16;
    std::array<std::int64_t, 3> blocks{3, 3, 3};
    std::array<std::int64_t, 3> channels{16, 32, 64};
    CifarShortcut shortcut = CifarShortcut::padded;
    std::int64_t classes = 10;

    std::int64_t depth() const { return 2 * (blocks[0] + blocks[1] + blocks[2]) + 2; }
};

bool looksLikeCifarResNet(const Checkpoint& checkpoint);

/// The sizes that the tensors' shapes say. Errors name the tensor that does not fit.
Result<CifarResNetSizes> cifarResNetSizes(const Checkpoint& checkpoint);

/// Errors: those of GraphBuilder::finish, and channels that a padded shortcut cannot reach.
Result<Graph> buildCifarResNet(const CifarResNetSizes& sizes, const WeightSource& source);

}  // namespace mantissa
