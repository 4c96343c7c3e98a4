#pragma once

#include <array>
#include <cstdint>

#include "graph/graph.h"
#include "result.h"
#include "storage/checkpoint.h"

namespace mantissa {

class WeightSource;

/// MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381, table 2) as torchvision lays it out: 17 inverted residuals whose
/// strides the table gives and whose channels, which a width multiplier scales, the weights do.
struct MobileNetV2Sizes {
    struct Residual {
        std::int64_t expanded = 0, out = 0;
        bool expands = true;  ///< false: no 1 × 1 convolution before the depthwise one (expansion factor 1)
    };
    std::int64_t stem = 32;
    std::array<Residual, 17> residuals{};
    std::int64_t last = 1280;
    std::int64_t classes = 1000;
};

bool looksLikeMobileNetV2(const Checkpoint& checkpoint);

/// The sizes that the tensors' shapes say. Errors name the tensor that does not fit.
Result<MobileNetV2Sizes> mobileNetV2Sizes(const Checkpoint& checkpoint);

/// Errors: those of GraphBuilder::finish.
Result<Graph> buildMobileNetV2(const MobileNetV2Sizes& sizes, const WeightSource& source);

}  // namespace mantissa
