#include <ATen/Context.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <filesystem>
#include <optional>

#include "core/graph/model_folder.h"
#include "core/graph/observed_run.h"
#include "core/run/graph_writer.h"
#include "graph/builder.h"
#include "graph/mobilevit.h"
#include "run/dtypes.h"
#include "run/tensor_view.h"
#include "storage/safetensors.h"

// MobileViT as the builder writes it against transformers' own: its traced program, run live, and the values it left in
// every layer of a larger one.

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

const fs::path kData = MANTISSA_TEST_DATA;

at::Tensor stored(const SafetensorsFile& file, const std::string& name) {
    const auto* record = file.find(name);
    if (!record) throw std::runtime_error("no tensor " + name);
    return tensorView(*record).value().clone();
}

/// The traced module's state dict; `prefix` is what its wrapper puts before every name.
Checkpoint stateDict(const torch::jit::Module& module, const std::string& prefix) {
    Checkpoint checkpoint{.path = "hf_mobilevit_tiny.pt", .form = "TorchScript", .tensors = {}};
    const auto add = [&](const std::string& name, const at::Tensor& tensor) {
        if (!name.starts_with(prefix)) throw std::runtime_error("unexpected name " + name);
        checkpoint.tensors.push_back(recordOf(name.substr(prefix.size()), tensor));
    };
    for (const auto& parameter : module.named_parameters()) add(parameter.name, parameter.value);
    for (const auto& buffer : module.named_buffers()) add(buffer.name, buffer.value);
    return checkpoint;
}

class TracedMobileVit : public testing::TestWithParam<std::string> {};

TEST_P(TracedMobileVit, TheBuiltGraphGivesItsBits) {
    const fs::path file = kData / "torchscript/hf_mobilevit_tiny.pt";
    if (!fs::exists(file)) GTEST_SKIP() << "needs the reference data, " << file;
    torch::jit::Module module = torch::jit::load(file.string());
    module.eval();
    const Checkpoint weights = stateDict(module, "model.");
    EXPECT_EQ(weights.tensors.size(), 347U);
    MobileVitConfig config;
    config.hiddenSizes = {24, 32, 40};
    config.neckHiddenSizes = {8, 8, 12, 16, 20, 24, 64};
    config.expandRatio = 2;
    config.classes = 20;
    const auto graph = buildMobileVit(config, WeightSource::fromCheckpoint(weights));
    ASSERT_TRUE(graph) << graph.error().text();
    const auto io = openSafetensors(kData / "pt2/hf_mobilevit_tiny.io.safetensors");
    ASSERT_TRUE(io) << io.error().text();
    const at::Tensor input = stored(*io, "input");

    const auto run = observe(*graph, input, GetParam());
    const auto dtype = *nativeDType(format(GetParam()));
    const c10::AutoGradMode noGradients(false);
    const torch::jit::GraphOptimizerEnabledGuard unoptimised(false);
    module.to(dtype);
    const c10::IValue output = module.forward({input.to(dtype)});
    const at::Tensor expected = output.isTuple() ? output.toTupleRef().elements().at(0).toTensor() : output.toTensor();
    ASSERT_GT(expected.to(at::kFloat).std().item<float>(), 0.1F);
    EXPECT_TRUE(sameBits(run.logits, expected));
}

INSTANTIATE_TEST_SUITE_P(Native, TracedMobileVit, testing::Values("fp64", "fp32", "bf16", "fp16"),
                         [](const auto& p) { return p.param; });

const fs::path kSeeded = kData / "mobilevit/xx-small-seeded";

class SeededMobileVit : public testing::Test {
  protected:
    void SetUp() override {
        if (!fs::exists(kSeeded)) GTEST_SKIP() << "needs the reference data, " << kSeeded;
        auto opened = openModel(kSeeded);
        ASSERT_TRUE(opened) << opened.error().text();
        model_ = *opened;
        auto file = openSafetensors(kSeeded / "expected.safetensors");
        ASSERT_TRUE(file) << file.error().text();
        expected_ = *std::move(file);
    }

    ModelPtr model_;
    std::optional<SafetensorsFile> expected_;
};

