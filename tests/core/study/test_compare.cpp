#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "core/run/graph_writer.h"
#include "core/study/small_model.h"
#include "study/compare.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

CompareRequest request(std::vector<std::string> candidates) {
    CompareRequest request;
    request.model = smallModel();
    request.image = smallPicture();
    for (const auto& name : candidates) request.candidates.push_back(*findFormat(name));
    request.runs = 3;
    request.topK = 3;
    return request;
}

/// flatten, then whatever `body` makes of it.
template <class Body>
CompareRequest requestOf(Body body, std::vector<float> values, std::vector<std::string> candidates) {
    GraphWriter g;
    const ValueRef flat = g.call("aten::flatten", "", {{"", g.input()}, {"start_dim", std::int64_t{1}}}, "using_ints");
    CompareRequest made;
    made.model = modelOf(g.finish(body(g, flat)));
    made.tensor = twelve(std::move(values));
    for (const auto& name : candidates) made.candidates.push_back(*findFormat(name));
    made.runs = 1;
    return made;
}

const std::vector<float> kOneToTwelve{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

TEST(Compare, RunsTheReferenceAndEveryCandidateInOrder) {
    auto asked = request({"bf16", "fp16", "tf32", "e4m3", "int8", "e6m9"});
    const auto report = compare(asked);
    ASSERT_TRUE(report) << report.error().text();
    const std::vector<std::string> names{"fp32", "bf16", "fp16", "tf32", "e4m3", "int8", "e6m9"};
    ASSERT_EQ(report->runs.size(), names.size());
    ASSERT_EQ(report->comparisons.size(), names.size() - 1);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const FormatRun& run = report->runs[i];
        EXPECT_EQ(run.format.name, names[i]);
        ASSERT_TRUE(run.ok()) << run.error->text();
        const bool native = i < 3;
        EXPECT_EQ(run.mode, native ? RunMode::native : RunMode::emulated) << names[i];
        EXPECT_EQ(run.latency.has_value(), native) << "how long emulation takes says nothing about the format";
        EXPECT_EQ(run.memory.activationMeasured, native);
        EXPECT_FALSE(run.fallbackFrom);
        EXPECT_EQ(run.logits.size(), 5U);
        EXPECT_NEAR(std::accumulate(run.probabilities.begin(), run.probabilities.end(), 0.0), 1, 1e-12);
        ASSERT_EQ(run.top.size(), 3U);
        EXPECT_GE(run.top[0].logit, run.top[1].logit);
        EXPECT_EQ(run.top[0].logit, *std::max_element(run.logits.begin(), run.logits.end()));
        EXPECT_EQ(run.nans + run.infinities, 0U);
        if (native) {
            EXPECT_EQ(run.latency->runs, 3);
            EXPECT_GT(run.latency->min, 0);
            EXPECT_LE(run.latency->min, run.latency->median);
            EXPECT_LE(run.latency->median, run.latency->max);
        }
        if (i == 0) continue;
        const Comparison& comparison = report->comparisons[i - 1];
        EXPECT_EQ(comparison.candidate, i);
        EXPECT_EQ(comparison.slowdown.has_value(), native);
        EXPECT_GT(comparison.metrics.maxAbs, 0) << names[i];
        EXPECT_NE(comparison.verdict.find(run.format.title), std::string::npos);
        std::uint64_t counted = 0;
        for (const auto count : comparison.differences.counts) counted += count;
        EXPECT_EQ(counted, 5U);
        EXPECT_EQ(comparison.differences.edges.front(), -comparison.differences.edges.back());
    }
    // More fraction bits, less error.
    const auto error = [&](std::size_t i) { return report->comparisons[i].metrics.rmse; };
    EXPECT_LT(error(2), error(0));  // TF32 < BF16
    EXPECT_LT(error(0), error(3));  // BF16 < E4M3
    EXPECT_FALSE(report->partial);
    EXPECT_GT(report->seconds, 0);
    EXPECT_EQ(report->input->shape, (std::vector<std::int64_t>{1, 3, 16, 16}));
    EXPECT_EQ(report->reference().top[0].label, asked.model->label(report->reference().top[0].index));
}

