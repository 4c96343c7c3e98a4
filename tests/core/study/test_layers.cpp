#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/run/graph_writer.h"
#include "core/study/nested_model.h"
#include "core/study/small_model.h"
#include "run/executor.h"
#include "run/tensor_view.h"
#include "study/layers.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

constexpr double kExact = std::numeric_limits<double>::infinity();

LayersRequest request(const std::string& format, std::shared_ptr<Model> model = nestedModel()) {
    LayersRequest request;
    request.model = std::move(model);
    request.image = smallPicture();
    request.format = *findFormat(format);
    request.runs = 0;
    return request;
}

template <class Body>
LayersRequest requestOf(Body body, std::vector<float> values, const std::string& format) {
    GraphWriter g;
    const ValueRef flat = g.call("aten::flatten", "", {{"", g.input()}, {"start_dim", std::int64_t{1}}}, "using_ints");
    LayersRequest made;
    made.model = modelOf(g.finish(body(g, flat)));
    made.tensor = twelve(std::move(values));
    made.format = *findFormat(format);
    made.runs = 0;
    return made;
}

LayersReport reportOf(const LayersRequest& request) {
    auto report = analyseLayers(request);
    if (!report) throw std::runtime_error(report.error().text());
    return *std::move(report);
}

const LayerReport& at(const LayersReport& report, const std::string& path) {
    const auto found =
        std::find_if(report.layers.begin(), report.layers.end(), [&](const auto& layer) { return layer.path == path; });
    if (found == report.layers.end()) throw std::runtime_error("no layer " + path);
    return *found;
}

std::vector<float> floats(const at::Tensor& tensor) {
    const at::Tensor packed = tensor.contiguous();
    const auto* values = packed.const_data_ptr<float>();
    return {values, values + packed.numel()};
}

/// The last result of a layer's operators under a plan.
class LastOf : public ExecutionObserver {
  public:
    explicit LastOf(std::string layer) : layer_(std::move(layer)) {}
    void afterNode(std::size_t, const Node& node, const std::vector<at::Tensor>& outputs, std::int64_t) override {
        const bool below = node.layer == layer_ || node.layer.starts_with(layer_ + ".");
        if (below && !outputs.empty()) values = floats(outputs.back());
    }
    std::vector<float> values;

  private:
    std::string layer_;
};

std::vector<float> lastOf(const LayersRequest& request, const std::string& layer, const PrecisionPlan& plan) {
    auto executor = Executor::prepare(request.model->graph, plan);
    if (!executor) throw std::runtime_error(executor.error().text());
    LastOf last(layer);
    const auto input = preprocess(request.image->rgb, request.model->preprocessing).value();
    const at::Tensor x = tensorView({.name = "x",
                                     .dtype = DType::f32,
                                     .shape = input.shape,
                                     .strides = {},
                                     .bytes = std::as_bytes(std::span(input.values)),
                                     .owner = {}})
                             .value();
    if (auto output = executor->run(x, {.observer = &last}); !output) throw std::runtime_error(output.error().text());
    return last.values;
}

CompareReport compared(const LayersRequest& request, CastScope scope, RunMode mode) {
    CompareRequest asked;
    asked.model = request.model;
    asked.image = request.image;
    asked.tensor = request.tensor;
    asked.candidates = {request.format};
    asked.scope = scope;
    asked.mode = mode;
    asked.runs = 0;
    auto report = compare(asked);
    if (!report) throw std::runtime_error(report.error().text());
    return *std::move(report);
}