TEST_F(SeededMobileVit, EveryStoredLayerHoldsTheValuesOfTransformers) {
    const auto run = observe(model_->graph, stored(*expected_, "pixel_values"));
    const std::string encoder = "mobilevit.encoder.layer.";
    // Which call of the Graph a module of the reference ends with.
    const std::vector<std::pair<std::string, std::string>> layers{
        {"mobilevit.conv_stem", "mobilevit.conv_stem.activation"},
        {encoder + "0", encoder + "0.layer.0"},
        {encoder + "1", encoder + "1.layer.2"},
        {encoder + "2.downsampling_layer", encoder + "2.downsampling_layer.reduce_1x1.normalization"},
        {encoder + "2", encoder + "2.fusion.activation"},
        {encoder + "3", encoder + "3.fusion.activation"},
        {encoder + "4.transformer", encoder + "4.transformer.layer.2.output"},
        {encoder + "4", encoder + "4.fusion.activation"},
        {"mobilevit.conv_1x1_exp", "mobilevit.conv_1x1_exp.activation"},
        {"mobilevit.pooler_output", "mobilevit.pool"}};
    std::size_t compared = 0;
    for (const auto& tensor : expected_->tensors) compared += tensor.name.starts_with("intermediate.");
    EXPECT_EQ(compared, layers.size()) << "every stored layer is compared";
    for (const auto& [module, layer] : layers) {
        const at::Tensor wanted = stored(*expected_, "intermediate." + module);
        const at::Tensor found = run.last(layer);
        ASSERT_EQ(found.sizes(), wanted.sizes()) << module;
        const double scale = wanted.abs().max().item<double>();
        ASSERT_GT(scale, 0.1) << module;
        EXPECT_LE(found.sub(wanted).abs().max().item<double>(), 1e-5 * scale) << module;
    }
}

TEST_F(SeededMobileVit, LogitsAreTheStoredOnes) {
    const at::Tensor pixels = stored(*expected_, "pixel_values");
    const at::Tensor logits = observe(model_->graph, pixels).logits, wanted = stored(*expected_, "logits");
    EXPECT_LE(logits.sub(wanted).abs().max().item<double>(), 1e-5 * wanted.abs().max().item<double>());
    const at::Tensor fast = observe(model_->graph, stored(*expected_, "pixel_values_fast")).logits;
    EXPECT_LE(fast.sub(stored(*expected_, "logits_from_pixel_values_fast")).abs().max().item<double>(), 1e-5 * 1.4);
    EXPECT_FALSE(sameBits(fast, logits));
    EXPECT_EQ(logits.argmax().item<std::int64_t>(), 698);
}

TEST_F(SeededMobileVit, IsReadWhole) {
    EXPECT_EQ(model_->kind, ModelKind::huggingFace);
    EXPECT_EQ(model_->architecture, "MobileViTForImageClassification");
    EXPECT_EQ(model_->name, "xx-small-seeded");
    EXPECT_EQ(model_->sha256, "1a793ec3c5f5c7ea13e6bd349ee9870c085981c5731bcc903ded012c9a7ada05");
    EXPECT_EQ(model_->graph.weights.size(), 347U);
    EXPECT_EQ(model_->parameterCount(), 1'272'024);
    EXPECT_EQ(model_->bufferCount(), 4112 + 32);
    EXPECT_EQ(model_->bytesIn(format("fp32")), 5'104'800);
    EXPECT_EQ(model_->bytesIn(format("fp16")), 2'552'528);
    // Two classes of ImageNet are called alike: by number, both are there.
    ASSERT_EQ(model_->labels.size(), 1000U);
    std::vector<std::size_t> cranes;
    for (std::size_t i = 0; i < 1000; ++i)
        if (model_->labels[i] == "crane") cranes.push_back(i);
    EXPECT_EQ(cranes, (std::vector<std::size_t>{134, 517}));
    EXPECT_EQ(model_->label(281), "tabby, tabby cat");
    const Preprocessing& p = model_->preprocessing;
    EXPECT_TRUE(p.fromFile);
    EXPECT_EQ(p.resize, ResizeRule::shortestEdge);
    EXPECT_EQ(p.resizeHeight, 288);
    EXPECT_EQ(p.inputHeight(), 256);
    EXPECT_TRUE(p.flipChannels);
    EXPECT_FALSE(p.normalize);
}

}  // namespace
