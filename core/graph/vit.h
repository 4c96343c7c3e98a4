#pragma once

#include <cstdint>
#include <string>

#include "graph/graph.h"
#include "graph/input_size.h"
#include "result.h"

namespace mantissa {

class WeightSource;

/// How a state dict names a block's layers: transformers before version 5 wrote
/// "encoder.layer.0.attention.attention.query", and later ones may write "layers.0.attention.q_proj".
enum class VitNames { nested, flat };

/// What stands on top of the encoder.
enum class VitHead {
    classToken,           ///< a linear layer on the class token
    classAndDistillation  ///< the mean of two, on the class and the distillation token (DeiT's "with teacher")
};

/// Vision Transformer for image classification (Dosovitskiy et al. 2021, arXiv:2010.11929) and DeiT (Touvron et al.
/// 2021, arXiv:2012.12877), which adds a distillation token; with the fields of a Hugging Face `config.json` and its
/// defaults.
struct VitConfig {
    std::string base = "vit";  ///< what every name but the classifier's begins with: "vit" or "deit"
    bool distillationToken = false;
    VitHead head = VitHead::classToken;
    VitNames names = VitNames::nested;
    std::int64_t channels = 3;
    InputSize image{.height = 224, .width = 224};
    InputSize patch{.height = 16, .width = 16};
    std::int64_t hiddenSize = 768;
    std::int64_t layers = 12;
    std::int64_t attentionHeads = 12;
    std::int64_t intermediateSize = 3072;
    std::string activation = "gelu";
    double layerNormEps = 1e-12;
    bool qkvBias = true;
    double hiddenDropout = 0.0;
    double attentionDropout = 0.0;
    std::int64_t classes = 1000;
};

/// Attention is written out step by step (scores, softmax in FP32, context), as transformers' "eager" implementation
/// computes it, and not as its default, one fused operator: every step can so be measured and rounded, and takes part
/// in the model's format. The two agree within rounding. Errors are those of buildMobileVit.
Result<Graph> buildVit(const VitConfig& config, const WeightSource& source);

}  // namespace mantissa
