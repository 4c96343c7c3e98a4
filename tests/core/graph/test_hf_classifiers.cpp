#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/relu6.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/graph/model_folder.h"
#include "core/graph/observed_run.h"
#include "core/graph/state_dict_net.h"
#include "core/run/graph_writer.h"
#include "graph/builder.h"
#include "graph/hf_mobilenet_v2.h"
#include "graph/hf_resnet.h"
#include "graph/model.h"
#include "graph/vit.h"

// Hugging Face folders of ViT, DeiT, ResNet and MobileNetV2 against the same networks written with LibTorch's
// functions.

namespace {

using namespace mantissa;
using namespace mantissa::test;
using Json = nlohmann::json;

std::unique_ptr<ModelFolder> folderOf(Json config, const Result<Graph>& graph) {
    if (!graph) throw std::runtime_error(graph.error().text());
    auto folder = std::make_unique<ModelFolder>();
    folder->config = std::move(config);
    folder->tensors = lively(recordsOf(*graph));
    return folder;
}

at::Tensor logitsOf(const Result<ModelPtr>& model, const at::Tensor& x) {
    if (!model) throw std::runtime_error(model.error().text());
    return observe((*model)->graph, x).logits;
}

// ViT and DeiT
// -------------------------------------------------------------------------------------------------------------

VitConfig tinyVit() {
    return {.image = {.height = 16, .width = 24},
            .patch = {.height = 8, .width = 8},
            .hiddenSize = 12,
            .layers = 2,
            .attentionHeads = 3,
            .intermediateSize = 20,
            .layerNormEps = 1e-3,
            .classes = 4};
}

std::unique_ptr<ModelFolder> vitFolder(const VitConfig& c) {
    const bool teacher = c.head == VitHead::classAndDistillation;
    const Json config{{"model_type", c.base},
                      {"architectures", Json::array({std::string(c.distillationToken ? "DeiT" : "ViT") +
                                                     "ForImageClassification" + (teacher ? "WithTeacher" : "")})},
                      {"image_size", {c.image.height, c.image.width}},
                      {"patch_size", c.patch.height},
                      {"hidden_size", c.hiddenSize},
                      {"num_hidden_layers", c.layers},
                      {"num_attention_heads", c.attentionHeads},
                      {"intermediate_size", c.intermediateSize},
                      {"layer_norm_eps", c.layerNormEps},
                      {"qkv_bias", c.qkvBias}};
    return folderOf(config, buildVit(c, WeightSource::initialised(3)));
}

at::Tensor runVit(const StateDictNet& net, const at::Tensor& pixels, const VitConfig& c) {
    const std::string base = c.base + ".";
    at::Tensor x = net.conv(pixels, base + "embeddings.patch_embeddings.projection", {.stride = c.patch.height});
    x = x.flatten(2).transpose(1, 2);
    std::vector<at::Tensor> parts{net.tensor(base + "embeddings.cls_token").expand({x.size(0), -1, -1})};
    if (c.distillationToken)
        parts.push_back(net.tensor(base + "embeddings.distillation_token").expand({x.size(0), -1, -1}));
    parts.push_back(x);
    x = at::cat(parts, 1).add(net.tensor(base + "embeddings.position_embeddings"));
    for (std::int64_t i = 0; i < c.layers; ++i) {
        const bool nested = c.names == VitNames::nested;
        const std::string b = base + (nested ? "encoder.layer." : "layers.") + std::to_string(i) + ".";
        const std::string a = b + (nested ? "attention.attention." : "attention.");
        const StateDictNet::AttentionNames names{a + (nested ? "query" : "q_proj"), a + (nested ? "key" : "k_proj"),
                                                 a + (nested ? "value" : "v_proj"),
                                                 b + (nested ? "attention.output.dense" : "attention.o_proj")};
        x = net.attention(net.layerNorm(x, b + "layernorm_before", c.layerNormEps), names, c.attentionHeads).add(x);
        at::Tensor y = net.layerNorm(x, b + "layernorm_after", c.layerNormEps);
        y = at::gelu(net.linear(y, b + (nested ? "intermediate.dense" : "mlp.fc1")));
        x = net.linear(y, b + (nested ? "output.dense" : "mlp.fc2")).add(x);
    }
    x = net.layerNorm(x, base + "layernorm", c.layerNormEps);
    if (c.head == VitHead::classToken) return net.linear(x.select(1, 0), "classifier");
    return net.linear(x.select(1, 0), "cls_classifier")
        .add(net.linear(x.select(1, 1), "distillation_classifier"))
        .div(2);
}

class Vit : public testing::TestWithParam<std::pair<std::string, VitConfig>> {};

TEST_P(Vit, ComputesWhatTheArchitectureDoes) {
    const VitConfig& c = GetParam().second;
    const auto folder = vitFolder(c);
    const at::Tensor x = normal({2, 3, 16, 24}, 5);
    const at::Tensor wanted = runVit(StateDictNet(folder->tensors), x, c);
    EXPECT_GT(wanted[0].sub(wanted[1]).abs().max().item<float>(), 1e-3F) << "depends on the picture";
    const auto model = folder->open();
    EXPECT_TRUE(sameBits(logitsOf(model, x), wanted));
    EXPECT_EQ((*model)->preprocessing.inputWidth(), 24);
    EXPECT_FALSE((*model)->preprocessing.fromFile);
    // What other heads of the same network leave behind.
    folder->tensors.push_back(floats(c.base + ".pooler.dense.weight", {12, 12}));
    folder->tensors.push_back(floats(c.base + ".embeddings.mask_token", {1, 1, 12}));
    EXPECT_TRUE(sameBits(logitsOf(folder->open(), x), wanted));
    folder->tensors.push_back(floats("decoder.weight", {3}));
    EXPECT_FALSE(folder->open());
}

VitConfig changed(const std::function<void(VitConfig&)>& change) {
    VitConfig c = tinyVit();
    change(c);
    return c;
}

void deit(VitConfig& c) {
    c.base = "deit";
    c.distillationToken = true;
}

INSTANTIATE_TEST_SUITE_P(Forms, Vit,
                         testing::Values(std::pair{"vit", tinyVit()},
                                         std::pair{"laterNames", changed([](auto& c) { c.names = VitNames::flat; })},
                                         std::pair{"withoutBias", changed([](auto& c) { c.qkvBias = false; })},
                                         std::pair{"deit", changed([](auto& c) { deit(c); })},
                                         std::pair{"deitWithTeacher", changed([](auto& c) {
                                                       deit(c);
                                                       c.head = VitHead::classAndDistillation;
                                                   })}),
                         [](const auto& p) { return p.param.first; });

TEST(VitFolder, TakesPicturesOfItsOwnSizeAlone) {
    const auto folder = vitFolder(tinyVit());
    folder->files.write("preprocessor_config.json", R"({"size": {"height": 32, "width": 24}})");
    const auto model = folder->open();
    ASSERT_FALSE(model);
    EXPECT_NE(model.error().text().find(
                  "says that pictures have 16 × 24 px, and preprocessor_config.json makes them 32 × 24"),
              std::string::npos)
        << model.error().text();
}

TEST(VitFolder, SizesThatCannotBeAreNamed) {
    for (const auto& [field, value, says] :
         {std::tuple{"hidden_size", Json(0), "hidden_size must lie between 1 and 65536"},
          {"num_hidden_layers", Json(100'000), "num_hidden_layers must lie between 1 and 1024"},
          {"num_attention_heads", Json(5), "num_attention_heads must divide hidden_size"},
          {"patch_size", Json(64), "patch_size must not be larger than image_size"},
          {"patch_size", Json({4, 8}), "patch_size must be the same in height and width"},
          {"num_channels", Json(1), "num_channels must be 3"},
          {"hidden_act", Json("softsign"), "hidden_act “softsign” is not one that Mantissa builds"},
          {"qkv_bias", Json(1), "qkv_bias is not true or false"},
          {"layer_norm_eps", Json(-1), "layer_norm_eps must lie between 0 and 1"}}) {
        const auto folder = vitFolder(tinyVit());
        folder->config[field] = value;
        const auto model = folder->open();
        ASSERT_FALSE(model) << field;
        EXPECT_NE(model.error().text().find(std::string("config.json: ") + says), std::string::npos)
            << model.error().text();
    }
}

// ResNet
// ---------------------------------------------------------------------------------------------------------------

HfResNetConfig tinyResNet() {
    return {.embeddingSize = 4, .hiddenSizes = {8, 12, 16}, .depths = {2, 1, 1}, .classes = 4};
}

at::Tensor runHfResNet(const StateDictNet& net, at::Tensor x, const HfResNetConfig& c) {
    const auto layer = [&](const at::Tensor& in, const std::string& name, StateDictNet::Conv conv) {
        return net.norm(net.conv(in, name + ".convolution", conv), name + ".normalization");
    };
    x = at::relu(layer(x, "resnet.embedder.embedder", {.stride = 2, .padding = 3}));
    x = at::max_pool2d(x, {3, 3}, {2, 2}, {1, 1});
    for (std::size_t stage = 0; stage < c.depths.size(); ++stage)
        for (std::int64_t i = 0; i < c.depths[stage]; ++i) {
            const std::string b =
                "resnet.encoder.stages." + std::to_string(stage) + ".layers." + std::to_string(i) + ".";
            const std::int64_t stride = i == 0 && (stage > 0 || c.downsampleInFirstStage) ? 2 : 1;
            at::Tensor y;
            if (c.layerType == "basic") {
                y = at::relu(layer(x, b + "layer.0", {.stride = stride, .padding = 1}));
                y = layer(y, b + "layer.1", {.padding = 1});
            } else {
                const bool first = c.downsampleInBottleneck;
                y = at::relu(layer(x, b + "layer.0", {.stride = first ? stride : 1}));
                y = at::relu(layer(y, b + "layer.1", {.stride = first ? 1 : stride, .padding = 1}));
                y = layer(y, b + "layer.2", {});
            }
            if (net.has(b + "shortcut.convolution.weight")) x = layer(x, b + "shortcut", {.stride = stride});
            x = at::relu(y.add(x));
        }
    return net.linear(at::adaptive_avg_pool2d(x, {1, 1}).flatten(1), "classifier.1");
}

TEST(HfResNetFolder, ComputesWhatTheArchitectureDoes) {
    for (const bool basic : {false, true})
        for (const bool firstStage : {false, true})
            for (const bool inBottleneck : {false, true}) {
                HfResNetConfig c = tinyResNet();
                c.layerType = basic ? "basic" : "bottleneck";
                c.downsampleInFirstStage = firstStage;
                c.downsampleInBottleneck = inBottleneck;
                const Json config{{"model_type", "resnet"},
                                  {"architectures", {"ResNetForImageClassification"}},
                                  {"embedding_size", 4},
                                  {"hidden_sizes", c.hiddenSizes},
                                  {"depths", c.depths},
                                  {"layer_type", c.layerType},
                                  {"downsample_in_first_stage", firstStage},
                                  {"downsample_in_bottleneck", inBottleneck}};
                const auto folder = folderOf(config, buildHfResNet(c, WeightSource::initialised(3)));
                const at::Tensor x = normal({2, 3, 64, 64}, 5);
                const at::Tensor wanted = runHfResNet(StateDictNet(folder->tensors), x, c);
                EXPECT_GT(wanted[0].sub(wanted[1]).abs().max().item<float>(), 1e-4F);
                EXPECT_TRUE(sameBits(logitsOf(folder->open(), x), wanted)) << c.layerType << firstStage << inBottleneck;
            }
}

TEST(HfResNetFolder, SizesThatCannotBeAreNamed) {
    for (const auto& [field, value, says] :
         {std::tuple{"depths", Json({1, 2}), "depths must be as many as hidden_sizes"},
          {"depths", Json({1, 1, 0}), "depths must lie between 1 and 1024"},
          {"hidden_sizes", Json("8"), "hidden_sizes is no list of up to 64 whole numbers"},
          {"hidden_sizes", Json(std::vector<int>(65, 8)), "hidden_sizes is no list of up to 64 whole numbers"},
          {"hidden_sizes", Json({8, 2, 16}), "hidden_sizes must lie between 4 and 65536"},
          {"layer_type", Json("wide"), "layer_type must be “basic” or “bottleneck”"}}) {
        const auto folder = folderOf(
            {{"model_type", "resnet"}, {"embedding_size", 4}, {"hidden_sizes", {8, 12, 16}}, {"depths", {2, 1, 1}}},
            buildHfResNet(tinyResNet(), WeightSource::initialised(3)));
        folder->config[field] = value;
        const auto model = folder->open();
        ASSERT_FALSE(model) << field;
        EXPECT_NE(model.error().text().find(std::string("config.json: ") + says), std::string::npos)
            << model.error().text();
    }
}

// MobileNetV2
// ----------------------------------------------------------------------------------------------------------

/// TensorFlow's "SAME": as the reference implementation computes it, from the remainder of the size.
at::Tensor tfPadded(const at::Tensor& x, std::int64_t kernel, std::int64_t stride, std::int64_t dilation) {
    std::vector<std::int64_t> pads;
    for (const std::int64_t dim : {3, 2}) {
        const std::int64_t rest = x.size(dim) % stride;
        const std::int64_t all = std::max<std::int64_t>(kernel - (rest == 0 ? stride : rest), 0);
        pads.push_back(all / 2 * dilation);
        pads.push_back((all - all / 2) * dilation);
    }
    return at::constant_pad_nd(x, pads);
}

struct MobileNetRun {
    const StateDictNet& net;
    const HfMobileNetV2Config& c;

    at::Tensor layer(at::Tensor x, const std::string& name, StateDictNet::Conv conv, bool activation = true) const {
        const std::int64_t kernel = net.tensor(name + ".convolution.weight").size(2);
        conv.groups = x.size(1) / net.tensor(name + ".convolution.weight").size(1);
        if (c.tfPadding)
            x = tfPadded(x, kernel, conv.stride, conv.dilation);
        else
            conv.padding = (kernel - 1) / 2 * conv.dilation;
        x = net.norm(net.conv(x, name + ".convolution", conv), name + ".normalization", c.normEps);
        return activation ? at::relu6(x) : x;
    }

    at::Tensor operator()(at::Tensor x) const {
        const std::string stem = "mobilenet_v2.conv_stem.";
        x = layer(x, stem + "first_conv", {.stride = 2});
        if (!c.firstLayerIsExpansion) x = layer(x, stem + "expand_1x1", {});
        x = layer(layer(x, stem + "conv_3x3", {}), stem + "reduce_1x1", {}, false);
        const std::vector<std::int64_t> strides{2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1};
        std::int64_t reached = 2, dilation = 1;
        for (std::size_t i = 0; i < strides.size(); ++i) {
            const std::string b = "mobilenet_v2.layer." + std::to_string(i) + ".";
            StateDictNet::Conv conv{.stride = strides[i]};
            if (reached == c.outputStride) {
                conv = {.stride = 1, .dilation = dilation};
                dilation *= strides[i];
            } else {
                reached *= strides[i];
            }
            const at::Tensor y =
                layer(layer(layer(x, b + "expand_1x1", {}), b + "conv_3x3", conv), b + "reduce_1x1", {}, false);
            x = conv.stride == 1 && x.size(1) == y.size(1) ? x.add(y) : y;
        }
        x = layer(x, "mobilenet_v2.conv_1x1", {});
        return net.linear(at::adaptive_avg_pool2d(x, {1, 1}).flatten(1), "classifier");
    }
};

HfMobileNetV2Config tinyMobileNet() {
    return {.depthMultiplier = 0.1,
            .depthDivisibleBy = 2,
            .minDepth = 4,
            .expandRatio = 2,
            .finegrainedOutput = false,
            .classes = 4};
}

Json configOf(const HfMobileNetV2Config& c) {
    return {{"model_type", "mobilenet_v2"},
            {"architectures", {"MobileNetV2ForImageClassification"}},
            {"depth_multiplier", c.depthMultiplier},
            {"depth_divisible_by", c.depthDivisibleBy},
            {"min_depth", c.minDepth},
            {"expand_ratio", c.expandRatio},
            {"output_stride", c.outputStride},
            {"first_layer_is_expansion", c.firstLayerIsExpansion},
            {"finegrained_output", c.finegrainedOutput},
            {"tf_padding", c.tfPadding}};
}

TEST(HfMobileNetV2Folder, ComputesWhatTheArchitectureDoes) {
    for (const bool tfPadding : {true, false})
        for (const std::int64_t stride : {32, 16, 8})
            for (const std::int64_t side : {64, 65}) {
                HfMobileNetV2Config c = tinyMobileNet();
                c.tfPadding = tfPadding;
                c.outputStride = stride;
                c.firstLayerIsExpansion = stride != 16;
                const auto folder = folderOf(configOf(c), buildHfMobileNetV2(c, WeightSource::initialised(3)));
                const StateDictNet net(folder->tensors);
                const at::Tensor x = normal({2, 3, side, side + 3}, 5);
                const at::Tensor wanted = MobileNetRun{net, c}(x);
                EXPECT_GT(wanted[0].sub(wanted[1]).abs().max().item<float>(), 1e-5F);
                EXPECT_TRUE(sameBits(logitsOf(folder->open(), x), wanted)) << tfPadding << " " << stride << " " << side;
            }
}

TEST(HfMobileNetV2Folder, ChannelsFollowTheMultiplier) {
    const auto shape = [](const Result<Graph>& graph, const std::string& name) {
        for (const auto& w : graph->weights)
            if (w.tensor.name == name) return w.tensor.shape[0];
        return std::int64_t{-1};
    };
    const auto none = WeightSource::described();
    const std::string last = "mobilenet_v2.conv_1x1.convolution.weight";
    std::int64_t parameters = 0;
    const auto whole = buildHfMobileNetV2({.classes = 1001}, none);
    for (const auto& w : whole->weights) parameters += w.isParameter ? w.tensor.numel() : 0;
    EXPECT_EQ(parameters, 3'506'153);  // 3,504,872 with 1000 classes
    EXPECT_EQ(shape(whole, last), 1280);
    const auto small = buildHfMobileNetV2({.depthMultiplier = 0.35}, none);
    EXPECT_EQ(shape(small, last), 1280);
    EXPECT_EQ(shape(small, "mobilenet_v2.conv_stem.first_conv.convolution.weight"), 16);
    EXPECT_EQ(shape(buildHfMobileNetV2({.depthMultiplier = 0.35, .finegrainedOutput = false}, none), last), 448);
    EXPECT_EQ(shape(buildHfMobileNetV2({.depthMultiplier = 1.4}, none), last), 1792);
}

// Other architectures
// -----------------------------------------------------------------------------------------------------

TEST(OtherArchitectures, AreSentToTorchExport) {
    const auto folder = vitFolder(tinyVit());
    folder->config["model_type"] = "swin";
    folder->config["architectures"] = {"SwinForImageClassification"};
    const auto model = folder->open();
    ASSERT_FALSE(model);
    const std::string text = model.error().text();
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    for (const std::string& says :
         {std::string("the architecture SwinForImageClassification is not one that Mantissa builds"),
          "`import torch, transformers; model = transformers.AutoModelForImageClassification.from_pretrained(\"" +
              folder->files.path().string() + "\").eval()`",
          std::string("`torch.export.save(torch.export.export(model, (torch.zeros(1, 3, 16, 24),)), \"model.pt2\")`")})
        EXPECT_NE(text.find(says), std::string::npos) << says << "\n" << text;
}

}  // namespace
