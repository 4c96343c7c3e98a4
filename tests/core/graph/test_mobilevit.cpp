#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/upsample_bilinear2d.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

#include "core/graph/model_folder.h"
#include "core/graph/observed_run.h"
#include "core/run/graph_writer.h"
#include "graph/builder.h"
#include "graph/mobilevit.h"
#include "graph/mobilevit_config.h"
#include "graph/model.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

const fs::path kData = fs::path(MANTISSA_TEST_DATA) / "mobilevit";
const std::string kEncoder = "mobilevit.encoder.layer.";

Graph built(const MobileVitConfig& config, const WeightSource& source = WeightSource::initialised(9)) {
    auto graph = buildMobileVit(config, source);
    if (!graph) throw std::runtime_error(graph.error().text());
    return *std::move(graph);
}

Graph lively(const MobileVitConfig& config) {
    const Checkpoint weights = livelyWeights(config);
    return built(config, WeightSource::fromCheckpoint(weights));
}

// The published sizes
// ----------------------------------------------------------------------------------------------------

struct Published {
    std::string name;
    std::string config;
    std::int64_t parameters;
    std::int64_t bytes32;
    std::int64_t bytes16;
};

class PublishedSize : public testing::TestWithParam<Published> {
  protected:
    void SetUp() override {
        if (!fs::exists(kData)) GTEST_SKIP() << "needs the reference data, " << kData;
        const auto folder = readFolderConfig(kData / GetParam().config);
        ASSERT_TRUE(folder) << folder.error().text();
        EXPECT_EQ(folder->modelType, "mobilevit");
        const auto config = readMobileVitConfig(*folder);
        ASSERT_TRUE(config) << config.error().text();
        config_ = *config;
    }

    MobileVitConfig config_;
};

/// "name<tab>type<tab>[shape]" a line.
std::map<std::string, std::string> keysOf(const fs::path& path) {
    std::map<std::string, std::string> keys;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
        std::istringstream fields(line);
        std::string name, dtype, shape;
        std::getline(fields, name, '\t');
        std::getline(fields, dtype, '\t');
        std::getline(fields, shape, '\t');
        keys[name] = dtype + " " + shape;
    }
    return keys;
}

std::map<std::string, std::string> keysOf(const Graph& graph) {
    std::map<std::string, std::string> keys;
    for (const auto& [tensor, value, isParameter, persistent, castable] : graph.weights) {
        std::string shape;
        for (const auto d : tensor.shape) shape += (shape.empty() ? "" : ", ") + std::to_string(d);
        keys[tensor.name] = std::string(tensor.dtype == DType::i64 ? "int64" : "float32") + " [" + shape + "]";
    }
    return keys;
}

TEST_P(PublishedSize, HasTheNamesAndShapesOfTheCheckpoint) {
    const auto keys = keysOf(kData / ("keys_" + GetParam().name + ".txt"));
    ASSERT_EQ(keys.size(), 347U);
    EXPECT_EQ(keysOf(built(config_, WeightSource::described())), keys);
    EXPECT_EQ(keysOf(built(config_)), keys);
}

TEST_P(PublishedSize, CountsAsHuggingFaceDoes) {
    for (const auto& source : {WeightSource::described(), WeightSource::initialised(1)}) {
        Model model;
        model.graph = built(config_, source);
        EXPECT_EQ(model.parameterCount(), GetParam().parameters);
        EXPECT_EQ(model.bytesIn(format("fp32")), GetParam().bytes32);
        EXPECT_EQ(model.bytesIn(format("bf16")), GetParam().bytes16);
        EXPECT_EQ(model.bytesIn(format("fp16")), GetParam().bytes16);
    }
}

