#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "result.h"

namespace mantissa {

class WeightSource;

/// ResNet for image classification (He et al. 2016, arXiv:1512.03385) as transformers lays it out, with the fields of a
/// Hugging Face `config.json` and its defaults, which are those of ResNet-50.
struct HfResNetConfig {
    std::int64_t channels = 3;
    std::int64_t embeddingSize = 64;
    std::vector<std::int64_t> hiddenSizes{256, 512, 1024, 2048};
    std::vector<std::int64_t> depths{3, 4, 6, 3};
    std::string layerType = "bottleneck";  ///< or "basic"
    std::string activation = "relu";
    bool downsampleInFirstStage = false;
    bool downsampleInBottleneck = false;  ///< the stride in the first 1 × 1 convolution, not in the 3 × 3 one
    std::int64_t classes = 1000;
};

/// Errors are those of buildMobileVit.
Result<Graph> buildHfResNet(const HfResNetConfig& config, const WeightSource& source);

}  // namespace mantissa
