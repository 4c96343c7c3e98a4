#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/batch_norm.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/pad.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <ATen/ops/where.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "core/graph/observed_run.h"
#include "core/graph/onnx_writer.h"
#include "core/run/graph_writer.h"
#include "graph/model.h"
#include "temporary_folder.h"

// ONNX's operators against LibTorch's functions, by the texts of the operators' definitions.

namespace {

using namespace mantissa;
using namespace mantissa::test;
using Ints = std::vector<std::int64_t>;

OnnxTensorText floats(const std::string& name, const at::Tensor& values) { return {recordOf(name, values)}; }
OnnxTensorText numbers(const std::string& name, const Ints& values) {
    return {recordOf(name, at::tensor(values, at::kLong))};
}
OnnxTensorText number(const std::string& name, std::int64_t value) {
    return {recordOf(name, at::tensor(value, at::kLong).reshape({}))};
}
OnnxTensorText real(const std::string& name, double value) {
    return {recordOf(name, at::tensor(value, at::kFloat).reshape({}))};
}

const Ints kShape{2, 3, 9, 12};

struct Case {
    std::string name;
    OnnxFile file;
    std::function<at::Tensor(const at::Tensor&)> wanted;
    double tolerance = 0;  ///< 0: bit by bit
};

/// y = op(x, constants…).
Case one(std::string name, std::string op, std::vector<OnnxTensorText> constants,
         std::map<std::string, OnnxAttributeValue> attributes, std::function<at::Tensor(const at::Tensor&)> wanted,
         std::int64_t opset = 17, double tolerance = 0) {
    OnnxNodeText node{.op = std::move(op), .inputs = {"x"}, .outputs = {"y"}, .attributes = std::move(attributes)};
    for (const auto& constant : constants) node.inputs.push_back(constant.record.name);
    return {std::move(name),
            {.nodes = {node}, .initialisers = std::move(constants), .inputShape = {-1, 3, 9, 12}, .opset = opset},
            std::move(wanted),
            tolerance};
}

class OnnxOperator : public testing::TestWithParam<Case> {};

TEST_P(OnnxOperator, ComputesWhatItsDefinitionSays) {
    const Case& c = GetParam();
    const TemporaryFolder folder;
    const auto model = openModel(folder.write("m.onnx", c.file.bytes()));
    ASSERT_TRUE(model) << model.error().text();
    const at::Tensor x = normal(kShape, 1);
    const at::Tensor got = observe((*model)->graph, x).logits;
    at::Tensor wanted = c.wanted(x);
    if (got.sizes() != wanted.sizes()) wanted = wanted.flatten(1);  // a model ends in N × classes
    ASSERT_EQ(got.sizes(), wanted.sizes());
    if (c.tolerance == 0)
        EXPECT_TRUE(sameBits(got, wanted)) << got.sub(wanted).abs().max().item<float>();
    else
        EXPECT_LE(got.sub(wanted).abs().max().item<float>(), c.tolerance);
}

/// Pads height and width: before and after each.
at::Tensor bordered(const at::Tensor& x, const Ints& hw, double value = 0) {
    return at::constant_pad_nd(x, {hw[2], hw[3], hw[0], hw[1]}, value);
}
at::Tensor weight() { return normal({4, 3, 3, 2}, 2); }
at::Tensor channels(std::uint32_t seed) { return normal({3}, seed); }

constexpr double kInfinity = std::numeric_limits<double>::infinity();

INSTANTIATE_TEST_SUITE_P(
    Windows, OnnxOperator,
    testing::Values(
        one("convUnequalPads", "Conv", {floats("w", weight())}, {{"pads", Ints{0, 1, 2, 3}}, {"strides", Ints{2, 1}}},
            [](auto& x) {
                return at::conv2d(bordered(x, {0, 2, 1, 3}), weight(), {}, {2, 1});
            }),
        // ⌈9 / 2⌉ = 5 rows of windows of 3 need 2 · 4 + 3 = 11: one before, one after. ⌈12 / 2⌉ = 6 of 2 need 12.
        one("convSame", "Conv", {floats("w", weight())},
            {{"auto_pad", std::string("SAME_UPPER")}, {"strides", Ints{2, 2}}},
            [](auto& x) {
                return at::conv2d(bordered(x, {1, 1, 0, 0}), weight(), {}, {2, 2});
            }),
        one("convSameOddLast", "Conv", {floats("w", weight())}, {{"auto_pad", std::string("SAME_UPPER")}},
            [](auto& x) {
                return at::conv2d(bordered(x, {1, 1, 0, 1}), weight());
            }),
        one("convSameOddFirst", "Conv", {floats("w", weight())}, {{"auto_pad", std::string("SAME_LOWER")}},
            [](auto& x) {
                return at::conv2d(bordered(x, {1, 1, 1, 0}), weight());
            }),
        one("convDilated", "Conv", {floats("w", weight())}, {{"dilations", Ints{2, 3}}, {"pads", Ints{2, 1, 2, 1}}},
            [](auto& x) {
                return at::conv2d(x, weight(), {}, {1, 1}, {2, 1}, {2, 3});
            }),
        one("convGroups", "Conv", {floats("w", normal({6, 1, 3, 3}, 2)), floats("b", normal({6}, 3))},
            {{"group", std::int64_t{3}}},
            [](auto& x) {
                return at::conv2d(x, normal({6, 1, 3, 3}, 2), normal({6}, 3), {1, 1}, Ints{0, 0}, {1, 1}, 3);
            }),
        one("maxUnequalPads", "MaxPool", {},
            {{"kernel_shape", Ints{2, 2}}, {"pads", Ints{1, 0, 0, 1}}, {"strides", Ints{2, 2}}},
            [](auto& x) {
                return at::max_pool2d(bordered(x, {1, 0, 0, 1}, -kInfinity), {2, 2}, {2, 2});
            }),
        one("maxCeil", "MaxPool", {},
            {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}, {"ceil_mode", std::int64_t{1}}},
            [](auto& x) {
                return at::max_pool2d(x, {2, 2}, {2, 2}, {0, 0}, {1, 1}, true);
            }),
        one("averageWithoutBorder", "AveragePool", {}, {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}},
            [](auto& x) {
                return at::avg_pool2d(x, {3, 3}, {1, 1}, {1, 1}, false, false);
            }),
        one("averageWithBorder", "AveragePool", {},
            {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}, {"count_include_pad", std::int64_t{1}}},
            [](auto& x) {
                return at::avg_pool2d(x, {3, 3}, {1, 1}, {1, 1}, false, true);
            }),
        one(
            "averageUnequalPads", "AveragePool", {}, {{"kernel_shape", Ints{2, 2}}, {"pads", Ints{1, 0, 0, 0}}},
            [](auto& x) {
                // Windows of the first row see one row of the picture.
                const auto first = at::avg_pool2d(x.slice(2, 0, 1), {1, 2}, {1, 1});
                return at::cat({first, at::avg_pool2d(x, {2, 2}, {1, 1})}, 2);
            },
            17, 1e-6),
        one("globalMax", "GlobalMaxPool", {}, {},
            [](auto& x) {
                return x.amax({2, 3}, true);
            })),
    [](const auto& p) { return p.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Numbers, OnnxOperator,
    testing::Values(
        one(
            "clipByAttributes", "Clip", {}, {{"min", -0.5F}, {"max", 0.25F}},
            [](auto& x) { return x.clamp(-0.5, 0.25); }, 7),
        one("clipByInputs", "Clip", {real("a", -0.5), real("b", 0.25)}, {},
            [](auto& x) { return x.clamp(-0.5, 0.25); }),
        one("prelu", "PRelu", {floats("s", normal({3, 1, 1}, 2))}, {},
            [](auto& x) {
                return at::where(x.ge(0), x, x.mul(normal({3, 1, 1}, 2)));
            }),
        one("hardSigmoid", "HardSigmoid", {}, {{"alpha", 0.25F}, {"beta", 0.5F}},
            [](auto& x) { return x.mul(0.25).add(0.5).clamp(0, 1); }),
        one(
            "logSoftmaxOfRest", "LogSoftmax", {}, {{"axis", std::int64_t{1}}},
            [](auto& x) { return at::log_softmax(x.flatten(1), 1).view_as(x); }, 11),
        one("matMul", "MatMul", {floats("w", normal({12, 5}, 2))}, {},
            [](auto& x) {
                return at::matmul(x, normal({12, 5}, 2));
            }),
        one("power", "Pow", {real("e", 2)}, {}, [](auto& x) { return x.pow(2); }),
        one("largest", "Max", {real("a", 0.1), floats("b", normal({3, 1, 1}, 2))}, {},
            [](auto& x) {
                return x.clamp_min(0.1F).maximum(normal({3, 1, 1}, 2));
            }),
        one("batchNormalization", "BatchNormalization",
            {floats("a", channels(2)), floats("b", channels(3)), floats("m", channels(4)),
             floats("v", channels(5).abs().add(0.1))},
            {{"epsilon", 0.25F}},
            [](auto& x) {
                return at::batch_norm(x, channels(2), channels(3), channels(4), channels(5).abs().add(0.1), false, 0.1,
                                      0.25, true);
            }),
        // Σ over one channel before, itself and one after.
        one(
            "localResponse", "LRN", {}, {{"size", std::int64_t{3}}, {"alpha", 0.5F}, {"beta", 0.75F}, {"bias", 2.0F}},
            [](auto& x) {
                const auto s = x.square();
                const auto sum =
                    at::cat({s.slice(1, 0, 2).sum(1, true), s.sum(1, true), s.slice(1, 1, 3).sum(1, true)}, 1);
                return x.div(sum.mul(0.5 / 3).add(2).pow(0.75));
            },
            17, 1e-6),
        one(
            "meanByAttribute", "ReduceMean", {}, {{"axes", Ints{-1, 2}}, {"keepdims", std::int64_t{0}}},
            [](auto& x) {
                return x.mean({3, 2});
            },
            13),
        one(
            "meanByInput", "ReduceMean", {numbers("a", {1})}, {}, [](auto& x) { return x.mean({1}, true); }, 18),
        one(
            "euclideanNorm", "ReduceL2", {}, {{"axes", Ints{1}}},
            [](auto& x) { return x.square().sum(1, true).sqrt(); }, 13, 1e-5)),
    [](const auto& p) { return p.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Shapes, OnnxOperator,
    testing::Values(
        one("flattenFrom2", "Flatten", {}, {{"axis", std::int64_t{2}}},
            [](auto& x) {
                return x.reshape({6, 108});
            }),
        one("reshapeKeepsZero", "Reshape", {numbers("s", {0, -1})}, {},
            [](auto& x) {
                return x.reshape({2, -1});
            }),
        one("transposeAll", "Transpose", {}, {},
            [](auto& x) {
                return x.permute({3, 2, 1, 0}).contiguous();
            }),
        one("sliceFromTheEnd", "Slice",
            {numbers("s", {-4, 0}), numbers("e", {INT64_MAX, -1}), numbers("a", {3, 2}), numbers("t", {1, 2})}, {},
            [](auto& x) { return x.slice(3, -4).slice(2, 0, -1, 2).contiguous(); }),
        one(
            "sliceByAttributes", "Slice", {}, {{"starts", Ints{1}}, {"ends", Ints{5}}, {"axes", Ints{2}}},
            [](auto& x) { return x.slice(2, 1, 5).contiguous(); }, 9),
        one("gatherOne", "Gather", {number("i", -1)}, {{"axis", std::int64_t{1}}},
            [](auto& x) { return x.select(1, 2).contiguous(); }),
        one("gatherSome", "Gather", {numbers("i", {2, -1})}, {{"axis", std::int64_t{2}}},
            [](auto& x) {
                return at::cat({x.slice(2, 2, 3), x.slice(2, 8, 9)}, 2);
            }),
        one("padReflected", "Pad", {numbers("p", {0, 0, 1, 2, 0, 0, 3, 4})}, {{"mode", std::string("reflect")}},
            [](auto& x) {
                return at::pad(x, {2, 4, 1, 3}, "reflect");
            }),
        one("padOfChannels", "Pad", {numbers("p", {0, 1, 0, 0, 0, 2, 0, 0}), real("v", 0.5)}, {},
            [](auto& x) {
                return at::constant_pad_nd(x, {0, 0, 0, 0, 1, 2}, 0.5);
            }),
        one("resizeNearest", "Resize",
            {floats("roi", at::tensor(std::vector<float>{}, at::kFloat)),
             floats("s", at::tensor(std::vector<float>{1, 1, 2, 2}, at::kFloat))},
            {{"coordinate_transformation_mode", std::string("asymmetric")}, {"nearest_mode", std::string("floor")}},
            [](auto& x) {
                return at::upsample_nearest2d(x, {18, 24});
            }),
        one("depthToSpace", "DepthToSpace", {}, {{"blocksize", std::int64_t{1}}}, [](auto& x) { return x; }),
        one("spaceToDepth", "SpaceToDepth", {}, {{"blocksize", std::int64_t{3}}},
            [](auto& x) {
                return x.reshape({2, 3, 3, 3, 4, 3}).permute({0, 3, 5, 1, 2, 4}).reshape({2, 27, 3, 4});
            })),
    [](const auto& p) { return p.param.name; });

/// A graph of several nodes.
Case several(std::string name, std::vector<OnnxNodeText> nodes, std::vector<OnnxTensorText> constants,
             std::function<at::Tensor(const at::Tensor&)> wanted) {
    return {std::move(name),
            {.nodes = std::move(nodes), .initialisers = std::move(constants), .inputShape = {-1, 3, 9, 12}},
            std::move(wanted)};
}

INSTANTIATE_TEST_SUITE_P(Together, OnnxOperator,
                         testing::Values(several("shapeArithmetic",
                                                 {{.op = "Shape", .inputs = {"x"}, .outputs = {"s"}},
                                                  {.op = "Gather", .inputs = {"s", "zero"}, .outputs = {"n"}},
                                                  {.op = "Unsqueeze", .inputs = {"n", "axis"}, .outputs = {"n1"}},
                                                  {.op = "Slice", .inputs = {"s", "one", "two"}, .outputs = {"c"}},
                                                  {.op = "Mul", .inputs = {"c", "four"}, .outputs = {"c4"}},
                                                  {.op = "Div", .inputs = {"c4", "two"}, .outputs = {"c2"}},
                                                  {.op = "Concat",
                                                   .inputs = {"n1", "c2", "rest"},
                                                   .outputs = {"to"},
                                                   .attributes = {{"axis", std::int64_t{0}}}},
                                                  {.op = "Reshape", .inputs = {"x", "to"}, .outputs = {"y"}}},
                                                 {number("zero", 0), numbers("axis", {0}), numbers("one", {1}),
                                                  numbers("two", {2}), numbers("four", {4}), numbers("rest", {-1})},
                                                 [](auto& x) {
                                                     return x.reshape({2, 6, -1});
                                                 }),
                                         several("expandByWhere",
                                                 {{.op = "GlobalAveragePool", .inputs = {"x"}, .outputs = {"g"}},
                                                  {.op = "Equal", .inputs = {"k", "minus"}, .outputs = {"e"}},
                                                  {.op = "Where", .inputs = {"e", "one", "k"}, .outputs = {"w"}},
                                                  {.op = "Expand", .inputs = {"g", "w"}, .outputs = {"y"}}},
                                                 {numbers("k", {-1, 3, 4, -1}), numbers("minus", {-1}),
                                                  numbers("one", {1})},
                                                 [](auto& x) {
                                                     return x.mean({2, 3}, true).expand({2, 3, 4, 1}).contiguous();
                                                 }),
                                         several("scaledByASize",
                                                 {{.op = "Shape", .inputs = {"x"}, .outputs = {"s"}},
                                                  {.op = "Slice", .inputs = {"s", "last", "end"}, .outputs = {"d"}},
                                                  {.op = "Cast",
                                                   .inputs = {"d"},
                                                   .outputs = {"f"},
                                                   .attributes = {{"to", std::int64_t{1}}}},
                                                  {.op = "Sqrt", .inputs = {"f"}, .outputs = {"q"}},
                                                  {.op = "Div", .inputs = {"x", "q"}, .outputs = {"y"}}},
                                                 {numbers("last", {-1}), numbers("end", {INT64_MAX})},
                                                 [](auto& x) { return x.div(at::tensor(12.0F).sqrt()); }),
                                         several("splitAndConcat",
                                                 {{.op = "Split",
                                                   .inputs = {"x", "sizes"},
                                                   .outputs = {"a", "b"},
                                                   .attributes = {{"axis", std::int64_t{-1}}}},
                                                  {.op = "Concat",
                                                   .inputs = {"b", "a"},
                                                   .outputs = {"y"},
                                                   .attributes = {{"axis", std::int64_t{-1}}}}},
                                                 {numbers("sizes", {5, 7})},
                                                 [](auto& x) { return at::cat({x.slice(3, 5), x.slice(3, 0, 5)}, 3); }),
                                         several(
                                             "gemm",
                                             {{.op = "Flatten", .inputs = {"x"}, .outputs = {"f"}},
                                              {.op = "Gemm",
                                               .inputs = {"f", "w", "b"},
                                               .outputs = {"y"},
                                               .attributes = {{"alpha", 0.5F}, {"beta", 2.0F}}}},
                                             {floats("w", normal({324, 5}, 2)), floats("b", normal({5}, 3))},
                                             [](auto& x) {
                                                 return normal({5}, 3).addmm(x.flatten(1), normal({324, 5}, 2), 2, 0.5);
                                             }),
                                         several("softmaxOfOne",
                                                 {{.op = "Softmax",
                                                   .inputs = {"x"},
                                                   .outputs = {"s"},
                                                   .attributes = {{"axis", std::int64_t{2}}}},
                                                  {.op = "Neg", .inputs = {"s"}, .outputs = {"y"}}},
                                                 {}, [](auto& x) { return at::softmax(x, 2).neg(); }),
                                         several("choice",
                                                 {{.op = "Greater", .inputs = {"x", "limit"}, .outputs = {"g"}},
                                                  {.op = "Where", .inputs = {"g", "x", "other"}, .outputs = {"y"}}},
                                                 {real("limit", 0.5), real("other", -2)},
                                                 [](auto& x) { return x.masked_fill(x.gt(0.5).logical_not(), -2); })),
                         [](const auto& p) { return p.param.name; });

class OnnxRefusedOperator : public testing::TestWithParam<std::pair<Case, std::string>> {};

TEST_P(OnnxRefusedOperator, SaysWhy) {
    const TemporaryFolder folder;
    const auto model = openModel(folder.write("m.onnx", GetParam().first.file.bytes()));
    ASSERT_FALSE(model);
    EXPECT_NE(model.error().text().find(GetParam().second), std::string::npos) << model.error().text();
}

INSTANTIATE_TEST_SUITE_P(
    Rules, OnnxRefusedOperator,
    testing::Values(
        std::pair{
            one("resizeRule", "Resize",
                {floats("roi", at::tensor(std::vector<float>{}, at::kFloat)),
                 floats("s", at::tensor(std::vector<float>{1, 1, 2, 2}, at::kFloat))},
                {{"mode", std::string("linear")}, {"coordinate_transformation_mode", std::string("asymmetric")}}, {}),
            "resizes by a rule that Mantissa does not have (linear, asymmetric)"},
        std::pair{one("threeDimensions", "MaxPool", {}, {{"kernel_shape", Ints{1, 2, 2}}}, {}),
                  "has windows of 3 dimensions"},
        std::pair{one("backwards", "Slice",
                      {numbers("s", {5}), numbers("e", {1}), numbers("a", {2}), numbers("t", {-2})}, {}, {}),
                  "steps backwards"},
        std::pair{one("training", "BatchNormalization",
                      {floats("a", channels(2)), floats("b", channels(3)), floats("m", channels(4)),
                       floats("v", channels(5))},
                      {{"training_mode", std::int64_t{1}}}, {}),
                  "is set to training"},
        std::pair{one("axis", "LogSoftmax", {}, {{"axis", std::int64_t{9}}}, {}, 13),
                  "names an axis that its input does not have"}),
    [](const auto& p) { return p.param.first.name; });

}  // namespace