// Bytes: floating elements × 4 or × 2, and 32 counters of 8. Those of small stand in the issue; the others follow from
// the key lists.
INSTANTIATE_TEST_SUITE_P(Sizes, PublishedSize,
                         testing::Values(Published{"small", "config_small.json", 5'578'632, 22'363'808, 11'182'032},
                                         Published{"x-small", "config_x-small.json", 2'317'848, 9'305'440, 4'652'848},
                                         Published{"xx-small", "xx-small-seeded/config.json", 1'272'024, 5'104'800,
                                                   2'552'528}),
                         [](const auto& p) {
                             std::string name = p.param.name;
                             std::erase(name, '-');
                             return name;
                         });

// Structure
// --------------------------------------------------------------------------------------------------------------

TEST(MobileVit, LeavesOutTheBiasesThatQkvBiasTurnsOff) {
    MobileVitConfig config = tinyMobileVit();
    const auto with = keysOf(built(config));
    config.qkvBias = false;
    const auto without = keysOf(built(config));
    EXPECT_EQ(with.size() - without.size(), 3U * 9);
    for (const char* part : {"query", "key", "value"}) {
        const std::string layer = kEncoder + "2.transformer.layer.0.attention.attention." + part;
        EXPECT_TRUE(with.contains(layer + ".bias"));
        EXPECT_FALSE(without.contains(layer + ".bias"));
        EXPECT_TRUE(without.contains(layer + ".weight"));
    }
}

TEST(MobileVit, OutputStrideTradesStrideForDilation) {
    const auto convolution = [](const Graph& graph, const std::string& layer) {
        std::map<std::string, std::int64_t> numbers;
        for (const auto& node : graph.nodes) {
            if (node.op != "aten::conv2d" || node.layer != layer + ".convolution") continue;
            for (const auto& [name, value] : node.arguments)
                if (const auto* list = std::get_if<std::vector<IntOrRef>>(&value))
                    numbers[name] = std::get<std::int64_t>(list->at(0));
        }
        return numbers;
    };
    using Numbers = std::map<std::string, std::int64_t>;
    const Numbers halving{{"stride", 2}, {"padding", 1}, {"dilation", 1}},
        keeping{{"stride", 1}, {"padding", 1}, {"dilation", 1}},
        dilated{{"stride", 1}, {"padding", 2}, {"dilation", 2}};
    const std::map<std::int64_t, std::pair<Numbers, Numbers>> expected{
        {32, {halving, halving}}, {16, {halving, keeping}}, {8, {keeping, dilated}}};
    for (const auto& [stride, stages] : expected) {
        MobileVitConfig config = tinyMobileVit();
        config.outputStride = stride;
        const Graph graph = built(config);
        EXPECT_EQ(convolution(graph, kEncoder + "2.downsampling_layer.conv_3x3"), halving);
        EXPECT_EQ(convolution(graph, kEncoder + "3.downsampling_layer.conv_3x3"), stages.first) << stride;
        EXPECT_EQ(convolution(graph, kEncoder + "4.downsampling_layer.conv_3x3"), stages.second) << stride;
        const auto run = observe(graph, normal({1, 3, 64, 96}, 1));
        EXPECT_EQ(run.last("mobilevit.conv_1x1_exp.activation").sizes().vec(),
                  (std::vector<std::int64_t>{1, 28, 64 / stride, 96 / stride}));
    }
}

TEST(MobileVit, UsesTheActivationThatIsNamed) {
    for (const auto& [name, op] :
         {std::pair{"silu", "aten::silu"}, {"swish", "aten::silu"}, {"gelu", "aten::gelu"}, {"relu", "aten::relu"}}) {
        MobileVitConfig config = tinyMobileVit();
        config.activation = name;
        std::size_t found = 0;
        for (const auto& node : built(config).nodes) {
            const bool activation = node.layer.ends_with(".activation") || node.layer.ends_with(".intermediate_act_fn");
            found += activation;
            EXPECT_EQ(node.op == op, activation) << node.layer;
        }
        EXPECT_EQ(found, 25U + 9U);
    }
}