TEST(Layers, EveryLevelSumsUpItsChildren) {
    const auto asked = request("e4m3");
    const auto report = reportOf(asked);
    std::vector<LayerReport> sums(report.layers.size());
    for (std::size_t i = 0; i < report.layers.size(); ++i) {
        const LayerReport& layer = report.layers[i];
        EXPECT_TRUE(layer.finished) << layer.path;
        if (layer.parent < 0) continue;
        ASSERT_LT(layer.parent, static_cast<int>(i)) << "parents come first";
        LayerReport& sum = sums[static_cast<std::size_t>(layer.parent)];
        sum.parameters += layer.parameters;
        sum.calls += layer.calls;
        sum.weightCasts.add(layer.weightCasts);
        sum.activationCasts.add(layer.activationCasts);
        sum.weights.add(layer.weights);
        sum.activations.add(layer.activations);
    }
    for (const std::string path : {"", "stem", "blocks"}) {  // these have no operators of their own
        const auto index = static_cast<std::size_t>(&at(report, path) - report.layers.data());
        const LayerReport& layer = report.layers[index];
        EXPECT_EQ(layer.parameters, sums[index].parameters) << path;
        EXPECT_EQ(layer.calls, sums[index].calls) << path;
        EXPECT_EQ(layer.weightCasts, sums[index].weightCasts) << path;
        EXPECT_EQ(layer.activationCasts, sums[index].activationCasts) << path;
        EXPECT_EQ(layer.weights.binades(), sums[index].weights.binades()) << path;
        EXPECT_EQ(layer.activations.binades(), sums[index].activations.binades()) << path;
    }
    const auto block = static_cast<std::size_t>(&at(report, "blocks.1") - report.layers.data());
    EXPECT_EQ(report.layers[block].calls, sums[block].calls + 1) << "the addition is the block's own";
    EXPECT_EQ(report.layers[block].activationCasts.values, sums[block].activationCasts.values + 6 * 8 * 8);
    EXPECT_EQ(report.layers[0].parameters, asked.model->parameterCount());
    EXPECT_EQ(report.layers[0].weightCasts.values, asked.model->parameterCount());
    EXPECT_EQ(report.inputCasts.values, 3 * 8 * 8);
    EXPECT_EQ(report.layers[0].calls, static_cast<std::int64_t>(asked.model->graph.nodes.size()));
}

TEST(Layers, SayWhatTheyAreAndWhatLeavesThem) {
    const auto report = reportOf(request("bf16"));
    EXPECT_EQ(at(report, "blocks.0.act").operators, std::vector<std::string>{"silu"});
    EXPECT_EQ(at(report, "blocks.0.act").calls, 2);
    EXPECT_EQ(at(report, "blocks.0").operators, std::vector<std::string>{"add"});
    EXPECT_TRUE(at(report, "blocks").operators.empty());
    EXPECT_EQ(at(report, "stem.conv").outputShape, (std::vector<std::int64_t>{1, 6, 8, 8}));
    EXPECT_EQ(at(report, "head").outputShape, (std::vector<std::int64_t>{1, 5}));
    EXPECT_EQ(at(report, "stem.conv").parameters, 6 * 27 + 6);
    EXPECT_FALSE(at(report, "").milliseconds);
    // What leaves a block is the sum; that its own parts leave each other is their affair.
    EXPECT_EQ(at(report, "blocks.0").local.both.count, 6U * 8 * 8);
    EXPECT_EQ(at(report, "blocks.0.act").local.both.count, 2U * 6 * 8 * 8);
}

TEST(Layers, TheLastLayersCumulativeErrorIsThatOfComparesEmulatedLogits) {
    for (const char* name : {"bf16", "e4m3", "tf32", "int8", "int8-affine", "mxfp8", "nvfp4", "e6m9"}) {
        const auto asked = request(name);
        const auto report = reportOf(asked);
        const auto whole = compared(asked, CastScope::weightsAndActivations, RunMode::emulated);
        EXPECT_EQ(report.reference, whole.runs[0].logits) << name;
        EXPECT_EQ(report.logits, whole.runs[1].logits) << name;
        const ArrayError& last = at(report, "head.fc").cumulative.both;
        const ErrorMetrics& metrics = whole.comparisons[0].metrics;
        EXPECT_EQ(last.maxAbs, metrics.maxAbs) << name;
        EXPECT_NEAR(last.sqnrDb(), metrics.sqnrDb, 1e-9) << name;
        EXPECT_EQ(report.metrics->sqnrDb, metrics.sqnrDb) << name;
        EXPECT_EQ(at(report, "").cumulative.both.noise, last.noise) << name;
    }
}

TEST(Layers, TheErrorIsSplitIntoWeightsAndActivations) {
    const auto asked = request("e4m3");
    const auto report = reportOf(asked);
    const LayerError& last = at(report, "head.fc").cumulative;
    const auto sqnr = [&](CastScope scope) {
        return compared(asked, scope, RunMode::emulated).comparisons[0].metrics.sqnrDb;
    };
    EXPECT_NEAR(last.weights.sqnrDb(), sqnr(CastScope::weights), 1e-9);
    EXPECT_NEAR(last.activations.sqnrDb(), sqnr(CastScope::activations), 1e-9);
    EXPECT_NE(last.weights.noise, last.activations.noise);
    // An activation function has no weights, so rounding weights alone leaves it exact on FP32 inputs.
    EXPECT_EQ(at(report, "blocks.0.act").local.weights.sqnrDb(), kExact);
    EXPECT_EQ(at(report, "blocks.0.act").local.both.noise, at(report, "blocks.0.act").local.activations.noise);
    EXPECT_GT(at(report, "blocks.0.conv").local.weights.noise, 0);
}

