#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/run/graph_writer.h"
#include "core/run/torchscript_reference.h"
#include "graph/model.h"
#include "run/dtypes.h"
#include "run/executor.h"
#include "run/tensor_view.h"
#include "storage/safetensors.h"

// What the executor computes against LibTorch's own unoptimised run of the same TorchScript file, live, bit by bit.

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

const fs::path kData = MANTISSA_TEST_DATA;

/// conv1, ReLU, max-pool, conv2, ReLU, max-pool, linear, written out by hand with a safetensors file's weights.
Graph simpleCnnByHand(const SafetensorsFile& file) {
    GraphWriter g;
    const auto weight = [&](const std::string& name) { return g.weight(name, tensorView(*file.find(name)).value()); };
    const auto block = [&](ValueRef x, const std::string& layer) {
        const ValueRef kernel = weight(layer + ".weight"), bias = weight(layer + ".bias");
        x = g.call("aten::conv2d", layer, {{"", x}, {"", kernel}, {"", bias}, {"padding", ints({1, 1})}});
        x = g.call("aten::relu", layer, {{"", x}});
        return g.call("aten::max_pool2d", layer, {{"", x}, {"kernel_size", ints({2, 2})}});
    };
    ValueRef x = block(block(g.input(), "conv1"), "conv2");
    x = g.call("aten::flatten", "", {{"", x}, {"start_dim", std::int64_t{1}}}, "using_ints");
    return g.finish(g.call("aten::linear", "fc", {{"", x}, {"", weight("fc.weight")}, {"", weight("fc.bias")}}));
}

class InFormat : public testing::TestWithParam<std::string> {};

TEST_P(InFormat, AHandBuiltGraphGivesTheBitsOfTheTracedModel) {
    const fs::path folder = kData / "simplecnn";
    if (!fs::exists(folder)) GTEST_SKIP() << "needs the reference data, " << folder;
    const auto file = openSafetensors(folder / "simplecnn.safetensors");
    ASSERT_TRUE(file) << file.error().text();
    const Graph graph = simpleCnnByHand(*file);
    const at::Tensor input = storedTensor(folder / "io.safetensors", "input");
    const Format& wanted = format(GetParam());

    auto executor = Executor::prepare(graph, {.format = wanted});
    ASSERT_TRUE(executor) << executor.error().text();
    const auto logits = executor->run(input);
    ASSERT_TRUE(logits) << logits.error().text();
    const at::Tensor expected = runTorchScript(folder / "simplecnn_traced.pt", *nativeDType(wanted), input);
    ASSERT_GT(expected.to(at::kFloat).abs().max().item<float>(), 0.1F);
    EXPECT_TRUE(sameBits(*logits, expected));
}

INSTANTIATE_TEST_SUITE_P(Native, InFormat, testing::Values("fp64", "fp32", "bf16", "fp16"),
                         [](const auto& p) { return p.param; });

class TorchScriptFile : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(TorchScriptFile, RunsToTheBitsOfLibTorchsOwnRun) {
    const auto& [name, formatName] = GetParam();
    const fs::path file = kData / name;
    if (!fs::exists(file)) GTEST_SKIP() << "needs the reference data, " << file;
    const auto model = openModel(file);
    ASSERT_TRUE(model) << model.error().text();
    const bool simple = name.starts_with("simplecnn");
    const fs::path io =
        simple ? kData / "simplecnn/io.safetensors" : kData / "pt2" / (file.stem().string() + ".io.safetensors");
    const at::Tensor input = storedTensor(io, "input");
    const Format& wanted = format(formatName);

    auto executor = Executor::prepare((*model)->graph, {.format = wanted});
    ASSERT_TRUE(executor) << executor.error().text();
    const auto logits = executor->run(input);
    ASSERT_TRUE(logits) << logits.error().text();
    const at::Tensor expected = runTorchScript(file, *nativeDType(wanted), input);
    ASSERT_GT(expected.to(at::kFloat).abs().max().item<float>(), 0.1F);
    EXPECT_TRUE(sameBits(*logits, expected));
    const at::Tensor stored = storedTensor(io, formatName == "fp32" ? "logits" : "logits_" + formatName);
    EXPECT_LE(largestDifference(*logits, stored), toleranceOf(formatName, stored));
}

INSTANTIATE_TEST_SUITE_P(
    Native, TorchScriptFile,
    testing::Combine(testing::Values("simplecnn/simplecnn_traced.pt", "simplecnn/simplecnn_scripted.pt",
                                     "torchscript/resnet_like.pt", "torchscript/mobilenet_v2_like.pt",
                                     "torchscript/hf_mobilevit_tiny.pt", "torchscript/convnext_like.pt",
                                     "torchscript/vit_like.pt"),
                     testing::Values("fp32", "bf16", "fp16")),
    [](const auto& p) { return fs::path(std::get<0>(p.param)).stem().string() + "_" + std::get<1>(p.param); });

}  // namespace
