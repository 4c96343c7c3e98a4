#include "core/graph/model_folder.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/run/graph_writer.h"
#include "graph/builder.h"
#include "storage/safetensors_writer.h"

namespace mantissa::test {

using Json = nlohmann::json;

MobileVitConfig tinyMobileVit() {
    MobileVitConfig c;
    c.hiddenSizes = {16, 24, 32};
    c.neckHiddenSizes = {8, 8, 12, 16, 20, 24, 28};
    c.expandRatio = 2;
    c.classes = 5;
    return c;
}

Json configOf(const MobileVitConfig& c) {
    Json labels = Json::object();
    for (std::int64_t i = 0; i < c.classes; ++i) labels[std::to_string(i)] = "label " + std::to_string(i);
    return {{"model_type", "mobilevit"},
            {"architectures", {"MobileViTForImageClassification"}},
            {"patch_size", c.patchSize},
            {"hidden_sizes", c.hiddenSizes},
            {"neck_hidden_sizes", c.neckHiddenSizes},
            {"num_attention_heads", c.attentionHeads},
            {"mlp_ratio", c.mlpRatio},
            {"expand_ratio", c.expandRatio},
            {"hidden_act", c.activation},
            {"conv_kernel_size", c.convKernelSize},
            {"output_stride", c.outputStride},
            {"layer_norm_eps", c.layerNormEps},
            {"qkv_bias", c.qkvBias},
            {"id2label", labels}};
}

Json configOf(const SimpleCnnSizes& sizes) {
    return {{"model_type", "simple_cnn"}, {"image_size", {sizes.input.height, sizes.input.width}}};
}

Checkpoint livelyWeights(const MobileVitConfig& config) {
    const auto graph = buildMobileVit(config, WeightSource::initialised(5));
    if (!graph) throw std::runtime_error(graph.error().text());
    Checkpoint checkpoint{.path = "lively.safetensors", .form = "safetensors", .tensors = recordsOf(*graph)};
    std::uint32_t seed = 100;
    for (auto& record : checkpoint.tensors) {
        if (record.dtype != DType::f32) continue;
        ++seed;
        const bool isVector = record.shape.size() == 1;
        const auto fanIn = static_cast<float>(isVector ? 1 : record.numel() / record.shape[0]);
        if (!isVector)
            record = recordOf(record.name, normal(record.shape, seed, std::sqrt(2 / fanIn)));
        else if (record.name.ends_with("bias") || record.name.ends_with("mean"))
            record = recordOf(record.name, normal(record.shape, seed, 0.1F));
    }
    return checkpoint;
}

std::vector<TensorRecord> recordsOf(const Graph& graph) {
    std::vector<TensorRecord> records;
    for (const auto& weight : graph.weights) records.push_back(weight.tensor);
    return records;
}

TensorRecord floats(const std::string& name, const std::vector<std::int64_t>& shape) {
    TensorRecord record;
    record.name = name;
    record.shape = shape;
    const auto memory = std::make_shared<std::vector<float>>(static_cast<std::size_t>(record.numel()));
    for (std::size_t i = 0; i < memory->size(); ++i) (*memory)[i] = static_cast<float>(i + 1) / 1000;
    record.bytes = std::as_bytes(std::span(*memory));
    record.owner = memory;
    return record;
}

TensorRecord& ModelFolder::tensor(const std::string& name) {
    const auto found = std::find_if(tensors.begin(), tensors.end(), [&](const auto& t) { return t.name == name; });
    if (found == tensors.end()) throw std::runtime_error("no tensor " + name);
    return *found;
}

void ModelFolder::drop(const std::string& name) {
    tensor(name);
    std::erase_if(tensors, [&](const auto& t) { return t.name == name; });
}

void ModelFolder::writeConfig() const { files.write("config.json", config.dump()); }

void ModelFolder::writeWeights(const std::string& name) const {
    if (auto status = writeSafetensors(files.path() / name, tensors); !status)
        throw std::runtime_error(status.error().text());
}

Result<ModelPtr> ModelFolder::open() const {
    writeConfig();
    writeWeights();
    return openModel(files.path());
}

namespace {

std::unique_ptr<ModelFolder> folderOf(Json config, std::vector<TensorRecord> tensors) {
    auto folder = std::make_unique<ModelFolder>();
    folder->config = std::move(config);
    folder->tensors = std::move(tensors);
    return folder;
}

}  // namespace

std::unique_ptr<ModelFolder> mobileVitFolder() {
    return folderOf(configOf(tinyMobileVit()), livelyWeights(tinyMobileVit()).tensors);
}

std::unique_ptr<ModelFolder> simpleCnnFolder() {
    const SimpleCnnSizes sizes{
        .input = {.height = 16, .width = 16}, .conv1Channels = 4, .conv2Channels = 6, .classes = 3};
    const auto graph = buildSimpleCnn(sizes, WeightSource::initialised(6));
    if (!graph) throw std::runtime_error(graph.error().text());
    return folderOf(configOf(sizes), recordsOf(*graph));
}

}  // namespace mantissa::test
