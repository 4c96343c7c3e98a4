#include <cmath>
#include <limits>

#include "graph/onnx_context.h"

// Functions of one tensor, element by element, and softmax.

namespace mantissa {
namespace {

/// An operator that has the same meaning in ATen.
void unary(OnnxContext& c, const char* op) { c.resultLike(c.call(op, {{"", c.tensor(0)}}), 0); }

void clip(OnnxContext& c) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (c.opset() < 11) {
        const double low = c.real("min", -kInfinity), high = c.real("max", kInfinity);
        return c.resultLike(c.call("aten::clamp", {{"", c.tensor(0)}, {"min", low}, {"max", high}}), 0);
    }
    std::vector<NamedArgument> arguments{{"", c.tensor(0)}};
    bool numbers = true;
    for (const std::size_t i : {1, 2}) numbers &= !c.has(i) || c.number(i).has_value();
    const char* const names[]{"min", "max"};
    for (const std::size_t i : {1, 2})
        if (c.has(i)) arguments.push_back({names[i - 1], numbers ? Argument(*c.number(i)) : Argument(c.tensor(i))});
    if (arguments.size() == 1) return c.pass(0);
    c.resultLike(c.call("aten::clamp", std::move(arguments), numbers ? "" : "Tensor"), 0);
}

void leakyRelu(OnnxContext& c) {
    c.resultLike(c.call("aten::leaky_relu", {{"", c.tensor(0)}, {"negative_slope", c.real("alpha", 0.01)}}), 0);
}

void elu(OnnxContext& c) { c.resultLike(c.call("aten::elu", {{"", c.tensor(0)}, {"alpha", c.real("alpha", 1)}}), 0); }

void gelu(OnnxContext& c) {
    const std::string approximate = c.text("approximate", "none");
    c.resultLike(c.call("aten::gelu", {{"", c.tensor(0)}, {"approximate", approximate}}), 0);
}

void hardSigmoid(OnnxContext& c) {
    const double alpha = c.real("alpha", 0.2), beta = c.real("beta", 0.5);
    ValueRef x = c.tensor(0);
    if (std::abs(alpha - 1.0 / 6) < 1e-6 && beta == 0.5) return c.resultLike(c.call("aten::hardsigmoid", {{"", x}}), 0);
    x = c.call("aten::mul", {{"", x}, {"", alpha}}, "Tensor");
    x = c.call("aten::add", {{"", x}, {"", beta}}, "Tensor");
    c.resultLike(c.call("aten::clamp", {{"", x}, {"min", 0.0}, {"max", 1.0}}), 0);
}

/// Slopes broadcast over the input from its last dimension on, unlike PyTorch's, which belong to channels.
void prelu(OnnxContext& c) {
    const ValueRef x = c.tensor(0), slope = c.tensor(1, "weight");
    const ValueRef positive = c.call("aten::relu", {{"", x}});
    ValueRef negative = c.call("aten::clamp", {{"", x}, {"max", 0.0}});
    negative = c.call("aten::mul", {{"", negative}, {"", slope}}, "Tensor");
    c.resultLike(c.call("aten::add", {{"", positive}, {"", negative}}, "Tensor"), 0);
}

/// Before opset 13 all dimensions from `axis` on were one.
void softmaxOf(OnnxContext& c, const char* op) {
    const bool whole = c.opset() < 13;
    const std::int64_t axis = c.axis(c.integer("axis", whole ? 1 : -1), 0);
    const auto rank = c.rank(0);
    ValueRef x = c.tensor(0);
    const bool last = axis == -1 || (rank && axis == *rank - 1);
    if (!whole || last) return c.resultLike(c.call(op, {{"", x}, {"dim", axis}}, "int"), 0);
    const ValueRef flat = c.call("aten::flatten", {{"", x}, {"start_dim", axis}}, "using_ints");
    const ValueRef y = c.call(op, {{"", flat}, {"dim", axis}}, "int");
    c.resultLike(c.call("aten::view_as", {{"", y}, {"", x}}), 0);
}

}  // namespace

void addOnnxActivations(OnnxOperators& operators) {
    operators.insert({{"Abs", [](OnnxContext& c) { unary(c, "aten::abs"); }},
                      {"Ceil", [](OnnxContext& c) { unary(c, "aten::ceil"); }},
                      {"Clip", &clip},
                      {"Cos", [](OnnxContext& c) { unary(c, "aten::cos"); }},
                      {"Elu", &elu},
                      {"Erf", [](OnnxContext& c) { unary(c, "aten::erf"); }},
                      {"Exp", [](OnnxContext& c) { unary(c, "aten::exp"); }},
                      {"Floor", [](OnnxContext& c) { unary(c, "aten::floor"); }},
                      {"Gelu", &gelu},
                      {"HardSigmoid", &hardSigmoid},
                      {"HardSwish", [](OnnxContext& c) { unary(c, "aten::hardswish"); }},
                      {"LeakyRelu", &leakyRelu},
                      {"Log", [](OnnxContext& c) { unary(c, "aten::log"); }},
                      {"LogSoftmax", [](OnnxContext& c) { softmaxOf(c, "aten::log_softmax"); }},
                      {"Mish", [](OnnxContext& c) { unary(c, "aten::mish"); }},
                      {"Neg", [](OnnxContext& c) { unary(c, "aten::neg"); }},
                      {"PRelu", &prelu},
                      {"Reciprocal", [](OnnxContext& c) { unary(c, "aten::reciprocal"); }},
                      {"Relu", [](OnnxContext& c) { unary(c, "aten::relu"); }},
                      {"Round", [](OnnxContext& c) { unary(c, "aten::round"); }},
                      {"Selu", [](OnnxContext& c) { unary(c, "aten::selu"); }},
                      {"Sigmoid", [](OnnxContext& c) { unary(c, "aten::sigmoid"); }},
                      {"Sign", [](OnnxContext& c) { unary(c, "aten::sign"); }},
                      {"Sin", [](OnnxContext& c) { unary(c, "aten::sin"); }},
                      {"Softmax", [](OnnxContext& c) { softmaxOf(c, "aten::softmax"); }},
                      {"Softplus", [](OnnxContext& c) { unary(c, "aten::softplus"); }},
                      {"Sqrt", [](OnnxContext& c) { unary(c, "aten::sqrt"); }},
                      {"Tanh", [](OnnxContext& c) { unary(c, "aten::tanh"); }}});
}

}  // namespace mantissa
