#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "graph/graph.h"
#include "result.h"

namespace mantissa {

class WeightSource;

/// MobileViT for image classification (Mehta and Rastegari 2022, arXiv:2110.02178), with the fields of a Hugging Face
/// `config.json` and its defaults, which are those of MobileViT-small.
struct MobileVitConfig {
    std::int64_t channels = 3;
    std::int64_t patchSize = 2;
    std::array<std::int64_t, 3> hiddenSizes{144, 192, 240};
    std::array<std::int64_t, 7> neckHiddenSizes{16, 32, 64, 96, 128, 160, 640};
    std::int64_t attentionHeads = 4;
    double mlpRatio = 2.0;
    double expandRatio = 4.0;
    std::string activation = "silu";
    std::int64_t convKernelSize = 3;
    std::int64_t outputStride = 32;  ///< 32, 16 or 8; smaller ones dilate the last stages
    double layerNormEps = 1e-5;
    bool qkvBias = true;
    double hiddenDropout = 0.1;
    double attentionDropout = 0.0;
    double classifierDropout = 0.1;
    std::int64_t classes = 1000;
};

/// Sizes that cannot be built (heads that do not divide a hidden size, unknown activation, absurd numbers) are errors
/// that name the field, without a place: the caller knows the file. Weights that do not fit are those of
/// GraphBuilder::finish.
Result<Graph> buildMobileVit(const MobileVitConfig& config, const WeightSource& source);

}  // namespace mantissa
