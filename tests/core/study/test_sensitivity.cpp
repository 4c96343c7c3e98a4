#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/run/graph_writer.h"
#include "core/study/nested_model.h"
#include "core/study/small_model.h"
#include "study/module_tree.h"
#include "study/sensitivity.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

SensitivityRequest request(const std::string& format, std::shared_ptr<Model> model = nestedModel()) {
    SensitivityRequest request;
    request.model = std::move(model);
    request.image = smallPicture();
    request.format = *findFormat(format);
    return request;
}

SensitivityReport reportOf(const SensitivityRequest& request) {
    auto report = analyseSensitivity(request);
    if (!report) throw std::runtime_error(report.error().text());
    return *std::move(report);
}

/// A whole forward pass under overrides, as compare() makes it.
CompareReport passWith(const SensitivityRequest& request, const Format& format, std::vector<LayerFormat> overrides) {
    CompareRequest asked;
    asked.model = request.model;
    asked.image = request.image;
    asked.tensor = request.tensor;
    asked.candidates = {format};
    asked.mode = RunMode::emulated;
    asked.scope = request.scope;
    asked.rounding = request.rounding;
    asked.overrides = std::move(overrides);
    asked.runs = 0;
    auto report = compare(asked);
    if (!report) throw std::runtime_error(report.error().text());
    return *std::move(report);
}

/// The logits' error against FP32 with the own operators and weights of one module in the format.
ErrorMetrics alone(const SensitivityRequest& request, const std::string& layer) {
    // Everything else is kept in FP32: every module's own path says which it is, and the longest path counts.
    const ModuleTree tree(request.model->graph);
    std::vector<LayerFormat> overrides;
    for (const auto& module : tree.modules())
        if (!module.path.empty())
            overrides.push_back({module.path, module.path == layer ? request.format : format("fp32")});
    const auto report = passWith(request, request.format, overrides);
    return errorMetrics(reportOf(request).reference, report.runs[1].logits, request.format, 5);
}

const LayerSensitivity& at(const SensitivityReport& report, const std::string& layer) {
    const auto found =
        std::find_if(report.layers.begin(), report.layers.end(), [&](const auto& one) { return one.layer == layer; });
    if (found == report.layers.end()) throw std::runtime_error("no layer " + layer);
    return *found;
}

std::uint64_t bits(double x) { return std::bit_cast<std::uint64_t>(x); }

TEST(Sensitivity, IsBitByBitThatOfWholeForwardPasses) {
    for (const char* name : {"bf16", "e4m3", "int8", "mxfp8"}) {
        const auto asked = request(name);
        const auto report = reportOf(asked);
        std::vector<std::string> layers;
        for (const auto& one : report.layers) layers.push_back(one.layer);
        EXPECT_EQ(layers, (std::vector<std::string>{"stem.conv", "stem.act", "blocks.0", "blocks.0.act",
                                                    "blocks.0.conv", "blocks.1", "blocks.1.act", "blocks.1.conv",
                                                    "head", "head.pool", "head.fc"}))
            << name;
        for (const auto& one : report.layers) {
            const ErrorMetrics wanted = alone(asked, one.layer);
            EXPECT_EQ(bits(one.metrics.sqnrDb), bits(wanted.sqnrDb)) << name << " " << one.layer;
            EXPECT_EQ(bits(one.metrics.maxAbs), bits(wanted.maxAbs)) << name << " " << one.layer;
            EXPECT_EQ(bits(one.metrics.candidateMargin), bits(wanted.candidateMargin)) << name << " " << one.layer;
            EXPECT_EQ(one.exact, wanted.maxAbs == 0) << name << " " << one.layer;
        }
        EXPECT_TRUE(at(report, "head").exact) << "flattening rounds nothing";
    }
}

TEST(Sensitivity, FollowsTheScopeAndTheSeed) {
    auto asked = request("e4m3");
    asked.scope = CastScope::weights;
    const auto weights = reportOf(asked);
    EXPECT_TRUE(at(weights, "blocks.0.act").exact) << "it has none";
    EXPECT_FALSE(at(weights, "blocks.0.conv").exact);
    EXPECT_EQ(bits(at(weights, "blocks.0.conv").metrics.sqnrDb), bits(alone(asked, "blocks.0.conv").sqnrDb));
    asked.scope = CastScope::weightsAndActivations;
    asked.rounding = {.rounding = Rounding::stochastic, .seed = 9};
    EXPECT_EQ(bits(at(reportOf(asked), "blocks.1.conv").metrics.sqnrDb), bits(alone(asked, "blocks.1.conv").sqnrDb));
}

