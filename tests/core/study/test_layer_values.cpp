#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stop_token>

#include "core/run/graph_writer.h"
#include "core/study/nested_model.h"
#include "core/study/small_model.h"
#include "numerics/rounding.h"
#include "study/layer_values.h"
#include "study/layers.h"
#include "study/module_tree.h"
#include "study/sensitivity.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

LayerValuesRequest request(const std::string& format, const std::string& layer) {
    LayerValuesRequest request;
    request.model = nestedModel();
    request.image = smallPicture();
    request.format = *findFormat(format);
    request.layer = layer;
    return request;
}

LayerValues valuesOf(const LayerValuesRequest& request) {
    auto values = layerValues(request);
    if (!values) throw std::runtime_error(values.error().text());
    return *std::move(values);
}

LayersReport reportOf(const LayerValuesRequest& asked) {
    LayersRequest request;
    request.model = asked.model;
    request.image = asked.image;
    request.format = asked.format;
    request.overrides = asked.overrides;
    request.runs = 0;
    auto report = analyseLayers(request);
    if (!report) throw std::runtime_error(report.error().text());
    return *std::move(report);
}

std::int64_t allOf(const ValueSpread& spread) {
    return spread.magnitudes.counted() + spread.magnitudes.zeros + spread.magnitudes.nans +
           spread.magnitudes.infinities;
}

TEST(LayerValues, TheyAreThoseThatTheLayersStudyCounts) {
    for (const char* name : {"bf16", "e4m3", "int8", "mxfp8"}) {
        const auto report = reportOf(request(name, ""));
        for (const auto& layer : report.layers) {
            const auto values = valuesOf(request(name, layer.path));
            EXPECT_EQ(values.weights.casts, layer.weightCasts) << name << " " << layer.path;
            EXPECT_EQ(values.weights.range.largest, layer.weights.largest) << name << " " << layer.path;
            EXPECT_EQ(values.activations.range.smallest, layer.activations.smallest) << name << " " << layer.path;
            EXPECT_EQ(values.activations.range.largest, layer.activations.largest) << name << " " << layer.path;
            EXPECT_EQ(values.activations.casts.values, layer.activationCasts.values) << name << " " << layer.path;
            EXPECT_EQ(allOf(values.weights), values.weights.casts.values) << name << " " << layer.path;
            EXPECT_EQ(allOf(values.activations), values.activations.casts.values) << name << " " << layer.path;
        }
    }
}

TEST(LayerValues, TheWorstActivationIsTheLocalErrorsLargest) {
    for (const char* name : {"bf16", "e4m3", "int8"}) {
        const auto report = reportOf(request(name, ""));
        for (const std::string path : {"stem.conv", "blocks.0.conv", "blocks.1.act", "head.pool", "head.fc"}) {
            const auto values = valuesOf(request(name, path));
            const auto& layer = *std::find_if(report.layers.begin(), report.layers.end(),
                                              [&](const auto& l) { return l.path == path; });
            ASSERT_FALSE(values.activations.worst.empty()) << name << " " << path;
            EXPECT_EQ(values.activations.worst.front().error, layer.local.both.maxAbs) << name << " " << path;
            EXPECT_EQ(values.activations.error.noise, layer.local.both.noise) << name << " " << path;
        }
    }
}

TEST(LayerValues, TheWorstWeightsAreTheFurthestOfAll) {
    auto asked = request("e4m3", "blocks.0.conv");
    asked.worst = 5;
    const auto values = valuesOf(asked);
    ASSERT_EQ(values.weights.worst.size(), 5U);
    EXPECT_EQ(values.weights.worst.front().tensor, "blocks.0.conv.weight");
    EXPECT_EQ(values.weights.worst.front().position.size(), 4U);
    asked.worst = 1'000'000;
    const auto all = valuesOf(asked).weights.worst;
    for (std::size_t i = 0; i < all.size(); ++i) {
        EXPECT_EQ(static_cast<double>(all[i].rounded), roundTo(asked.format, static_cast<double>(all[i].exact)));
        if (i > 0) {
            EXPECT_GE(all[i - 1].error, all[i].error);
        }
        if (i < 5) {
            EXPECT_EQ(values.weights.worst[i].error, all[i].error);
        }
    }
    const auto different = static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const auto& element) { return element.error > 0; }));
    EXPECT_EQ(different, all.size()) << "what the format holds is no bad element";
    EXPECT_EQ(valuesOf(request("fp32", "blocks.0.conv")).weights.worst.size(), 0U);
}