TEST(MobileVit, RoundsExpandedChannelsToMultiplesOfEight) {
    // Fields of the inverted residual: channels times ratio, to the nearest even integer where it is between two, then
    // to the nearest multiple of 8 that is not more than a tenth below.
    for (const auto& [in, ratio, expanded] : {std::tuple{13, 1.5, 24},
                                              {17, 1.5, 24},
                                              {8, 0.25, 8},
                                              {11, 1.0, 16},
                                              {28, 1.0, 32},
                                              {19, 1.0, 24},
                                              {18, 1.0, 24}}) {
        MobileVitConfig config = tinyMobileVit();
        config.neckHiddenSizes[0] = in;
        config.expandRatio = ratio;
        const auto keys = keysOf(built(config, WeightSource::described()));
        EXPECT_EQ(keys.at(kEncoder + "0.layer.0.expand_1x1.convolution.weight"),
                  "float32 [" + std::to_string(expanded) + ", " + std::to_string(in) + ", 1, 1]")
            << in << " × " << ratio;
    }
}

// Attention blocks
// -------------------------------------------------------------------------------------------------------

TEST(MobileVit, UnfoldsPixelsAtTheSamePlaceOfEveryPatchIntoOneSequence) {
    for (const std::int64_t p : {1, 2, 3}) {
        MobileVitConfig config = tinyMobileVit();
        config.patchSize = p;
        // Feature maps of 12 × 18 pixels, which all three sides divide.
        const auto run = observe(lively(config), normal({2, 3, 96, 144}, 4));
        const std::string layer = kEncoder + "2";
        const at::Tensor map = run.last(layer + ".conv_1x1.convolution"),
                         patches = run.last(layer + ".unfolding", "aten::reshape");
        const std::int64_t columns = 18 / p, count = 12 / p * columns, area = p * p;
        ASSERT_EQ(map.sizes().vec(), (std::vector<std::int64_t>{2, 16, 12, 18}));
        ASSERT_EQ(patches.sizes().vec(), (std::vector<std::int64_t>{2 * area, count, 16}));
        const auto from = map.accessor<float, 4>();
        const auto to = patches.contiguous();
        const auto found = to.accessor<float, 3>();
        for (std::int64_t n = 0; n < 2; ++n)
            for (std::int64_t c = 0; c < 16; ++c)
                for (std::int64_t y = 0; y < 12; ++y)
                    for (std::int64_t x = 0; x < 18; ++x)
                        ASSERT_EQ(found[n * area + y % p * p + x % p][y / p * columns + x / p][c], from[n][c][y][x]);
    }
}

TEST(MobileVit, FoldsEveryPixelBackToWhereItWas) {
    MobileVitConfig config = tinyMobileVit();
    config.patchSize = 3;
    const auto run = observe(lively(config), normal({2, 3, 96, 144}, 4));
    const at::Tensor patches = run.last(kEncoder + "2.layernorm").contiguous(),
                     map = run.last(kEncoder + "2.folding", "aten::reshape");
    ASSERT_EQ(map.sizes().vec(), (std::vector<std::int64_t>{2, 16, 12, 18}));
    const auto from = patches.accessor<float, 3>();
    const auto found = map.accessor<float, 4>();
    for (std::int64_t n = 0; n < 2; ++n)
        for (std::int64_t c = 0; c < 16; ++c)
            for (std::int64_t y = 0; y < 12; ++y)
                for (std::int64_t x = 0; x < 18; ++x)
                    ASSERT_EQ(found[n][c][y][x], from[n * 9 + y % 3 * 3 + x % 3][y / 3 * 6 + x / 3][c]);
}