TEST(Compare, FormatsThatAreToBeEmulatedAreAndTheOthersAreNot) {
    auto asked = request({"bf16", "fp16"});
    asked.emulated = {format("bf16")};
    const auto some = compare(asked);
    ASSERT_TRUE(some) << some.error().text();
    EXPECT_EQ(some->runs[1].mode, RunMode::emulated);
    EXPECT_EQ(some->runs[2].mode, RunMode::native);
    asked.mode = RunMode::emulated;
    const auto all = compare(asked);
    ASSERT_TRUE(all) << all.error().text();
    for (const auto& run : all->runs) EXPECT_EQ(run.mode, RunMode::emulated);
    EXPECT_EQ(all->runs[1].logits, some->runs[1].logits);
    EXPECT_FALSE(all->runs[2].latency);
    EXPECT_TRUE(some->runs[2].latency);
}

TEST(Compare, NativeModeKeepsTheErrorOfAFormatWithoutKernels) {
    auto asked = request({"tf32", "bf16"});
    asked.mode = RunMode::native;
    const auto report = compare(asked);
    ASSERT_TRUE(report) << report.error().text();
    ASSERT_FALSE(report->runs[1].ok());
    EXPECT_EQ(report->runs[1].error->code, ErrorCode::noKernel);
    EXPECT_TRUE(report->runs[1].logits.empty());
    EXPECT_TRUE(report->runs[2].ok());
    ASSERT_EQ(report->comparisons.size(), 1U);
    EXPECT_EQ(report->comparisons[0].candidate, 2U);
}

TEST(Compare, AutomaticModeFallsBackAndSaysWhichOperatorFailed) {
    // A constant of the program text keeps FP32, and LibTorch multiplies no BF16 matrix with an FP32 one.
    const auto body = [](GraphWriter& g, ValueRef x) {
        return g.call("aten::linear", "head", {{"", x}, {"", g.constant("constant_1", normal({4, 12}, 3))}});
    };
    auto asked = requestOf(body, kOneToTwelve, {"bf16"});
    const auto report = compare(asked);
    ASSERT_TRUE(report) << report.error().text();
    const FormatRun& run = report->runs[1];
    ASSERT_TRUE(run.ok()) << run.error->text();
    EXPECT_EQ(run.mode, RunMode::emulated);
    ASSERT_TRUE(run.fallbackFrom);
    EXPECT_EQ(run.fallbackFrom->op, "aten::linear");
    EXPECT_EQ(run.fallbackFrom->layer, "head");
    EXPECT_FALSE(run.fallbackFrom->message.empty());
    EXPECT_FALSE(run.latency);

    asked.mode = RunMode::native;
    const auto native = compare(asked);
    ASSERT_TRUE(native);
    ASSERT_FALSE(native->runs[1].ok());
    EXPECT_EQ(native->runs[1].error->layer, "head");
}

TEST(Compare, FailsAsAWholeOnlyWhereTheReferenceCannotRun) {
    const auto body = [](GraphWriter& g, ValueRef x) { return g.call("aten::bitwise_not", "head", {{"", x}}); };
    const auto report = compare(requestOf(body, kOneToTwelve, {"bf16"}));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().op, "aten::bitwise_not");
    auto asked = request({"bf16"});
    asked.reference = *findFormat("tf32");
    asked.mode = RunMode::native;
    EXPECT_FALSE(compare(asked));
}

