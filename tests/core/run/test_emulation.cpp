#include <ATen/core/Tensor.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <gtest/gtest.h>

#include <cmath>
#include <span>

#include "core/run/graph_writer.h"
#include "numerics/block_array.h"
#include "run/emulation.h"
#include "run/executor.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

using Kernels = PrecisionPlan::Kernels;

PrecisionPlan emulated(const std::string& name, CastScope scope = CastScope::weightsAndActivations) {
    return {.format = *findFormat(name), .kernels = Kernels::emulated, .scope = scope};
}

at::Tensor run(const Graph& graph, const at::Tensor& input, const PrecisionPlan& plan) {
    auto executor = Executor::prepare(graph, plan);
    if (!executor) throw std::runtime_error(executor.error().text());
    auto output = executor->run(input);
    if (!output) throw std::runtime_error(output.error().text());
    return *output;
}

/// LibTorch's own rounding, there and back.
at::Tensor via(const at::Tensor& x, at::ScalarType dtype) { return x.to(dtype).to(at::kFloat); }

struct SmallNet {
    at::Tensor x = normal({2, 3, 8, 8}, 1), kernel = normal({4, 3, 3, 3}, 2, 0.3F), bias = normal({4}, 3),
               fc = normal({5, 256}, 4, 0.1F);
    Graph graph;

    SmallNet() {
        GraphWriter g;
        const ValueRef in = g.input(), k = g.weight("conv.weight", kernel), b = g.weight("conv.bias", bias),
                       w = g.weight("fc.weight", fc);
        ValueRef y = g.call("aten::conv2d", "conv", {{"", in}, {"", k}, {"", b}, {"padding", ints({1, 1})}});
        y = g.call("aten::relu_", "conv", {{"", y}});
        y = g.call("aten::flatten", "", {{"", y}, {"start_dim", std::int64_t{1}}}, "using_ints");
        graph = g.finish(g.call("aten::linear", "fc", {{"", y}, {"", w}}));
    }

    /// The same by hand; `onWeight` and `onValue` stand where rounding does.
    template <class OnWeight, class OnValue>
    at::Tensor byHand(OnWeight onWeight, OnValue onValue) const {
        at::Tensor y = onValue(at::conv2d(onValue(x), onWeight(kernel), onWeight(bias), 1, 1));
        return onValue(at::linear(onValue(at::relu(y)).flatten(1), onWeight(fc)));
    }
};

TEST(Emulation, RoundsEveryWeightAndEveryResultOnce) {
    const SmallNet net;
    const auto same = [](const at::Tensor& t) { return t; };
    for (const auto& [name, dtype] :
         {std::pair{"bf16", at::kBFloat16}, {"fp16", at::kHalf}, {"e5m2", at::kFloat8_e5m2}}) {
        const auto rounded = [dtype = dtype](const at::Tensor& t) { return via(t, dtype); };
        EXPECT_TRUE(sameBits(run(net.graph, net.x, emulated(name)), net.byHand(rounded, rounded))) << name;
        EXPECT_TRUE(sameBits(run(net.graph, net.x, emulated(name, CastScope::weights)), net.byHand(rounded, same)))
            << name;
        EXPECT_TRUE(sameBits(run(net.graph, net.x, emulated(name, CastScope::activations)), net.byHand(same, rounded)))
            << name;
    }
    EXPECT_TRUE(sameBits(run(net.graph, net.x, emulated("fp32")), net.byHand(same, same)));
}

TEST(Emulation, EveryResultIsAValueOfTheFormat) {
    const SmallNet net;
    for (const char* name : {"tf32", "e4m3", "e6m9", "e2m1", "bf16"}) {
        const at::Tensor y = run(net.graph, net.x, emulated(name)).contiguous();
        const Format wanted = *findFormat(name);
        for (std::int64_t i = 0; i < y.numel(); ++i) {
            const double value = y.const_data_ptr<float>()[i];
            EXPECT_EQ(roundTo(wanted, value), value) << name;
        }
        EXPECT_FALSE(at::equal(y, run(net.graph, net.x, emulated("fp32")))) << name;
    }
}

