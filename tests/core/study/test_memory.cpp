#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "core/run/graph_writer.h"
#include "core/study/small_model.h"
#include "graph/builder.h"
#include "graph/mobilevit.h"
#include "study/memory.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

MemoryRequest request(std::vector<std::string> names) {
    MemoryRequest request;
    request.model = smallModel();
    request.image = smallPicture();
    for (const auto& name : names) request.formats.push_back(*findFormat(name));
    return request;
}

std::shared_ptr<Model> mobileVit() {
    MobileVitConfig sizes;
    sizes.hiddenSizes = {64, 80, 96};
    sizes.neckHiddenSizes = {16, 16, 24, 48, 64, 80, 320};
    sizes.expandRatio = 2;
    auto graph = buildMobileVit(sizes, WeightSource::initialised(3));
    if (!graph) throw std::runtime_error(graph.error().text());
    auto model = modelOf(*std::move(graph));
    model->preprocessing.resizeHeight = model->preprocessing.resizeWidth = 64;
    return model;
}

TEST(Memory, ComputedAndMeasuredStandSideBySide) {
    const auto asked = request({"fp32", "fp64", "bf16", "fp16", "e4m3", "int8"});
    const auto report = measureMemory(asked);
    ASSERT_TRUE(report) << report.error().text();
    ASSERT_EQ(report->formats.size(), 6U);
    const FormatMemory& fp32 = report->formats[0];
    EXPECT_EQ(fp32.parameterBytes, asked.model->bytesIn(format("fp32")));
    for (const auto& memory : report->formats) {
        ASSERT_FALSE(memory.error) << memory.error->text();
        EXPECT_EQ(memory.parameterBytes, asked.model->bytesIn(memory.format));
        EXPECT_EQ(memory.activationPeakBytes, fp32.activationPeakBytes * memory.format.storageBits / 32);
        // Native formats really take what was computed for them; emulated ones are held in FP32.
        const bool native = memory.format.name != "e4m3" && memory.format.name != "int8";
        EXPECT_EQ(memory.mode, native ? RunMode::native : RunMode::emulated);
        EXPECT_EQ(*memory.measuredWeightBytes, native ? memory.parameterBytes : fp32.parameterBytes)
            << memory.format.name;
        EXPECT_EQ(*memory.measuredActivationBytes, native ? memory.activationPeakBytes : fp32.activationPeakBytes)
            << memory.format.name;
    }
    EXPECT_EQ(report->formats[5].scaleBytes, 4 * (4 + 8 + 5));
    EXPECT_EQ(report->formats[5].scaleBytesPerTensor, 4 * 3);
    EXPECT_EQ(report->formats[4].scaleBytes, 0);
    EXPECT_GT(report->processBytes, 1'000'000);
}

TEST(Memory, TheTimelineGoesNodeByNodeAndMarksItsPeak) {
    const auto asked = request({"fp32"});
    const auto report = measureMemory(asked);
    ASSERT_TRUE(report) << report.error().text();
    const auto& nodes = asked.model->graph.nodes;
    ASSERT_EQ(report->timeline.size(), nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        EXPECT_EQ(report->timeline[i].op, nodes[i].op);
        EXPECT_EQ(report->timeline[i].layer, nodes[i].layer);
        EXPECT_LE(report->timeline[i].bytes, report->timeline[report->peakNode].bytes);
    }
    EXPECT_EQ(report->timeline[report->peakNode].bytes, report->formats[0].activationPeakBytes);
    // conv1: 3 × 16 × 16 in, 4 × 16 × 16 out; relu: 4 × 16 × 16 in and out, and that is the peak.
    EXPECT_EQ(report->timeline[0].bytes, 4 * (3 + 4) * 256);
    EXPECT_EQ(report->timeline[1].bytes, 4 * (4 + 4) * 256);
    EXPECT_EQ(report->peakNode, 1U);
}