TEST(Sensitivity, RunsLessThanAPassALayer) {
    const auto asked = request("bf16");
    const auto report = reportOf(asked);
    const auto passes = static_cast<double>(report.nodesRun) / static_cast<double>(asked.model->graph.nodes.size());
    EXPECT_LT(passes, 0.75 * static_cast<double>(report.layers.size()));
}

TEST(Sensitivity, TheWholeModelIsThatOfCompare) {
    const auto asked = request("e4m3");
    const auto report = reportOf(asked);
    const auto whole = passWith(asked, asked.format, {});
    EXPECT_EQ(report.reference, whole.runs[0].logits);
    EXPECT_EQ(bits(report.whole.sqnrDb),
              bits(errorMetrics(report.reference, whole.runs[1].logits, asked.format, 5).sqnrDb));
}

TEST(Sensitivity, APlanMeetsItsTargetAndKeepsNothingItDoesNotNeed) {
    auto asked = request("e4m3");
    const double whole = reportOf(asked).whole.sqnrDb;
    for (const double more : {2.0, 6.0, 15.0}) {
        asked.target = PlanTarget{.measure = PlanTarget::Measure::sqnrDb, .value = whole + more};
        const auto report = reportOf(asked);
        ASSERT_TRUE(report.plan);
        ASSERT_TRUE(report.plan->met) << more;
        EXPECT_GE(report.plan->metrics.sqnrDb, whole + more);
        ASSERT_FALSE(report.plan->keep.empty());
        // The plan as compare follows it.
        const auto followed = passWith(asked, asked.format, report.plan->overrides);
        EXPECT_EQ(bits(errorMetrics(report.reference, followed.runs[1].logits, asked.format, 5).sqnrDb),
                  bits(report.plan->metrics.sqnrDb));
        for (std::size_t i = 0; report.plan->keep.size() > 1 && i < report.plan->keep.size(); ++i) {
            auto fewer = report.plan->keep;
            fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
            const auto without = passWith(asked, asked.format, keepingInFp32(asked.model->graph, fewer, asked.format));
            EXPECT_LT(errorMetrics(report.reference, without.runs[1].logits, asked.format, 5).sqnrDb, whole + more)
                << fewer[0];
        }
    }
}

TEST(Sensitivity, OnSimpleCnnThePlanIsAsSmallAsTheBestOfAllSubsets) {
    auto asked = request("e4m3", smallModel());
    const auto base = reportOf(asked);
    std::vector<std::string> layers;
    for (const auto& one : base.layers) layers.push_back(one.layer);
    ASSERT_EQ(layers.size(), 8U);
    // SQNR of every subset that may be kept.
    std::vector<double> sqnr(std::size_t{1} << layers.size());
    for (std::size_t subset = 0; subset < sqnr.size(); ++subset) {
        std::vector<std::string> keep;
        for (std::size_t i = 0; i < layers.size(); ++i)
            if (subset >> i & 1U) keep.push_back(layers[i]);
        const auto pass = passWith(asked, asked.format, keepingInFp32(asked.model->graph, keep, asked.format));
        sqnr[subset] = errorMetrics(base.reference, pass.runs[1].logits, asked.format, 5).sqnrDb;
    }
    for (const double more : {1.0, 3.0, 8.0}) {
        asked.target = PlanTarget{.measure = PlanTarget::Measure::sqnrDb, .value = base.whole.sqnrDb + more};
        const auto report = reportOf(asked);
        ASSERT_TRUE(report.plan && report.plan->met);
        std::size_t fewest = layers.size();
        for (std::size_t subset = 0; subset < sqnr.size(); ++subset)
            if (sqnr[subset] >= asked.target->value)
                fewest = std::min<std::size_t>(fewest, static_cast<std::size_t>(std::popcount(subset)));
        EXPECT_GE(report.plan->keep.size(), fewest);
        EXPECT_LE(report.plan->keep.size(), fewest + 1) << more;
        EXPECT_LT(report.plan->runs, 24) << "not by trying them all";
    }
}