TEST(Emulation, InPlaceOperatorsOnTheBaseShowInItsViews) {
    // A hook that replaced the base's tensor would leave the view on old values.
    GraphWriter g;
    const ValueRef in = g.input();
    const ValueRef base = g.call("aten::mul", "a", {{"", in}, {"", 1.1}}, "Tensor");
    const ValueRef view =
        g.call("aten::slice", "b",
               {{"", base}, {"dim", std::int64_t{0}}, {"start", std::int64_t{1}}, {"end", std::int64_t{3}}}, "Tensor");
    g.call("aten::add_", "c", {{"", base}, {"", 0.3}}, "Tensor");
    const Graph graph = g.finish(g.call("aten::mul", "d", {{"", view}, {"", std::int64_t{1}}}, "Tensor"));
    const at::Tensor x = normal({4, 5}, 1);
    const at::Tensor expected =
        via(via(via(x, at::kBFloat16).mul(1.1), at::kBFloat16).add(0.3), at::kBFloat16).slice(0, 1, 3);
    EXPECT_TRUE(sameBits(run(graph, x, emulated("bf16")), expected));
}

TEST(Emulation, InPlaceOperatorsOnAViewChangeTheBaseThereOnly) {
    GraphWriter g;
    const ValueRef base = g.call("aten::mul", "a", {{"", g.input()}, {"", 1.1}}, "Tensor");
    const ValueRef column = g.call("aten::slice", "b",
                                   {{"", base},
                                    {"dim", std::int64_t{1}},
                                    {"start", std::int64_t{1}},
                                    {"end", std::int64_t{5}},
                                    {"step", std::int64_t{2}}},
                                   "Tensor");
    g.call("aten::mul_", "c", {{"", column}, {"", 1.7}}, "Tensor");
    const Graph graph = g.finish(g.call("aten::relu", "d", {{"", base}}));
    const at::Tensor x = normal({4, 5}, 1).abs();
    at::Tensor expected = via(via(x, at::kBFloat16).mul(1.1), at::kBFloat16);
    at::Tensor part = expected.slice(1, 1, 5, 2);
    part.copy_(via(part.mul(1.7), at::kBFloat16));
    EXPECT_TRUE(sameBits(run(graph, x, emulated("bf16")), expected));
}

TEST(Emulation, WhatIsHandedThroughOrOnlyViewedIsNotRoundedAgain) {
    // INT8's scale is that of the whole tensor: rounding a slice again would take the slice's own.
    const at::Tensor x = normal({2, 64}, 1);
    GraphWriter g;
    ValueRef y = g.call("aten::mul", "a", {{"", g.input()}, {"", std::int64_t{1}}}, "Tensor");
    const ValueRef whole = y;
    y = g.call("aten::slice", "b",
               {{"", y}, {"dim", std::int64_t{1}}, {"start", std::int64_t{0}}, {"end", std::int64_t{8}}}, "Tensor");
    y = g.call("aten::dropout", "c", {{"", y}, {"p", 0.5}, {"train", false}});
    y = g.call("aten::contiguous", "d", {{"", y}});
    Graph graph = g.finish(y);
    const at::Tensor part = run(graph, x, emulated("int8"));
    graph.outputs = {whole.id};
    EXPECT_TRUE(sameBits(part, run(graph, x, emulated("int8")).slice(1, 0, 8)));
}

TEST(Emulation, AConversionThatMakesFloatsIsRounded) {
    GraphWriter g;
    const ValueRef wide = g.call("aten::to", "a", {{"", g.input()}, {"dtype", DType::f64}}, "dtype");
    const ValueRef third = g.call("aten::div", "b", {{"", wide}, {"", 3.0}}, "Tensor");
    const Graph graph = g.finish(g.call("aten::to", "c", {{"", third}, {"dtype", DType::f32}}, "dtype"));
    const at::Tensor x = normal({16}, 2);
    const at::Tensor expected = via(via(x, at::kBFloat16).to(at::kDouble).div(3.0).to(at::kFloat), at::kBFloat16);
    EXPECT_TRUE(sameBits(run(graph, x, emulated("bf16")), expected));
}