TEST(Layers, LocalIsTheLayerInTheFormatAndAllOthersInFp32) {
    for (const char* name : {"bf16", "e4m3", "int8", "mxfp8"}) {
        const auto asked = request(name);
        const auto report = reportOf(asked);
        for (const std::string path :
             {"stem.act", "blocks.0.conv", "blocks.0", "blocks.1", "blocks", "head", "head.fc"}) {
            const PrecisionPlan alone{.kernels = PrecisionPlan::Kernels::emulated, .overrides = {{path, asked.format}}};
            const ArrayError wanted = arrayError(lastOf(asked, path, {}), lastOf(asked, path, alone), asked.format);
            const ArrayError& local = at(report, path).local.both;
            EXPECT_EQ(local.noise, wanted.noise) << name << " " << path;
            EXPECT_EQ(local.maxAbs, wanted.maxAbs) << name << " " << path;
            EXPECT_EQ(local.count, wanted.count) << name << " " << path;
        }
    }
}

TEST(Layers, WhatTheFormatHoldsIsExact) {
    const auto body = [](GraphWriter& g, ValueRef x) {
        x = g.call("aten::mul", "double", {{"", x}, {"", 2.0}}, "Tensor");
        x = g.call("aten::mul", "third", {{"", x}, {"", 0.3}}, "Tensor");
        return g.call("aten::mul", "again", {{"", x}, {"", 2.0}}, "Tensor");
    };
    const auto report = reportOf(requestOf(body, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, "bf16"));
    EXPECT_EQ(at(report, "double").local.both.sqnrDb(), kExact);
    EXPECT_EQ(at(report, "double").local.both.cosine(), 1);
    EXPECT_EQ(at(report, "double").cumulative.both.sqnrDb(), kExact);
    EXPECT_TRUE(std::isfinite(at(report, "third").local.both.sqnrDb()));
    EXPECT_TRUE(std::isfinite(at(report, "again").local.both.sqnrDb())) << "its FP32 inputs have more bits";
    EXPECT_EQ(at(report, "again").cumulative.both.ulpMax, at(report, "third").cumulative.both.ulpMax);
}

TEST(Layers, LayersThatStayInFp32AddNoError) {
    auto asked = request("e4m3");
    const auto before = reportOf(asked);
    asked.overrides = {{"blocks.0", format("fp32")}};
    const auto after = reportOf(asked);
    EXPECT_EQ(at(after, "blocks.0").local.both.sqnrDb(), kExact);
    EXPECT_EQ(at(after, "blocks.0.conv").local.both.sqnrDb(), kExact);
    EXPECT_EQ(at(after, "blocks.1").local.both.noise, at(before, "blocks.1").local.both.noise);
    EXPECT_LT(at(after, "blocks.0").cumulative.both.noise, at(before, "blocks.0").cumulative.both.noise);
    EXPECT_EQ(at(after, "blocks.0").activationCasts.underflows, 0);
}

TEST(Layers, WhatTheCastsDidIsCounted) {
    const auto body = [](GraphWriter& g, ValueRef x) {
        const ValueRef large = g.call("aten::mul", "large", {{"", x}, {"", 1e4}}, "Tensor");
        const ValueRef nan = g.call("aten::sub", "nan", {{"", large}, {"", large}}, "Tensor");
        const ValueRef small = g.call("aten::mul", "small", {{"", x}, {"", 1e-8}}, "Tensor");
        return g.call("aten::add", "sum", {{"", nan}, {"", small}}, "Tensor");
    };
    const auto report = reportOf(requestOf(body, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, "fp16"));
    EXPECT_EQ(at(report, "large").activationCasts,
              (CastCounts{.values = 12, .overflows = 6, .underflows = 0, .subnormals = 0, .nans = 0, .infinities = 6}));
    EXPECT_EQ(at(report, "nan").activationCasts.nans, 6);
    EXPECT_EQ(at(report, "nan").activationCasts.overflows, 0) << "what is infinite already does not overflow";
    // Half of FP16's smallest value is 2.98e-8; up to that there is nothing but 0.
    EXPECT_EQ(at(report, "small").activationCasts.underflows, 2);
    EXPECT_EQ(at(report, "small").activationCasts.subnormals, 10);
    EXPECT_EQ(at(report, "large").activations.largest, 120000);
    EXPECT_EQ(at(report, "large").activations.smallest, 10000);
    EXPECT_EQ(at(report, "large").cumulative.both.excluded, 6U);
    EXPECT_EQ(at(report, "sum").cumulative.both.excluded, 6U);
    EXPECT_EQ(report.layers[0].activationCasts.nans, 12);
}