TEST(Memory, WhatStaysInFp32TakesItsBytes) {
    auto asked = request({"fp32", "bf16", "int8", "int4", "mxfp4"});
    const auto whole = measureMemory(asked);
    ASSERT_TRUE(whole) << whole.error().text();
    for (const auto& weight : asked.model->graph.nodes)
        if (std::find(asked.keep.begin(), asked.keep.end(), weight.layer) == asked.keep.end())
            asked.keep.push_back(weight.layer);
    const auto all = measureMemory(asked);
    ASSERT_TRUE(all) << all.error().text();
    asked.keep = {asked.model->graph.nodes.front().layer};
    const auto first = measureMemory(asked);
    ASSERT_TRUE(first) << first.error().text();
    const std::int64_t fp32 = whole->formats[0].activationPeakBytes;
    for (std::size_t i = 1; i < whole->formats.size(); ++i) {
        SCOPED_TRACE(whole->formats[i].format.name);
        EXPECT_EQ(all->formats[i].activationPeakBytes, fp32);
        EXPECT_GT(first->formats[i].activationPeakBytes, whole->formats[i].activationPeakBytes);
        EXPECT_LT(first->formats[i].activationPeakBytes, fp32);
    }
    // The picture and the first convolution's result, 3 and 4 × 16 × 16, are FP32; behind it one and one eighth of
    // that.
    EXPECT_EQ(first->formats[3].activationPeakBytes, 4 * (3 + 4) * 256);
}

TEST(Memory, ABatchTakesItsMultipleOfActivationsAndNoMoreWeights) {
    auto asked = request({"fp32", "bf16", "e4m3"});
    const auto one = measureMemory(asked);
    asked.batch = 6;
    const auto six = measureMemory(asked);
    ASSERT_TRUE(one) << one.error().text();
    ASSERT_TRUE(six) << six.error().text();
    EXPECT_EQ(six->batch, 6);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(six->formats[i].parameterBytes, one->formats[i].parameterBytes);
        EXPECT_EQ(six->formats[i].measuredWeightBytes, one->formats[i].measuredWeightBytes);
        EXPECT_EQ(six->formats[i].activationPeakBytes, 6 * one->formats[i].activationPeakBytes);
        EXPECT_EQ(*six->formats[i].measuredActivationBytes, 6 * *one->formats[i].measuredActivationBytes);
    }
}

TEST(Memory, ABatchThatDoesNotFitIsRefusedBeforeItIsTried) {
    auto asked = request({"fp32"});
    for (const int batch : {0, -1, 1'000'000}) {
        asked.batch = batch;
        EXPECT_EQ(measureMemory(asked).error().code, ErrorCode::invalidArgument) << batch;
    }
    // Each picture becomes 64 MiB, so 4096 of them would need 256 GiB.
    GraphWriter g;
    const ValueRef flat = g.call("aten::flatten", "", {{"", g.input()}, {"start_dim", std::int64_t{1}}}, "using_ints");
    const ValueRef first =
        g.call("aten::slice", "",
               {{"", flat}, {"dim", std::int64_t{1}}, {"start", std::int64_t{0}}, {"end", std::int64_t{1}}}, "Tensor");
    auto model = modelOf(g.finish(g.call("aten::repeat", "wide", {{"", first}, {"repeats", ints({1, 1 << 24})}})));
    model->preprocessing.resizeHeight = model->preprocessing.resizeWidth = 2;
    MemoryRequest wide{.model = model, .image = std::nullopt, .formats = {format("fp32")}, .batch = 4096};
    const auto refused = measureMemory(wide);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::invalidArgument);
    EXPECT_NE(refused.error().message.find("4096"), std::string::npos) << refused.error().message;
}

TEST(Memory, ActivationsFollowTheInputSizeThatIsAskedFor) {
    MemoryRequest asked{.model = mobileVit(), .formats = {format("fp32")}};
    const auto own = measureMemory(asked);
    asked.preprocessing = asked.model->preprocessing;
    asked.preprocessing->resizeHeight = asked.preprocessing->resizeWidth = 128;
    const auto larger = measureMemory(asked);
    ASSERT_TRUE(own && larger);
    EXPECT_EQ(larger->preprocessing.inputHeight(), 128);
    EXPECT_EQ(larger->formats[0].parameterBytes, own->formats[0].parameterBytes);
    // Twice as wide and high: four times the values in every map.
    EXPECT_GT(larger->formats[0].activationPeakBytes, 3 * own->formats[0].activationPeakBytes);
}

TEST(Memory, MeasuredBuffersArePartOfMeasuredWeights) {
    const auto report = measureMemory({.model = mobileVit(), .formats = {format("fp32"), format("bf16")}});
    ASSERT_TRUE(report) << report.error().text();
    for (const auto& memory : report->formats) {
        EXPECT_GT(*memory.measuredBufferBytes, 0) << memory.format.name;
        EXPECT_EQ(*memory.measuredBufferBytes, memory.bufferBytes) << memory.format.name;
        EXPECT_EQ(*memory.measuredWeightBytes, memory.parameterBytes + memory.bufferBytes) << memory.format.name;
    }
}

