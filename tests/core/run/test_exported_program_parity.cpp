#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

#include "core/run/graph_writer.h"
#include "core/run/torchscript_reference.h"
#include "graph/model.h"
#include "run/dtypes.h"
#include "run/executor.h"

// What the executor computes from an exported program against LibTorch's own unoptimised run of the same network saved
// as TorchScript, live, bit by bit, and against stored logits.

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

const fs::path kData = MANTISSA_TEST_DATA;

struct Network {
    std::string exported, torchScript, io;
};

void PrintTo(const Network& network, std::ostream* out) { *out << network.exported; }

class ExportedProgramFile : public testing::TestWithParam<std::tuple<Network, std::string>> {};

/// The logits of every picture of `input`, as a model gives them that computes exactly `atOnce` pictures and shows the
/// first: each picture comes first once, together with those after it.
at::Tensor runInTurns(Executor& executor, const at::Tensor& input, std::int64_t atOnce) {
    std::vector<at::Tensor> rows;
    for (std::int64_t i = 0; i < input.size(0); ++i) {
        std::vector<at::Tensor> pictures;
        for (std::int64_t k = 0; k < atOnce; ++k) pictures.push_back(input.narrow(0, (i + k) % input.size(0), 1));
        auto logits = executor.run(at::cat(pictures));
        if (!logits) throw std::runtime_error(logits.error().text());
        rows.push_back(*logits);
    }
    return at::cat(rows);
}

TEST_P(ExportedProgramFile, RunsToTheBitsOfLibTorchsRunOfTheSameNetwork) {
    const auto& [network, formatName] = GetParam();
    if (!fs::exists(kData / network.exported)) GTEST_SKIP() << "needs the reference data, " << kData;
    const auto model = openModel(kData / network.exported);
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->kind, ModelKind::exportedProgram);
    const at::Tensor input = storedTensor(kData / network.io, "input");
    const Format& wanted = format(formatName);
    auto executor = Executor::prepare((*model)->graph, {.format = wanted});
    ASSERT_TRUE(executor) << executor.error().text();

    const bool simple = network.exported.starts_with("simplecnn");
    const bool anyNumber = network.exported.find("dynamic") != std::string::npos ||
                           network.exported.find("mobilenet_v2") != std::string::npos;
    at::Tensor logits, expected;
    if (anyNumber) {
        const auto result = executor->run(input);
        ASSERT_TRUE(result) << result.error().text();
        logits = *result;
        expected = runTorchScript(kData / network.torchScript, *nativeDType(wanted), input);
    } else {
        const std::int64_t atOnce = simple ? 1 : 2;
        EXPECT_EQ((*model)->notes.size(), simple ? 0U : 1U);
        logits = runInTurns(*executor, input, atOnce);
        std::vector<at::Tensor> rows;
        for (std::int64_t i = 0; i < input.size(0); ++i) {
            std::vector<at::Tensor> pictures;
            for (std::int64_t k = 0; k < atOnce; ++k) pictures.push_back(input.narrow(0, (i + k) % input.size(0), 1));
            rows.push_back(
                runTorchScript(kData / network.torchScript, *nativeDType(wanted), at::cat(pictures)).narrow(0, 0, 1));
        }
        expected = at::cat(rows);
    }
    ASSERT_GT(expected.to(at::kFloat).abs().max().item<float>(), 0.1F);
    EXPECT_TRUE(sameBits(logits, expected));
    const at::Tensor stored =
        storedTensor(kData / network.io, formatName == "fp32" ? "logits" : "logits_" + formatName);
    EXPECT_LE(largestDifference(logits, stored), toleranceOf(formatName, stored));
}

TEST_P(ExportedProgramFile, OnePictureGivesOneRow) {
    const auto& [network, formatName] = GetParam();
    if (!fs::exists(kData / network.exported)) GTEST_SKIP() << "needs the reference data, " << kData;
    const auto model = openModel(kData / network.exported);
    ASSERT_TRUE(model) << model.error().text();
    const at::Tensor input = storedTensor(kData / network.io, "input").narrow(0, 0, 1);
    EXPECT_EQ((*model)->preprocessing.inputHeight(), input.size(2));
    EXPECT_EQ((*model)->preprocessing.inputWidth(), input.size(3));
    auto executor = Executor::prepare((*model)->graph, {.format = format(formatName)});
    ASSERT_TRUE(executor) << executor.error().text();
    const auto logits = executor->run(input);
    ASSERT_TRUE(logits) << logits.error().text();
    ASSERT_EQ(logits->size(0), 1);
    const at::Tensor stored =
        storedTensor(kData / network.io, formatName == "fp32" ? "logits" : "logits_" + formatName).narrow(0, 0, 1);
    EXPECT_LE(largestDifference(*logits, stored), toleranceOf(formatName, stored));
}

Network pair(const std::string& name) {
    return {"pt2/" + name + ".pt2", "torchscript/" + name + ".pt", "pt2/" + name + ".io.safetensors"};
}

INSTANTIATE_TEST_SUITE_P(
    Native, ExportedProgramFile,
    testing::Combine(testing::Values(Network{"simplecnn/simplecnn.pt2", "simplecnn/simplecnn_traced.pt",
                                             "simplecnn/io.safetensors"},
                                     Network{"simplecnn/simplecnn_dynamic_batch.pt2", "simplecnn/simplecnn_traced.pt",
                                             "simplecnn/io.safetensors"},
                                     pair("resnet_like"), pair("mobilenet_v2_like"), pair("vit_like"),
                                     pair("hf_mobilevit_tiny"), pair("convnext_like")),
                     testing::Values("fp32", "bf16", "fp16")),
    [](const auto& p) { return fs::path(std::get<0>(p.param).exported).stem().string() + "_" + std::get<1>(p.param); });

}  // namespace