TEST(Emulation, Int8TakesOneScaleAnOutputChannelAndKeepsTheLargestValue) {
    at::Tensor weight = normal({3, 4, 2, 2}, 5);
    weight.select(0, 1).mul_(100);
    weight.select(0, 2).zero_();
    at::Tensor rounded = weight.clone();
    roundWeight(rounded, format("int8"), {});
    for (std::int64_t channel = 0; channel < 2; ++channel) {
        const at::Tensor before = weight.select(0, channel).flatten(), after = rounded.select(0, channel).flatten();
        const double scale = before.abs().max().item<double>() / 127;
        EXPECT_FALSE(at::equal(before, after));
        for (std::int64_t i = 0; i < before.numel(); ++i) {
            const double x = before[i].item<double>(), y = after[i].item<double>();
            EXPECT_LE(std::abs(x - y), 0.5001 * scale);
            EXPECT_NEAR(y / scale, std::round(y / scale), 1e-4);
        }
        const auto largest = before.abs().argmax();
        EXPECT_FLOAT_EQ(after[largest.item<std::int64_t>()].item<float>(),
                        before[largest.item<std::int64_t>()].item<float>());
    }
    EXPECT_TRUE(sameBits(rounded.select(0, 2), weight.select(0, 2)));
    EXPECT_EQ(weightScaleBytes({3, 4, 2, 2}, format("int8")), 3 * 4);
    EXPECT_EQ(weightScaleBytes({3, 4, 2, 2}, *findFormat("int8-affine")), 3 * (4 + 1));
    EXPECT_EQ(weightScaleBytes({3}, format("int8")), 0);
    EXPECT_EQ(weightScaleBytes({3, 4}, format("bf16")), 0);
    at::Tensor bias = normal({3}, 6);
    const at::Tensor before = bias.clone();
    roundWeight(bias, format("int8"), {});
    EXPECT_TRUE(sameBits(bias, before)) << "biases are added in a wider type";
}

TEST(Emulation, IntegersRoundAsTheScalarReferenceDoes) {
    // Values on and beside the ties, both zeros, and ordinary ones.
    at::Tensor x = normal({4096}, 12, 20);
    auto* values = x.mutable_data_ptr<float>();
    values[0] = 127;  // the scale is 1
    for (int i = 1; i < 500; ++i) values[i] = static_cast<float>(i - 250) / 2;
    values[500] = -0.0F;
    values[501] = std::nextafter(0.5F, 0.0F);
    values[502] = std::nextafter(-1.5F, -2.0F);
    x.clamp_(-127, 127);
    for (const char* name : {"int8", "int16", "int32"}) {
        const Format wanted = *findFormat(name);
        const double scale = 127 / limits(wanted).max;
        at::Tensor rounded = x.clone();
        roundActivation(rounded, wanted, {});
        at::Tensor expected = x.clone();
        for (std::int64_t i = 0; i < x.numel(); ++i)
            expected.mutable_data_ptr<float>()[i] =
                static_cast<float>(scale * roundTo(wanted, static_cast<double>(values[i]) / scale));
        EXPECT_TRUE(sameBits(rounded, expected)) << name;
    }
}

TEST(Emulation, NanAndInfinityStayWhereTheyAre) {
    at::Tensor x = normal({6}, 1);
    x[1] = NAN;
    x[4] = -INFINITY;
    for (const char* name : {"int8", "bf16", "fp16"}) {
        at::Tensor rounded = x.clone();
        roundActivation(rounded, format(name), {});
        EXPECT_TRUE(std::isnan(rounded[1].item<float>())) << name;
        EXPECT_EQ(rounded[4].item<float>(), -INFINITY) << name;
        EXPECT_TRUE(std::isfinite(rounded[0].item<float>())) << name;
    }
}

TEST(Emulation, StridesDoNotChangeValues) {
    const at::Tensor x = normal({6, 10}, 3);
    const at::Tensor expected = via(x, at::kBFloat16);
    at::Tensor turned = x.clone().t();
    roundActivation(turned, format("bf16"), {});
    EXPECT_TRUE(sameBits(turned, expected.t()));
    at::Tensor base = x.clone();
    at::Tensor part = base.slice(1, 2, 9, 3);
    roundActivation(part, format("bf16"), {});
    at::Tensor mixed = x.clone();
    mixed.slice(1, 2, 9, 3).copy_(expected.slice(1, 2, 9, 3));
    EXPECT_TRUE(sameBits(base, mixed)) << "what lies between the view's elements is not its own";
    at::Tensor empty = x.slice(0, 2, 2).clone();
    roundActivation(empty, format("int8"), {});
    EXPECT_EQ(empty.numel(), 0);
}

