#pragma once

#include <cstdint>
#include <string>

#include "graph/graph.h"
#include "result.h"

namespace mantissa {

class WeightSource;

/// MobileNetV2 for image classification (Sandler et al. 2018, arXiv:1801.04381) as transformers lays it out, with the
/// fields of a Hugging Face `config.json` and its defaults.
struct HfMobileNetV2Config {
    std::int64_t channels = 3;
    double depthMultiplier = 1.0;
    std::int64_t depthDivisibleBy = 8;
    std::int64_t minDepth = 8;
    double expandRatio = 6.0;
    std::int64_t outputStride = 32;  ///< smaller ones dilate the last blocks
    bool firstLayerIsExpansion = true;
    bool finegrainedOutput = true;  ///< 1280 channels at the end also where the multiplier is below 1
    std::string activation = "relu6";
    bool tfPadding = true;  ///< TensorFlow's "SAME": what does not come out even is padded at the end
    double classifierDropout = 0.8;
    double normEps = 0.001;
    std::int64_t classes = 1000;
};

/// Errors are those of buildMobileVit.
Result<Graph> buildHfMobileNetV2(const HfMobileNetV2Config& config, const WeightSource& source);

}  // namespace mantissa