TEST(Sensitivity, AMarginIsATargetToo) {
    auto asked = request("e2m1");
    const auto base = reportOf(asked);
    asked.target = PlanTarget{.measure = PlanTarget::Measure::margin, .value = 0.9 * base.whole.referenceMargin};
    const auto report = reportOf(asked);
    ASSERT_TRUE(report.plan);
    EXPECT_TRUE(report.plan->met);
    EXPECT_GE(report.plan->metrics.candidateMargin, asked.target->value);
}

TEST(Sensitivity, WhatIsMetAlreadyKeepsNothingAndWhatCannotBeIsSaid) {
    auto asked = request("bf16");
    asked.target = PlanTarget{.value = -100};
    const auto easy = reportOf(asked);
    EXPECT_TRUE(easy.plan->met);
    EXPECT_TRUE(easy.plan->keep.empty());
    EXPECT_TRUE(easy.plan->overrides.empty());
    asked.target = PlanTarget{.measure = PlanTarget::Measure::margin, .value = 1e9};
    EXPECT_FALSE(reportOf(asked).plan->met);
    asked.target = PlanTarget{.value = std::numeric_limits<double>::quiet_NaN()};
    EXPECT_FALSE(reportOf(asked).plan->met);
}

TEST(Sensitivity, ComesLayerByLayerAndCanBeStopped) {
    std::stop_source source;
    auto asked = request("e4m3");
    asked.target = PlanTarget{.value = 60};
    int seen = 0;
    asked.ready = [&](const LayerSensitivity&) {
        if (++seen == 3) source.request_stop();
    };
    const auto report = analyseSensitivity(asked, source.get_token());
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_TRUE(report->partial);
    EXPECT_EQ(report->layers.size(), 3U);
    EXPECT_FALSE(report->plan);
    const auto nothing = analyseSensitivity(request("e4m3"), source.get_token());
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().code, ErrorCode::cancelled);
}

TEST(Sensitivity, WhatCannotBeAskedIsSaid) {
    EXPECT_EQ(analyseSensitivity({}).error().code, ErrorCode::invalidArgument);
    EXPECT_EQ(analyseSensitivity(request("fp64")).error().code, ErrorCode::unsupported);
    auto nothing = request("bf16");
    nothing.image.reset();
    EXPECT_EQ(analyseSensitivity(nothing).error().code, ErrorCode::invalidArgument);
}

TEST(Compare, FollowsAPlanOfLayersInAnotherFormat) {
    auto asked = request("bf16");
    const std::vector<LayerFormat> keep{{"blocks.1", format("fp32")}, {"head.fc", format("fp32")}};
    CompareRequest compared;
    compared.model = asked.model;
    compared.image = asked.image;
    compared.candidates = {format("bf16"), format("e4m3")};
    compared.runs = 0;
    const auto plain = compare(compared);
    compared.overrides = keep;
    const auto kept = compare(compared);
    ASSERT_TRUE(plain && kept) << kept.error().text();
    EXPECT_EQ(kept->runs[0].logits, plain->runs[0].logits) << "the reference has no plan";
    EXPECT_EQ(kept->runs[1].mode, RunMode::native) << "BF16 and FP32 both have kernels";
    EXPECT_NE(kept->runs[1].logits, plain->runs[1].logits);
    EXPECT_LT(kept->comparisons[1].metrics.rmse, plain->comparisons[1].metrics.rmse);
    // A block's convolution has 6·6·9 + 6 values, the head's 5·24 + 5; they take four bytes, not one.
    EXPECT_EQ(kept->runs[2].memory.weightBytes - plain->runs[2].memory.weightBytes, 3 * (6 * 6 * 9 + 6 + 5 * 24 + 5));
    compared.overrides = {{"blocks.2", format("fp32")}};
    const auto unknown = compare(compared);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ErrorCode::invalidArgument);
    EXPECT_EQ(unknown.error().where, "blocks.2");
}

}  // namespace
