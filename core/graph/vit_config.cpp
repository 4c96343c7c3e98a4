#include "graph/vit_config.h"

#include "graph/config_fields.h"

namespace mantissa {

Result<VitConfig> readVitConfig(const FolderConfig& folder, const Checkpoint& weights) {
    ConfigFields fields(folder.json, folder.path);
    VitConfig c;
    c.base = folder.modelType;
    c.distillationToken = folder.modelType == "deit";
    if (folder.architecture == "DeiTForImageClassificationWithTeacher") c.head = VitHead::classAndDistillation;
    if (weights.find(c.base + ".layers.0.layernorm_before.weight")) c.names = VitNames::flat;
    std::optional<InputSize> patch;
    fields.read("num_channels", c.channels);
    fields.read("patch_size", patch);
    fields.read("hidden_size", c.hiddenSize);
    fields.read("num_hidden_layers", c.layers);
    fields.read("num_attention_heads", c.attentionHeads);
    fields.read("intermediate_size", c.intermediateSize);
    fields.read("hidden_act", c.activation);
    fields.read("layer_norm_eps", c.layerNormEps);
    fields.read("qkv_bias", c.qkvBias);
    fields.read("hidden_dropout_prob", c.hiddenDropout);
    fields.read("attention_probs_dropout_prob", c.attentionDropout);
    if (fields.problem()) return *fields.problem();
    c.patch = patch.value_or(c.patch);
    c.image = folder.imageSize.value_or(c.image);
    return c;
}

}  // namespace mantissa