TEST(Emulation, LayersMayTakeAFormatOfTheirOwn) {
    const SmallNet net;
    PrecisionPlan plan = emulated("e4m3");
    plan.overrides = {{"fc", format("fp32")}};
    const auto e4m3 = [](const at::Tensor& t) {
        at::Tensor own = t.clone();
        roundActivation(own, format("e4m3"), {});
        return own;
    };
    const at::Tensor hidden = e4m3(at::relu(e4m3(at::conv2d(e4m3(net.x), e4m3(net.kernel), e4m3(net.bias), 1, 1))));
    EXPECT_TRUE(sameBits(run(net.graph, net.x, plan), at::linear(hidden.flatten(1), net.fc)));
}

TEST(Emulation, StochasticRoundingIsTheSeedsAloneAndDiffersBetweenTensors) {
    const SmallNet net;
    PrecisionPlan plan = emulated("bf16");
    plan.rounding = {.rounding = Rounding::stochastic, .seed = 7};
    const at::Tensor first = run(net.graph, net.x, plan);
    EXPECT_TRUE(sameBits(first, run(net.graph, net.x, plan)));
    plan.rounding.seed = 8;
    EXPECT_FALSE(at::equal(first, run(net.graph, net.x, plan)));

    // Two tensors of the same values: were their random numbers the same, so would be what becomes of them.
    GraphWriter g;
    const ValueRef in = g.input();
    const ValueRef a = g.call("aten::mul", "a", {{"", in}, {"", 1.1}}, "Tensor"),
                   b = g.call("aten::mul", "b", {{"", in}, {"", 1.1}}, "Tensor");
    const Graph graph = g.finish(g.call("aten::sub", "c", {{"", a}, {"", b}}, "Tensor"));
    EXPECT_GT(run(graph, normal({256}, 1), plan).abs().max().item<float>(), 0);
}

/// One tensor by the definition: blocks along the rows of a matrix.
at::Tensor inBlocks(const at::Tensor& rows, const Format& format) {
    at::Tensor own = rows.contiguous().clone();
    const std::span<float> values(own.mutable_data_ptr<float>(), static_cast<std::size_t>(own.numel()));
    roundBlocks(format, values, values, static_cast<std::size_t>(own.size(-1)));
    return own;
}

TEST(Emulation, WeightsInBlocksShareScalesAlongWhatTheirDotProductSums) {
    for (const char* name : {"mxfp4", "mxfp6", "mxfp8", "nvfp4"}) {
        const Format wanted = *findFormat(name);
        // A channel of this kernel has 4 · 3 · 3 = 36 values: for MX a whole block and one of four.
        const at::Tensor kernel = normal({5, 4, 3, 3}, 1), bias = normal({5}, 2);
        at::Tensor rounded = kernel.clone(), kept = bias.clone();
        roundWeight(rounded, wanted, {});
        roundWeight(kept, wanted, {});
        EXPECT_TRUE(sameBits(rounded, inBlocks(kernel.reshape({5, 36}), wanted).reshape({5, 4, 3, 3}))) << name;
        EXPECT_FALSE(at::equal(rounded, kernel)) << name;
        EXPECT_TRUE(sameBits(kept, bias)) << "block-scaled products add biases in a wider type";
        at::Tensor turned = kernel.clone().transpose(0, 1);
        roundWeight(turned, wanted, {});
        EXPECT_TRUE(sameBits(turned, inBlocks(kernel.transpose(0, 1).reshape({4, 45}), wanted).reshape({4, 5, 3, 3})));
    }
    EXPECT_EQ(weightScaleBytes({5, 4, 3, 3}, *findFormat("mxfp4")), 5 * 2);
    EXPECT_EQ(weightScaleBytes({5, 4, 3, 3}, *findFormat("nvfp4")), 5 * 3 + 4);
    EXPECT_EQ(weightScaleBytes({5}, *findFormat("nvfp4")), 0);
}