TEST(Compare, NanAndInfinityAreCountedNotHidden) {
    // 12 values times 10^4: past 65504, FP16's largest; minus itself, infinity is NaN.
    const auto large = [](GraphWriter& g, ValueRef x) {
        return g.call("aten::mul", "head", {{"", x}, {"", 1e4}}, "Tensor");
    };
    const auto report = compare(requestOf(large, kOneToTwelve, {"fp16", "bf16"}));
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->reference().infinities, 0U);
    EXPECT_EQ(report->runs[1].infinities, 6U);  // 70000 … 120000
    EXPECT_EQ(report->runs[1].nans, 0U);
    EXPECT_EQ(report->runs[2].infinities, 0U);
    EXPECT_EQ(report->comparisons[0].metrics.excluded, 6U);
    EXPECT_NE(report->comparisons[0].verdict.find("6 of its 12 outputs are infinite"), std::string::npos)
        << report->comparisons[0].verdict;

    const auto both = [&](GraphWriter& g, ValueRef x) {
        const ValueRef y = large(g, x);
        return g.call("aten::sub", "head", {{"", y}, {"", y}}, "Tensor");
    };
    const auto nans = compare(requestOf(both, kOneToTwelve, {"fp16"}));
    ASSERT_TRUE(nans) << nans.error().text();
    EXPECT_EQ(nans->runs[1].nans, 6U);
    EXPECT_EQ(nans->reference().nans, 0U);

    const auto everywhere = compare(requestOf(both, {7, 8, 9, 10, 11, 12, 7, 8, 9, 10, 11, 12}, {"fp16"}));
    ASSERT_TRUE(everywhere);
    EXPECT_EQ(everywhere->runs[1].nans, 12U);
    EXPECT_FALSE(everywhere->comparisons[0].metrics.top1Agrees);
    EXPECT_EQ(everywhere->comparisons[0].verdict, "FP16 gives no answer: 12 of its 12 outputs are NaN, so there is no top-1");
}

TEST(Compare, OverflowIsWhatTheUserChose) {
    const auto large = [](GraphWriter& g, ValueRef x) {
        return g.call("aten::mul", "head", {{"", x}, {"", 100.0}}, "Tensor");
    };
    auto asked = requestOf(large, kOneToTwelve, {"e4m3"});  // largest 448
    asked.rounding.overflow = Overflow::saturate;
    const auto saturated = compare(asked);
    asked.rounding.overflow = Overflow::standard;
    const auto standard = compare(asked);
    ASSERT_TRUE(saturated && standard);
    EXPECT_EQ(saturated->runs[1].nans, 0U);
    EXPECT_EQ(saturated->runs[1].logits.back(), 448);
    EXPECT_EQ(standard->runs[1].nans, 8U);
}

TEST(Compare, ScopeLeavesTheOtherHalfInFp32) {
    auto asked = request({"e4m3"});
    const auto both = compare(asked);
    asked.scope = CastScope::weights;
    const auto weights = compare(asked);
    asked.scope = CastScope::activations;
    const auto activations = compare(asked);
    ASSERT_TRUE(both && weights && activations);
    EXPECT_NE(weights->runs[1].logits, both->runs[1].logits);
    EXPECT_NE(activations->runs[1].logits, both->runs[1].logits);
    const auto bytes = [](const Result<CompareReport>& report) { return report->runs[1].memory; };
    EXPECT_EQ(bytes(weights).weightBytes, bytes(both).weightBytes);
    EXPECT_EQ(bytes(weights).activationPeakBytes, 4 * bytes(both).activationPeakBytes);
    EXPECT_EQ(bytes(activations).weightBytes, 4 * bytes(both).weightBytes);
    EXPECT_EQ(bytes(activations).activationPeakBytes, bytes(both).activationPeakBytes);
    EXPECT_EQ(weights->reference().mode, RunMode::native);
}

TEST(Compare, Int8PaysForItsScales) {
    const auto report = compare(request({"int8"}));
    ASSERT_TRUE(report);
    // Output channels of conv1, conv2 and fc: 4 + 8 + 5 scales of four bytes.
    EXPECT_EQ(report->runs[1].memory.scaleBytes, 4 * (4 + 8 + 5));
    EXPECT_EQ(report->runs[1].memory.weightBytes, report->reference().memory.weightBytes / 4);
}