TEST(Memory, WithoutAPictureAGreyOneIsTaken) {
    auto asked = request({"fp32"});
    const auto with = measureMemory(asked);
    asked.image.reset();
    const auto without = measureMemory(asked);
    ASSERT_TRUE(with && without);
    EXPECT_EQ(with->formats[0].activationPeakBytes, without->formats[0].activationPeakBytes);
}

TEST(Memory, WeightsAreSharedOutAmongAtMostADozenModules) {
    MemoryRequest asked{.model = mobileVit(), .image = std::nullopt, .formats = {}, .batch = 1};
    const auto report = measureMemory(asked);
    ASSERT_TRUE(report) << report.error().text();
    const auto& share = report->weightShare;
    EXPECT_GE(share.size(), 6U);
    EXPECT_LE(share.size(), 12U);
    EXPECT_TRUE(std::is_sorted(share.begin(), share.end(),
                               [](const LayerBytes& a, const LayerBytes& b) { return a.bytes > b.bytes; }));
    const auto sum = std::accumulate(share.begin(), share.end(), std::int64_t{0},
                                     [](std::int64_t s, const LayerBytes& l) { return s + l.bytes; });
    EXPECT_EQ(sum, asked.model->bytesIn(format("fp32"))) << "nothing is left out or counted twice";
    const auto has = [&](const std::string& layer) {
        return std::any_of(share.begin(), share.end(), [&](const LayerBytes& l) { return l.layer == layer; });
    };
    EXPECT_TRUE(has("classifier"));
    EXPECT_TRUE(has("mobilevit.encoder.layer.0"));
    EXPECT_TRUE(has("mobilevit.conv_stem"));
}

TEST(Memory, AFlatModelOfManyModulesKeepsADozen) {
    GraphWriter g;
    ValueRef x = g.call("aten::flatten", "", {{"", g.input()}, {"start_dim", std::int64_t{1}}}, "using_ints");
    for (int i = 0; i < 20; ++i) {
        const std::string layer = "fc" + std::to_string(i);
        x = g.call("aten::linear", layer, {{"", x}, {"", g.weight(layer + ".weight", normal({12, 12}, 1))}});
    }
    auto model = modelOf(g.finish(x));
    model->preprocessing.resizeHeight = model->preprocessing.resizeWidth = 2;
    const auto report = measureMemory({.model = model, .image = std::nullopt, .formats = {}, .batch = 1});
    ASSERT_TRUE(report) << report.error().text();
    ASSERT_EQ(report->weightShare.size(), 12U);
    EXPECT_EQ(report->weightShare.back().layer, "everything else");
    EXPECT_EQ(report->weightShare.back().bytes, 9 * 144 * 4);
    EXPECT_EQ(report->weightShare.front().bytes, 144 * 4);
}

TEST(Memory, AFormatThatDoesNotRunKeepsWhatIsComputed) {
    // A constant of the program text keeps FP32, which LibTorch multiplies with FP32 only.
    GraphWriter g;
    const ValueRef flat = g.call("aten::flatten", "", {{"", g.input()}, {"start_dim", std::int64_t{1}}}, "using_ints");
    auto model = modelOf(g.finish(
        g.call("aten::linear", "fc",
               {{"", flat}, {"", g.constant("c", normal({4, 12}, 1))}, {"", g.weight("fc.bias", normal({4}, 2))}})));
    model->preprocessing.resizeHeight = model->preprocessing.resizeWidth = 2;
    const auto report =
        measureMemory({.model = model, .image = std::nullopt, .formats = {format("fp64"), format("bf16")}, .batch = 1});
    ASSERT_TRUE(report) << report.error().text();
    const FormatMemory& fp64 = report->formats[0];
    ASSERT_TRUE(fp64.error) << "FP32 arithmetic cannot stand in for FP64";
    EXPECT_EQ(fp64.error->layer, "fc");
    EXPECT_FALSE(fp64.measuredWeightBytes);
    EXPECT_FALSE(fp64.measuredActivationBytes);
    EXPECT_EQ(fp64.parameterBytes, 4 * 8);
    EXPECT_EQ(report->formats[1].mode, RunMode::emulated);
    EXPECT_TRUE(report->formats[1].measuredWeightBytes);
}

TEST(Memory, StopsBetweenOperators) {
    std::stop_source source;
    const auto report = measureMemory(request({"fp32", "bf16"}), source.get_token(), [&](const ProgressUpdate& update) {
        if (update.stage.starts_with("BF16: layer 1 of ")) source.request_stop();
    });
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::cancelled);
    EXPECT_FALSE(measureMemory({}));
}

}  // namespace