TEST(MobileVit, InterpolatesMapsThatPatchesDoNotDivide) {
    // 75 × 99 pixels make maps of 10 × 13, 5 × 7 and 3 × 4.
    const auto run = observe(lively(tinyMobileVit()), normal({1, 3, 75, 99}, 4));
    const auto sizes = [](const at::Tensor& t) { return std::pair{t.size(2), t.size(3)}; };
    const std::vector<std::pair<std::pair<std::int64_t, std::int64_t>, std::pair<std::int64_t, std::int64_t>>> expected{
        {{10, 13}, {10, 14}}, {{5, 7}, {6, 8}}, {{3, 4}, {4, 4}}};
    for (std::size_t i = 0; i < 3; ++i) {
        const std::string layer = kEncoder + std::to_string(i + 2);
        const at::Tensor map = run.last(layer + ".conv_1x1.convolution"),
                         fitted = run.last(layer + ".unfolding", "graph::fit_bilinear"),
                         folded = run.last(layer + ".folding", "aten::reshape"),
                         back = run.last(layer + ".folding", "graph::fit_bilinear");
        EXPECT_EQ(sizes(map), expected[i].first);
        EXPECT_EQ(sizes(fitted), expected[i].second);
        EXPECT_EQ(sizes(folded), expected[i].second);
        EXPECT_EQ(sizes(back), expected[i].first);
        EXPECT_TRUE(sameBits(fitted, at::upsample_bilinear2d(map, {fitted.size(2), fitted.size(3)}, false)));
        EXPECT_TRUE(sameBits(back, at::upsample_bilinear2d(folded, {back.size(2), back.size(3)}, false)));
    }
    EXPECT_TRUE(run.logits.isfinite().all().item<bool>());
}

TEST(MobileVit, AttendsAsScaledDotProductAttentionDefines) {
    const auto run = observe(lively(tinyMobileVit()), normal({2, 3, 96, 144}, 4));
    const std::string layer = kEncoder + "3.transformer.layer.1.attention.attention";
    const at::Tensor query = run.last(layer + ".query"), key = run.last(layer + ".key"),
                     value = run.last(layer + ".value");
    // 2 pictures × 4 pixels a patch, 4 heads, a map of 6 × 9 pixels made 6 × 10 for its patches, 24 features in all.
    ASSERT_EQ(query.sizes().vec(), (std::vector<std::int64_t>{8, 4, 15, 6}));
    at::Tensor expected = at::scaled_dot_product_attention(query, key, value);
    expected = expected.permute({0, 2, 1, 3}).reshape({query.size(0), query.size(2), 24});
    const at::Tensor found = run.last(layer);
    ASSERT_EQ(found.sizes(), expected.sizes());
    EXPECT_LE(found.sub(expected).abs().max().item<double>(), 1e-6 * expected.abs().max().item<double>() + 1e-7);
    EXPECT_GT(expected.abs().max().item<double>(), 1e-3);
}

TEST(MobileVit, PicturesOfABatchDoNotTouchEachOther) {
    const Graph graph = lively(tinyMobileVit());
    const at::Tensor pictures = normal({3, 3, 70, 90}, 4);
    const at::Tensor all = observe(graph, pictures).logits;
    for (std::int64_t i = 0; i < 3; ++i) {
        const at::Tensor one = observe(graph, pictures.narrow(0, i, 1).contiguous()).logits;
        EXPECT_LE(all.narrow(0, i, 1).sub(one).abs().max().item<double>(), 1e-5 * one.abs().max().item<double>());
    }
    EXPECT_GT(all.select(0, 0).sub(all.select(0, 1)).abs().max().item<double>(), 0.1);
}

// Sizes that cannot be built
// ---------------------------------------------------------------------------------------------

struct Absurd {
    std::string name;
    void (*spoil)(MobileVitConfig&);
    std::string says;
};

class AbsurdConfig : public testing::TestWithParam<Absurd> {};

TEST_P(AbsurdConfig, IsRefusedByTheFieldsName) {
    MobileVitConfig config = tinyMobileVit();
    GetParam().spoil(config);
    for (const auto& source : {WeightSource::described(), WeightSource::initialised(1)}) {
        const auto graph = buildMobileVit(config, source);
        ASSERT_FALSE(graph);
        EXPECT_EQ(graph.error().text(), GetParam().says);
        EXPECT_EQ(graph.error().code, ErrorCode::unsupported);
    }
}

const auto kNaN = std::numeric_limits<double>::quiet_NaN();

