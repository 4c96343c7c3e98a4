#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "graph/graph.h"
#include "result.h"
#include "storage/checkpoint.h"

namespace mantissa {

class WeightSource;

/// The ResNets of torchvision (He et al. 2016, arXiv:1512.03385, with the stride in the 3 × 3 convolution), and its
/// ResNeXt (Xie et al. 2017, arXiv:1611.05431) and Wide ResNet (Zagoruyko and Komodakis 2016, arXiv:1605.07146), which
/// differ from them in the width and the groups of a bottleneck's 3 × 3 convolution.
struct ResNetSizes {
    bool bottleneck = false;
    std::int64_t stem = 64;
    std::array<std::int64_t, 4> blocks{2, 2, 2, 2};
    std::array<std::int64_t, 4> widths{64, 128, 256, 512};    ///< channels of the 3 × 3 convolutions
    std::array<std::int64_t, 4> channels{64, 128, 256, 512};  ///< that a stage gives
    std::int64_t groups = 1;                                  ///< of a bottleneck's 3 × 3 convolution
    std::int64_t classes = 1000;

    /// "ResNet-50", "ResNeXt-50 32×4d", "Wide ResNet-50-2".
    std::string name() const;
};

bool looksLikeResNet(const Checkpoint& checkpoint);

/// The sizes that the tensors' shapes say. Errors name the tensor that does not fit.
Result<ResNetSizes> resNetSizes(const Checkpoint& checkpoint);

/// Errors: those of GraphBuilder::finish.
Result<Graph> buildResNet(const ResNetSizes& sizes, const WeightSource& source);

}  // namespace mantissa