TEST(Emulation, ActivationsInBlocksLieAlongChannelsWhereConvolutionsReadThem) {
    const Format mx = *findFormat("mxfp4");
    const at::Tensor picture = normal({2, 40, 3, 3}, 3);
    at::Tensor byChannel = picture.clone(), byColumn = picture.clone();
    roundActivation(byChannel, mx, {}, {.axis = BlockAxis::channels});
    roundActivation(byColumn, mx, {}, {.axis = BlockAxis::last});
    EXPECT_TRUE(sameBits(byChannel, inBlocks(picture.permute({0, 2, 3, 1}), mx).permute({0, 3, 1, 2})));
    EXPECT_TRUE(sameBits(byColumn, inBlocks(picture, mx)));
    at::Tensor sequence = normal({2, 5, 48}, 4);
    const at::Tensor before = sequence.clone();
    roundActivation(sequence, mx, {}, {.axis = BlockAxis::channels});
    EXPECT_TRUE(sameBits(sequence, inBlocks(before, mx))) << "only pictures have channels";
    at::Tensor number = normal({}, 5);
    roundActivation(number, mx, {});
    EXPECT_TRUE(std::isfinite(number.item<float>()));
}

TEST(Emulation, AModelRunsInBlocks) {
    const SmallNet net;
    for (const char* name : {"mxfp4", "nvfp4"}) {
        const Format wanted = *findFormat(name);
        const auto onWeight = [&](const at::Tensor& t) {
            at::Tensor own = t.clone();
            roundWeight(own, wanted, {});
            return own;
        };
        const auto onValue = [&](const at::Tensor& t) {
            at::Tensor own = t.clone();
            roundActivation(own, wanted, {}, {.axis = t.dim() == 4 ? BlockAxis::channels : BlockAxis::last});
            return own;
        };
        const at::Tensor y = run(net.graph, net.x, emulated(name));
        EXPECT_TRUE(sameBits(y, net.byHand(onWeight, onValue))) << name;
        EXPECT_FALSE(at::equal(y, run(net.graph, net.x, emulated("fp32")))) << name;
    }
}

TEST(Emulation, AffineIntegersTakeAZeroPointFromTheRange) {
    at::Tensor x = normal({4096}, 12).abs().add(2);  // far from symmetric
    at::Tensor affine = x.clone(), symmetric = x.clone();
    roundActivation(affine, *findFormat("int8-affine"), {});
    roundActivation(symmetric, format("int8"), {});
    const double range = x.max().item<double>();
    EXPECT_LE(affine.sub(x).abs().max().item<double>(), 0.51 * range / 255);
    EXPECT_GT(symmetric.sub(x).abs().max().item<double>(), 0.51 * range / 255);
    x[7] = INFINITY;
    x[8] = NAN;
    roundActivation(x, *findFormat("int4-affine"), {});
    EXPECT_EQ(x[7].item<float>(), INFINITY);
    EXPECT_TRUE(std::isnan(x[8].item<float>()));
}

TEST(BlockAxes, FollowWhatMadeTheTensor) {
    GraphWriter g;
    const ValueRef in = g.input(), k = g.weight("conv.weight", normal({4, 3, 3, 3}, 1)),
                   w = g.weight("fc.weight", normal({6, 64}, 2));
    ValueRef y = g.call("aten::relu", "a", {{"", in}});
    y = g.call("aten::conv2d", "b", {{"", y}, {"", k}, {"padding", ints({1, 1})}});
    y = g.call("aten::mul", "c", {{"", y}, {"", 2.0}}, "Tensor");
    y = g.call("aten::flatten", "", {{"", y}, {"start_dim", std::int64_t{2}}}, "using_ints");
    y = g.call("aten::linear", "d", {{"", y}, {"", w}});
    const Graph graph = g.finish(g.call("aten::relu", "e", {{"", y}}));
    using enum BlockAxis;
    EXPECT_EQ(blockAxes(graph), (std::vector<BlockAxis>{channels, channels, channels, last, last, last}));
}

}  // namespace
