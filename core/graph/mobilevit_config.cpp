#include "graph/mobilevit_config.h"

#include "graph/config_fields.h"

namespace mantissa {

Result<MobileVitConfig> readMobileVitConfig(const FolderConfig& folder) {
    ConfigFields fields(folder.json, folder.path);
    MobileVitConfig c;
    fields.read("num_channels", c.channels);
    fields.read("patch_size", c.patchSize);
    fields.read("hidden_sizes", c.hiddenSizes);
    fields.read("neck_hidden_sizes", c.neckHiddenSizes);
    fields.read("num_attention_heads", c.attentionHeads);
    fields.read("mlp_ratio", c.mlpRatio);
    fields.read("expand_ratio", c.expandRatio);
    fields.read("hidden_act", c.activation);
    fields.read("conv_kernel_size", c.convKernelSize);
    fields.read("output_stride", c.outputStride);
    fields.read("layer_norm_eps", c.layerNormEps);
    fields.read("qkv_bias", c.qkvBias);
    fields.read("hidden_dropout_prob", c.hiddenDropout);
    fields.read("attention_probs_dropout_prob", c.attentionDropout);
    fields.read("classifier_dropout_prob", c.classifierDropout);
    if (fields.problem()) return *fields.problem();
    c.classes = folder.classes.value_or(2);  // transformers' default
    return c;
}

}  // namespace mantissa