INSTANTIATE_TEST_SUITE_P(
    Fields, AbsurdConfig,
    testing::Values(
        Absurd{"hiddenZero", [](auto& c) { c.hiddenSizes[1] = 0; }, "hidden_sizes must lie between 1 and 65536"},
        Absurd{"hiddenVast", [](auto& c) { c.hiddenSizes[2] = std::int64_t{1} << 62; },
               "hidden_sizes must lie between 1 and 65536"},
        Absurd{"neckNegative", [](auto& c) { c.neckHiddenSizes[6] = -8; },
               "neck_hidden_sizes must lie between 1 and 65536"},
        Absurd{"grey", [](auto& c) { c.channels = 1; }, "num_channels must be 3; Mantissa feeds pictures in colour"},
        Absurd{"noPatch", [](auto& c) { c.patchSize = 0; }, "patch_size must lie between 1 and 64"},
        Absurd{"vastPatch", [](auto& c) { c.patchSize = 65; }, "patch_size must lie between 1 and 64"},
        Absurd{"noHeads", [](auto& c) { c.attentionHeads = 0; }, "num_attention_heads must lie between 1 and 65536"},
        Absurd{"oddHeads", [](auto& c) { c.attentionHeads = 3; }, "num_attention_heads must divide every hidden size"},
        Absurd{"evenKernel", [](auto& c) { c.convKernelSize = 4; }, "conv_kernel_size must be odd and at most 31"},
        Absurd{"vastKernel", [](auto& c) { c.convKernelSize = 33; }, "conv_kernel_size must be odd and at most 31"},
        Absurd{"stride", [](auto& c) { c.outputStride = 64; }, "output_stride must be 32, 16 or 8"},
        Absurd{"mlpZero", [](auto& c) { c.mlpRatio = 0; }, "mlp_ratio must lie between 0 and 64"},
        Absurd{"mlpVast", [](auto& c) { c.mlpRatio = 1e300; }, "mlp_ratio must lie between 0 and 64"},
        Absurd{"mlpNaN", [](auto& c) { c.mlpRatio = kNaN; }, "mlp_ratio must lie between 0 and 64"},
        Absurd{"mlpTiny", [](auto& c) { c.mlpRatio = 0.05; }, "mlp_ratio leaves no feature of a hidden size"},
        Absurd{"expandZero", [](auto& c) { c.expandRatio = 0; }, "expand_ratio must lie between 0 and 64"},
        Absurd{"epsilonNegative", [](auto& c) { c.layerNormEps = -1e-5; }, "layer_norm_eps must lie between 0 and 1"},
        Absurd{"epsilonNaN", [](auto& c) { c.layerNormEps = kNaN; }, "layer_norm_eps must lie between 0 and 1"},
        Absurd{"noClasses", [](auto& c) { c.classes = 0; }, "the number of labels must lie between 1 and 1,000,000"},
        Absurd{"dropout", [](auto& c) { c.hiddenDropout = 1.5; }, "a dropout probability must lie between 0 and 1"},
        Absurd{"activation", [](auto& c) { c.activation = "softsign"; },
               "hidden_act “softsign” is not one that Mantissa builds (elu, gelu, gelu_pytorch_tanh, hardswish, "
               "leaky_relu, "
               "mish, relu, relu6, sigmoid, silu, swish, tanh)"}),
    [](const auto& p) { return p.param.name; });

TEST(MobileVit, OfTheLargestSizesIsCountedButNotMade) {
    MobileVitConfig config;
    config.hiddenSizes.fill(1 << 16);
    config.neckHiddenSizes.fill(1 << 16);
    config.expandRatio = config.mlpRatio = 64;
    config.convKernelSize = 31;
    config.classes = 1'000'000;
    Model model;
    model.graph = built(config, WeightSource::described());
    EXPECT_GT(model.parameterCount(), std::int64_t{1} << 40);
    const auto graph = buildMobileVit(config, WeightSource::initialised(1));
    ASSERT_FALSE(graph);
    EXPECT_NE(graph.error().text().find("which is too large to make"), std::string::npos) << graph.error().text();
}

}  // namespace
