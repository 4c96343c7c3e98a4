#include "graph/hf_resnet_config.h"

#include "graph/config_fields.h"

namespace mantissa {

Result<HfResNetConfig> readHfResNetConfig(const FolderConfig& folder) {
    ConfigFields fields(folder.json, folder.path);
    HfResNetConfig c;
    fields.read("num_channels", c.channels);
    fields.read("embedding_size", c.embeddingSize);
    fields.read("hidden_sizes", c.hiddenSizes);
    fields.read("depths", c.depths);
    fields.read("layer_type", c.layerType);
    fields.read("hidden_act", c.activation);
    fields.read("downsample_in_first_stage", c.downsampleInFirstStage);
    fields.read("downsample_in_bottleneck", c.downsampleInBottleneck);
    if (fields.problem()) return *fields.problem();
    return c;
}

}  // namespace mantissa
