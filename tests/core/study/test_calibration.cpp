#include <gtest/gtest.h>

#include <cmath>

#include "core/run/graph_writer.h"
#include "core/study/nested_model.h"
#include "core/study/small_model.h"
#include "run/emulation.h"
#include "study/compare.h"
#include "study/memory.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

CompareReport reportOf(const std::string& format, const QuantizationOptions& scales,
                       std::shared_ptr<Model> model = nestedModel()) {
    CompareRequest asked;
    asked.model = std::move(model);
    asked.image = smallPicture();
    asked.candidates = {*findFormat(format)};
    asked.scales = scales;
    asked.runs = 0;
    auto report = compare(asked);
    if (!report) throw std::runtime_error(report.error().text());
    return *std::move(report);
}

double sqnr(const std::string& format, const QuantizationOptions& scales) {
    return reportOf(format, scales).comparisons[0].metrics.sqnrDb;
}

/// One operator on twelve values: what static scales make of them can be reckoned by hand.
std::vector<double> doubled(std::vector<float> values, const std::string& format, const QuantizationOptions& scales) {
    GraphWriter g;
    ValueRef x = g.call("aten::flatten", "", {{"", g.input()}, {"start_dim", std::int64_t{1}}}, "using_ints");
    CompareRequest asked;
    asked.model = modelOf(g.finish(g.call("aten::mul", "double", {{"", x}, {"", 2.0}}, "Tensor")));
    asked.tensor = twelve(std::move(values));
    asked.candidates = {*findFormat(format)};
    asked.scales = scales;
    asked.runs = 0;
    auto report = compare(asked);
    if (!report) throw std::runtime_error(report.error().text());
    return report->runs[1].logits;
}

TEST(Calibration, MinMaxTakesTheBoundsOfTheFp32Values) {
    const std::vector<float> x{0.5F, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -100};
    const auto logits = doubled(x, "int8", {.calibration = Calibration::minMax});
    for (std::size_t i = 0; i < x.size(); ++i) {
        // The input's bound is 100, the result's 200.
        const double in = std::nearbyint(static_cast<double>(x[i]) * 127 / 100) * 100 / 127;
        const double out = std::nearbyint(2 * in * 127 / 200) * 200 / 127;
        EXPECT_NEAR(logits[i], out, 1e-4) << i;
    }
}

TEST(Calibration, WhatIsNotUsualIsSaidInWords) {
    EXPECT_EQ(scaleWords({}), "");
    EXPECT_EQ(scaleWords({.weights = ScaleGrain::tensor}), "weights with one scale a tensor");
    EXPECT_EQ(scaleWords({.activations = ScaleGrain::none, .calibration = Calibration::percentile, .percentile = 99.9}),
              "activations without scales, activations bounded by percentile 99.9; integer formats need scales and keep "
              "the usual ones");
}

TEST(Calibration, APercentileLetsTheFewLargestSaturate) {
    std::vector<float> x{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 1000};
    const auto clipped = doubled(x, "int8", {.calibration = Calibration::percentile, .percentile = 91});
    const auto whole = doubled(x, "int8", {.calibration = Calibration::minMax});
    EXPECT_LT(clipped[11], 100) << "the outlier saturates";
    EXPECT_NEAR(whole[11], 2000, 1e-3);
    EXPECT_LT(std::abs(clipped[0] - 2), std::abs(whole[0] - 2));
    EXPECT_EQ(doubled(x, "int8", {.calibration = Calibration::percentile, .percentile = 100}), whole);
}

TEST(Calibration, TheLeastErrorIsNoLargerThanMinMax) {
    // Of four bits and many small values beside few large ones, clipping pays.
    at::Tensor values = normal({1, 3, 40, 40}, 3);
    values[0][0][0][0] = 30;
    const auto run = [&](Calibration calibration) {
        GraphWriter g;
        ValueRef x = g.call("aten::flatten", "", {{"", g.input()}, {"start_dim", std::int64_t{1}}}, "using_ints");
        CompareRequest asked;
        asked.model = modelOf(g.finish(g.call("aten::mul", "same", {{"", x}, {"", 1.0}}, "Tensor")));
        const auto* data = values.const_data_ptr<float>();
        asked.tensor = TensorInput{
            .path = "made", .tensor = "x", .values = {data, data + values.numel()}, .shape = {1, 3, 40, 40}};
        asked.candidates = {*findFormat("int4-affine"), format("e4m3")};
        asked.scales = {.activations = ScaleGrain::tensor, .calibration = calibration};
        asked.runs = 0;
        auto report = compare(asked);
        if (!report) throw std::runtime_error(report.error().text());
        return *std::move(report);
    };
    const auto minMax = run(Calibration::minMax), least = run(Calibration::minimumMse);
    EXPECT_LT(least.comparisons[0].metrics.rmse, 0.8 * minMax.comparisons[0].metrics.rmse);
    EXPECT_LE(least.comparisons[1].metrics.rmse, 1.05 * minMax.comparisons[1].metrics.rmse);
}