TEST(Compare, FormatsInBlocksRunAndPayForTheirScales) {
    const auto report = compare(request({"mxfp4", "nvfp4"}));
    ASSERT_TRUE(report) << report.error().text();
    ASSERT_EQ(report->runs.size(), 3U);
    for (const auto& run : report->runs) ASSERT_TRUE(run.ok()) << run.error->text();
    EXPECT_EQ(report->runs[1].mode, RunMode::emulated);
    EXPECT_NE(report->runs[1].logits, report->reference().logits);
    EXPECT_NE(report->runs[1].logits, report->runs[2].logits);
    // A channel of conv1 has 27 weights, of conv2 36, a class of fc 128: 1, 2 and 4 blocks of 32; 2, 3 and 8 of 16.
    EXPECT_EQ(report->runs[1].memory.scaleBytes, 4 * 1 + 8 * 2 + 5 * 4);
    EXPECT_EQ(report->runs[2].memory.scaleBytes, 4 * 2 + 8 * 3 + 5 * 8 + 3 * 4) << "and FP32 once a tensor";
    // Half a byte a weight; biases stay FP32.
    EXPECT_EQ(report->runs[1].memory.weightBytes, (4 * 27 + 8 * 36 + 5 * 128) / 2 + 4 * (4 + 8 + 5));
    const auto fp32Peak = report->reference().memory.activationPeakBytes;
    EXPECT_EQ(report->runs[1].memory.activationPeakBytes, fp32Peak / 8 + (fp32Peak / 4 + 31) / 32);
    EXPECT_TRUE(std::isnan(report->comparisons[0].metrics.ulpMax)) << "a step is as large as the block's scale says";
    EXPECT_TRUE(std::isfinite(report->comparisons[0].metrics.sqnrDb));
}

TEST(Compare, CancelledBeforeTheReferenceIsDoneThereIsNoReport) {
    std::stop_source source;
    source.request_stop();
    const auto report = compare(request({"bf16"}), source.get_token());
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::cancelled);
}

TEST(Compare, CancelledLaterWhatIsFinishedIsKept) {
    std::stop_source source;
    const auto report =
        compare(request({"bf16", "e4m3", "fp16"}), source.get_token(), [&](const ProgressUpdate& update) {
            if (update.stage.starts_with(format("e4m3").title + ": layer 2 ")) source.request_stop();
        });
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_TRUE(report->partial);
    ASSERT_EQ(report->runs.size(), 2U);
    EXPECT_EQ(report->runs[1].format.name, "bf16");
    EXPECT_EQ(report->comparisons.size(), 1U);
    EXPECT_FALSE(report->runs[0].latency) << "nothing was timed";
}

TEST(Compare, CancelledWhileTimingTheValuesAreAllThere) {
    std::stop_source source;
    auto asked = request({"bf16"});
    asked.runs = 1000;
    const auto report = compare(asked, source.get_token(), [&](const ProgressUpdate& update) {
        if (update.stage.find("timed run 4 of") != std::string::npos) source.request_stop();
    });
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_TRUE(report->partial);
    ASSERT_EQ(report->runs.size(), 2U);
    EXPECT_EQ(report->comparisons.size(), 1U);
    ASSERT_TRUE(report->reference().latency);
    EXPECT_EQ(report->reference().latency->runs, 3);
}

TEST(Compare, ProgressNamesFormatAndLayerAndNeverGoesBack) {
    std::vector<ProgressUpdate> updates;
    const auto asked = request({"bf16", "int8"});
    ASSERT_TRUE(compare(asked, {}, [&](const ProgressUpdate& update) { updates.push_back(update); }));
    ASSERT_FALSE(updates.empty());
    const std::string nodes = std::to_string(asked.model->graph.nodes.size());
    const auto said = [&](const std::string& stage) {
        return std::any_of(updates.begin(), updates.end(), [&](const ProgressUpdate& u) { return u.stage == stage; });
    };
    EXPECT_TRUE(said("FP32: layer 1 of " + nodes));
    EXPECT_TRUE(said("BF16: layer " + nodes + " of " + nodes));
    EXPECT_TRUE(said("INT8: layer 2 of " + nodes));
    EXPECT_TRUE(said("BF16: timed run 3 of 3"));
    for (std::size_t i = 0; i < updates.size(); ++i) {
        EXPECT_LE(updates[i].done, updates[i].total);
        if (i > 0) {
            EXPECT_GE(updates[i].done, updates[i - 1].done) << updates[i].stage;
            EXPECT_EQ(updates[i].total, updates[0].total);
        }
    }
}

