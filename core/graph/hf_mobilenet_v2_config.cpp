#include "graph/hf_mobilenet_v2_config.h"

#include "graph/config_fields.h"

namespace mantissa {

Result<HfMobileNetV2Config> readHfMobileNetV2Config(const FolderConfig& folder) {
    ConfigFields fields(folder.json, folder.path);
    HfMobileNetV2Config c;
    fields.read("num_channels", c.channels);
    fields.read("depth_multiplier", c.depthMultiplier);
    fields.read("depth_divisible_by", c.depthDivisibleBy);
    fields.read("min_depth", c.minDepth);
    fields.read("expand_ratio", c.expandRatio);
    fields.read("output_stride", c.outputStride);
    fields.read("first_layer_is_expansion", c.firstLayerIsExpansion);
    fields.read("finegrained_output", c.finegrainedOutput);
    fields.read("hidden_act", c.activation);
    fields.read("tf_padding", c.tfPadding);
    fields.read("classifier_dropout_prob", c.classifierDropout);
    fields.read("layer_norm_eps", c.normEps);
    if (fields.problem()) return *fields.problem();
    return c;
}

}  // namespace mantissa