TEST(Calibration, WholeModelsRunUnderEveryOne) {
    for (const char* name : {"int8", "int8-affine", "e4m3"})
        for (const auto calibration :
             {Calibration::dynamic, Calibration::minMax, Calibration::percentile, Calibration::minimumMse}) {
            const double db = sqnr(name, {.activations = ScaleGrain::tensor, .calibration = calibration});
            EXPECT_GT(db, 15) << name << " " << static_cast<int>(calibration);
            EXPECT_LT(db, 80) << name << " " << static_cast<int>(calibration);
        }
}

TEST(Calibration, OneScaleAChannelIsBetterThanOneATensorAndTakesMoreBytes) {
    const auto channel = reportOf("int8", {}), tensor = reportOf("int8", {.weights = ScaleGrain::tensor});
    EXPECT_GT(channel.runs[1].memory.scaleBytes, tensor.runs[1].memory.scaleBytes);
    EXPECT_EQ(channel.runs[1].memory.scaleBytes, 4 * (6 + 6 + 6 + 5));
    EXPECT_EQ(tensor.runs[1].memory.scaleBytes, 4 * 4);
    EXPECT_NE(channel.runs[1].logits, tensor.runs[1].logits);
    // Calibrated, the picture and the result of each of the thirteen operators have a scale.
    const auto calibrated = reportOf("int8", {.calibration = Calibration::minMax});
    EXPECT_EQ(calibrated.runs[1].memory.scaleBytes - channel.runs[1].memory.scaleBytes, 4 * 14);
}

TEST(Calibration, Fp8MayHaveScales) {
    const auto plain = reportOf("e4m3", {});
    const auto scaled = reportOf("e4m3", {.weights = ScaleGrain::channel, .activations = ScaleGrain::tensor});
    EXPECT_EQ(plain.runs[1].memory.scaleBytes, 0);
    // Four weights with a scale a channel, and a scale for each of their biases.
    EXPECT_EQ(scaled.runs[1].memory.scaleBytes, 4 * (6 + 6 + 6 + 5) + 4 * 4);
    EXPECT_NE(plain.runs[1].logits, scaled.runs[1].logits);
    // Values of 10^-6 vanish in E4M3 without a scale, and with one do not.
    std::vector<float> small;
    for (int i = 1; i <= 12; ++i) small.push_back(1e-6F * static_cast<float>(i));
    for (const double y : doubled(small, "e4m3", {})) EXPECT_EQ(y, 0);
    const auto kept = doubled(small, "e4m3", {.activations = ScaleGrain::tensor});
    for (std::size_t i = 0; i < small.size(); ++i)
        EXPECT_NEAR(kept[i], 2 * static_cast<double>(small[i]), 0.08 * kept[i]);
}

TEST(Calibration, ScaledWeightsAreNeverFartherThanHalfAStep) {
    at::Tensor weight = normal({4, 40}, 2, 1e-4F);
    for (const ScaleGrain grain : {ScaleGrain::tensor, ScaleGrain::channel}) {
        at::Tensor rounded = weight.clone();
        roundWeight(rounded, format("e4m3"), {}, {.grain = grain});
        const at::Tensor relative = rounded.sub(weight).abs().div(weight.abs().max());
        EXPECT_LT(relative.max().item<float>(), 1.0F / 16) << "three fraction bits";
        EXPECT_GT(relative.max().item<float>(), 0);
        EXPECT_FLOAT_EQ(rounded.abs().max().item<float>(), weight.abs().max().item<float>());
    }
    EXPECT_EQ(weightScaleBytes({4, 40}, format("e4m3"), ScaleGrain::channel), 16);
    EXPECT_EQ(weightScaleBytes({4, 40}, format("e4m3"), ScaleGrain::tensor), 4);
    EXPECT_EQ(weightScaleBytes({4, 40}, format("e4m3")), 0);
    EXPECT_EQ(weightScaleBytes({4, 40}, format("int8"), ScaleGrain::tensor), 4);
    EXPECT_EQ(weightScaleBytes({4}, format("int8"), ScaleGrain::tensor), 0);
    EXPECT_EQ(weightScaleBytes({4, 40}, format("fp32"), ScaleGrain::tensor), 0);
}

TEST(Calibration, APercentileThatIsNoneIsRefused) {
    for (const double percentile : {50.0, 101.0, -1.0, std::nan("")}) {
        CompareRequest asked;
        asked.model = nestedModel();
        asked.image = smallPicture();
        asked.candidates = {format("int8")};
        asked.scales = {.calibration = Calibration::percentile, .percentile = percentile};
        asked.runs = 0;
        const auto report = compare(asked);
        ASSERT_TRUE(report);
        ASSERT_TRUE(report->runs[1].error) << percentile;
        EXPECT_EQ(report->runs[1].error->code, ErrorCode::invalidArgument);
    }
}

}  // namespace