TEST(LayerValues, WhatBecomesInfiniteComesFirst) {
    GraphWriter g;
    ValueRef x = g.call("aten::flatten", "", {{"", g.input()}, {"start_dim", std::int64_t{1}}}, "using_ints");
    x = g.call("aten::mul", "large", {{"", x}, {"", 1e4}}, "Tensor");
    LayerValuesRequest asked;
    asked.model = modelOf(g.finish(g.call("aten::mul", "third", {{"", x}, {"", 0.3}}, "Tensor")));
    asked.tensor = twelve({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    asked.format = format("fp16");
    asked.layer = "large";
    const auto values = valuesOf(asked);
    ASSERT_GE(values.activations.worst.size(), 6U);
    for (std::size_t i = 0; i < 6; ++i) {
        EXPECT_TRUE(std::isinf(values.activations.worst[i].rounded));
        EXPECT_EQ(values.activations.worst[i].tensor, "mul");
        EXPECT_GE(values.activations.worst[i].exact, 70000);
    }
    EXPECT_EQ(values.activations.casts.infinities, 6);
    // The next layer sees FP32's values, so nothing of this reaches it.
    asked.layer = "third";
    EXPECT_EQ(valuesOf(asked).activations.casts.infinities, 0);
}

TEST(LayerValues, ScalesAreSaid) {
    EXPECT_FALSE(valuesOf(request("e4m3", "head.fc")).weightsScaled);
    EXPECT_TRUE(valuesOf(request("int8", "head.fc")).weightsScaled);
    EXPECT_TRUE(valuesOf(request("int8", "head.fc")).activationsScaled);
    EXPECT_TRUE(valuesOf(request("mxfp8", "head.fc")).weightsScaled);
    auto asked = request("e4m3", "head.fc");
    asked.scales.weights = ScaleGrain::tensor;
    EXPECT_TRUE(valuesOf(asked).weightsScaled);
    EXPECT_FALSE(valuesOf(asked).activationsScaled);
}

TEST(LayerValues, WhatCannotBeAnsweredIsSaid) {
    const auto unknown = layerValues(request("bf16", "blocks.7"));
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().text().find("blocks.7"), std::string::npos);
    std::stop_source stop;
    stop.request_stop();
    const auto stopped = layerValues(request("bf16", "head"), stop.get_token());
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
}

TEST(KeptLayers, CompareRunsThePlanInEveryFormat) {
    const auto model = nestedModel();
    const std::vector<std::string> keep{"blocks.0", "head.fc"};
    CompareRequest asked;
    asked.model = model;
    asked.image = smallPicture();
    asked.candidates = {format("e4m3"), format("e5m2"), format("bf16")};
    asked.keep = keep;
    asked.runs = 0;
    const auto kept = compare(asked);
    ASSERT_TRUE(kept) << kept.error().text();
    EXPECT_EQ(kept->keep, keep);
    asked.keep.clear();
    const auto whole = compare(asked);
    for (std::size_t i = 0; i < asked.candidates.size(); ++i) {
        CompareRequest one = asked;
        one.candidates = {asked.candidates[i]};
        one.overrides = keepingInFp32(model->graph, keep, asked.candidates[i]);
        const auto wanted = compare(one);
        ASSERT_TRUE(wanted);
        EXPECT_EQ(kept->runs[i + 1].logits, wanted->runs[1].logits);
        EXPECT_EQ(kept->runs[i + 1].memory.weightBytes, wanted->runs[1].memory.weightBytes);
        EXPECT_GT(kept->runs[i + 1].memory.weightBytes, whole->runs[i + 1].memory.weightBytes);
    }
    EXPECT_EQ(kept->runs[0].logits, whole->runs[0].logits);
    asked.keep = {"blocks.9"};
    const auto unknown = compare(asked);
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().text().find("blocks.9"), std::string::npos);
}

}  // namespace