TEST(Layers, WeightsAreWeighed) {
    GraphWriter g;
    const ValueRef flat = g.call("aten::flatten", "", {{"", g.input()}, {"start_dim", std::int64_t{1}}}, "using_ints");
    at::Tensor weight = normal({2, 12}, 1).clamp(0.5, 2);
    weight[0][0] = 1e6;
    weight[0][1] = 1e-9;
    weight[1][0] = 1e-6;
    LayersRequest asked;
    asked.model = modelOf(g.finish(g.call("aten::linear", "fc", {{"", flat}, {"", g.weight("fc.weight", weight)}})));
    asked.tensor = twelve({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    asked.format = format("fp16");
    asked.runs = 0;
    const auto report = reportOf(asked);
    const LayerReport& fc = at(report, "fc");
    EXPECT_EQ(fc.weightCasts,
              (CastCounts{.values = 24, .overflows = 1, .underflows = 1, .subnormals = 1, .nans = 0, .infinities = 1}));
    EXPECT_NEAR(fc.weights.binades(), std::log2(1e15), 1e-3);
}

TEST(Layers, NativeKernelsRunBesideWhereThereAreAny) {
    const auto asked = request("bf16", smallModel());
    const auto report = reportOf(asked);
    EXPECT_FALSE(report.nativeError);
    const auto native = compared(asked, CastScope::weightsAndActivations, RunMode::native);
    ASSERT_TRUE(at(report, "fc").cumulative.native);
    EXPECT_NEAR(at(report, "fc").cumulative.native->sqnrDb(), native.comparisons[0].metrics.sqnrDb, 1e-9);
    EXPECT_EQ(at(report, "fc").cumulative.native->maxAbs, native.comparisons[0].metrics.maxAbs);
    ASSERT_TRUE(at(report, "conv2").local.native);
    EXPECT_GT(at(report, "conv2").local.native->noise, 0);
    EXPECT_FALSE(at(reportOf(request("tf32")), "head.fc").cumulative.native);
}

TEST(Layers, AnOperatorWithoutNativeKernelIsNamedAndTheRestGoesOn) {
    const auto body = [](GraphWriter& g, ValueRef x) {
        return g.call("aten::linear", "head", {{"", x}, {"", g.constant("constant_1", normal({4, 12}, 3))}});
    };
    const auto report = reportOf(requestOf(body, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12.1F}, "bf16"));
    ASSERT_TRUE(report.nativeError);
    EXPECT_EQ(report.nativeError->layer, "head");
    EXPECT_EQ(report.nativeError->op, "aten::linear");
    EXPECT_FALSE(at(report, "head").cumulative.native);
    EXPECT_TRUE(std::isfinite(at(report, "head").cumulative.both.sqnrDb()));
}

TEST(Layers, TimesAddUp) {
    auto asked = request("bf16");
    asked.runs = 2;
    const auto report = reportOf(asked);
    ASSERT_TRUE(at(report, "").milliseconds);
    EXPECT_GT(*at(report, "stem.conv").milliseconds, 0);
    EXPECT_NEAR(
        *at(report, "").milliseconds,
        *at(report, "stem").milliseconds + *at(report, "blocks").milliseconds + *at(report, "head").milliseconds, 1e-9);
    EXPECT_TRUE(at(report, "head.fc").nativeMilliseconds);
    asked.format = format("e4m3");
    EXPECT_FALSE(at(reportOf(asked), "head.fc").nativeMilliseconds) << "how long emulation takes says nothing";
}

TEST(Layers, ResultsComeAsTheyAreReadyChildrenBeforeParents) {
    auto asked = request("e4m3");
    std::vector<std::size_t> order;
    std::map<std::size_t, double> noise;
    asked.ready = [&](const LayerReport& layer, std::size_t index) {
        EXPECT_TRUE(layer.finished);
        order.push_back(index);
        noise[index] = layer.cumulative.both.noise;
    };
    const auto report = reportOf(asked);
    ASSERT_EQ(order.size(), report.layers.size());
    std::vector<bool> seen(order.size(), false);
    for (const std::size_t index : order) {
        EXPECT_FALSE(seen[index]);
        seen[index] = true;
        const int parent = report.layers[index].parent;
        if (parent >= 0) {
            EXPECT_FALSE(seen[static_cast<std::size_t>(parent)]);
        }
        EXPECT_EQ(noise[index], report.layers[index].cumulative.both.noise);
    }
}

TEST(Layers, CancelledWhatIsFinishedIsKept) {
    std::stop_source source;
    auto asked = request("e4m3");
    asked.ready = [&](const LayerReport& layer, std::size_t) {
        if (layer.path == "blocks.0") source.request_stop();
    };
    const auto report = analyseLayers(asked, source.get_token());
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_TRUE(report->partial);
    EXPECT_TRUE(at(*report, "blocks.0.conv").finished);
    EXPECT_FALSE(at(*report, "blocks.1.conv").finished);
    EXPECT_FALSE(at(*report, "").finished);
    EXPECT_FALSE(report->metrics);
    const auto nothing = analyseLayers(request("e4m3"), source.get_token());
    ASSERT_FALSE(nothing);
    EXPECT_EQ(nothing.error().code, ErrorCode::cancelled);
}

TEST(Layers, ProgressNamesTheLayerAndNeverGoesBack) {
    std::vector<ProgressUpdate> updates;
    const auto report =
        analyseLayers(request("bf16"), {}, [&](const ProgressUpdate& update) { updates.push_back(update); });
    ASSERT_TRUE(report);
    ASSERT_FALSE(updates.empty());
    for (std::size_t i = 1; i < updates.size(); ++i) EXPECT_GE(updates[i].done, updates[i - 1].done);
    EXPECT_EQ(updates[0].stage, "Layer 1 of " + std::to_string(updates[0].total) + ": stem.conv");
}

TEST(Layers, WhatCannotBeAskedIsSaid) {
    EXPECT_EQ(analyseLayers({}).error().code, ErrorCode::invalidArgument);
    auto wide = request("fp64");
    EXPECT_EQ(analyseLayers(wide).error().code, ErrorCode::unsupported);
    auto nothing = request("bf16");
    nothing.image.reset();
    EXPECT_EQ(analyseLayers(nothing).error().code, ErrorCode::invalidArgument);
    const auto number = requestOf(
        [](GraphWriter& g, ValueRef x) {
            return g.call("aten::sum", "s", {{"", x}});
        },
        std::vector<float>(12, 1), "bf16");
    const auto noLogits = analyseLayers(number);
    ASSERT_FALSE(noLogits);
    EXPECT_EQ(noLogits.error().code, ErrorCode::unsupported);
    const auto failing = analyseLayers(requestOf(
        [](GraphWriter& g, ValueRef x) {
            return g.call("aten::bitwise_not", "head", {{"", x}});
        },
        std::vector<float>(12, 1), "bf16"));
    ASSERT_FALSE(failing);
    EXPECT_EQ(failing.error().layer, "head");
}

TEST(Layers, InPlaceOnAViewLeavesTheReferenceAlone) {
    const auto body = [](GraphWriter& g, ValueRef x) {
        const ValueRef base = g.call("aten::mul", "a", {{"", x}, {"", 1.1}}, "Tensor");
        const ValueRef part = g.call(
            "aten::slice", "b",
            {{"", base}, {"dim", std::int64_t{1}}, {"start", std::int64_t{0}}, {"end", std::int64_t{5}}}, "Tensor");
        g.call("aten::mul_", "b", {{"", part}, {"", 1.7}}, "Tensor");
        return g.call("aten::mul", "b", {{"", base}, {"", 1.3}}, "Tensor");
    };
    const std::vector<float> x{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    auto asked = requestOf(body, x, "bf16");
    const auto report = reportOf(asked);
    EXPECT_EQ(report.reference, compared(asked, CastScope::weightsAndActivations, RunMode::emulated).runs[0].logits);
    EXPECT_EQ(report.logits, compared(asked, CastScope::weightsAndActivations, RunMode::emulated).runs[1].logits);
    // Alone in the format, b rounds both products.
    double noise = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const Format bf16 = format("bf16");
        const auto base = static_cast<float>(x[i] * 1.1F);
        const auto times = [](float a, double b) { return static_cast<float>(a * static_cast<float>(b)); };
        const float inner = i < 5 ? times(base, 1.7) : base;
        const auto rounded = static_cast<float>(roundTo(bf16, static_cast<double>(inner)));
        const float mine = times(i < 5 ? rounded : base, 1.3);
        const double delta = roundTo(bf16, static_cast<double>(mine)) - static_cast<double>(times(inner, 1.3));
        noise += delta * delta;
    }
    EXPECT_NEAR(at(report, "b").local.both.noise, noise, 1e-6 * noise);
}

}  // namespace