TEST(Compare, ThreadsAreSetOnlyWhenAskedAndComeBack) {
    const int before = at::get_num_threads();
    auto asked = request({});
    asked.threads = before + 1;
    std::set<int> seen;
    const auto report = compare(asked, {}, [&](const ProgressUpdate&) { seen.insert(at::get_num_threads()); });
    ASSERT_TRUE(report);
    EXPECT_EQ(report->environment.threads, before + 1);
    EXPECT_EQ(seen, std::set<int>{before + 1});
    EXPECT_EQ(at::get_num_threads(), before);
    asked.threads = 0;
    EXPECT_EQ(compare(asked)->environment.threads, before);
}

TEST(Compare, RequestsThatCannotBeMetSayWhy) {
    const auto code = [](const CompareRequest& asked) {
        const auto report = compare(asked);
        if (report) return ErrorCode::internal;
        EXPECT_FALSE(report.error().message.empty());
        return report.error().code;
    };
    EXPECT_EQ(code({}), ErrorCode::invalidArgument);
    auto asked = request({});
    asked.image.reset();
    EXPECT_EQ(code(asked), ErrorCode::invalidArgument);
    asked = request({});
    asked.tensor = twelve(kOneToTwelve);
    EXPECT_EQ(code(asked), ErrorCode::invalidArgument);
    asked.image.reset();
    for (const auto& shape : std::vector<std::vector<std::int64_t>>{{12},
                                                                    {3, 2, 2},
                                                                    {2, 3, 1, 2},
                                                                    {1, 3, 2, 3},
                                                                    {1, -3, -2, 2},
                                                                    {1, 3, 0, 2},
                                                                    {1, 1, 2, 2},
                                                                    {1, 1LL << 40, 1LL << 40, 1LL << 40}}) {
        asked.tensor->shape = shape;
        EXPECT_EQ(code(asked), ErrorCode::invalidArgument) << shape.size();
    }
    asked = request({});
    asked.topK = 0;
    EXPECT_EQ(code(asked), ErrorCode::invalidArgument);
    asked = request({});
    asked.threads = -1;
    EXPECT_EQ(code(asked), ErrorCode::invalidArgument);
}

TEST(Compare, AModelThatGivesNoRowOfLogitsIsRefused) {
    const auto indices = [](GraphWriter& g, ValueRef x) {
        return g.call("aten::argmax", "head", {{"", x}, {"dim", std::int64_t{1}}, {"keepdim", true}});
    };
    EXPECT_EQ(compare(requestOf(indices, kOneToTwelve, {})).error().code, ErrorCode::unsupported);
    const auto rows = [](GraphWriter& g, ValueRef x) {
        return g.call("aten::reshape", "head", {{"", x}, {"shape", ints({3, 4})}});
    };
    EXPECT_EQ(compare(requestOf(rows, kOneToTwelve, {})).error().code, ErrorCode::unsupported);
    const auto number = [](GraphWriter& g, ValueRef x) { return g.call("scalar::numel", "head", {{"", x}}); };
    EXPECT_EQ(compare(requestOf(number, kOneToTwelve, {})).error().code, ErrorCode::unsupported);
}

TEST(Compare, WithoutTimedRunsThereIsNoLatency) {
    auto asked = request({"bf16"});
    asked.runs = 0;
    const auto report = compare(asked);
    ASSERT_TRUE(report);
    EXPECT_FALSE(report->reference().latency);
    EXPECT_FALSE(report->comparisons[0].slowdown);
}

TEST(Compare, AnotherPreprocessingIsTakenAndReported) {
    auto asked = request({});
    const auto plain = compare(asked);
    asked.preprocessing = asked.model->preprocessing;
    asked.preprocessing->flipChannels = true;
    const auto flipped = compare(asked);
    ASSERT_TRUE(plain && flipped);
    EXPECT_TRUE(flipped->preprocessing.flipChannels);
    EXPECT_NE(flipped->reference().logits, plain->reference().logits);
}

TEST(Compare, EnvironmentNamesWhatWasUsed) {
    const Environment here = environment();
    EXPECT_FALSE(here.mantissa.empty());
    EXPECT_TRUE(here.libtorch.starts_with("2."));
    EXPECT_TRUE(here.opencv.starts_with("4.") || here.opencv.starts_with("5."));
    EXPECT_FALSE(here.cpu.empty());
    EXPECT_GE(here.threads, 1);
}

}  // namespace
