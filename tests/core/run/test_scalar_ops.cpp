#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "run/scalar_ops.h"
#include "run/scalar_ops_impl.h"

namespace {

using namespace mantissa;
using c10::IValue;

IValue evaluate(std::string_view op, const std::vector<IValue>& arguments) {
    const ScalarOp found = findScalarOp(op);
    EXPECT_NE(found.function, nullptr) << op;
    EXPECT_EQ(found.arity, arguments.size()) << op;
    return found.function(arguments);
}
std::int64_t integer(std::string_view op, std::int64_t a, std::int64_t b) { return evaluate(op, {a, b}).toInt(); }
double real(std::string_view op, const IValue& a, const IValue& b) { return evaluate(op, {a, b}).toDouble(); }

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

TEST(ScalarOps, DivisionRoundsDownAndModuloTakesTheDivisorsSign) {
    // Python: 7 // 2 == 3, -7 // 2 == -4, 7 // -2 == -4, -7 // -2 == 3, and a == (a // b) * b + a % b.
    const std::int64_t quotients[][3]{
        {7, 2, 3}, {-7, 2, -4}, {7, -2, -4}, {-7, -2, 3}, {6, -3, -2}, {0, 5, 0}, {kLeast, 2, kLeast / 2}};
    for (const auto& [a, b, q] : quotients) {
        EXPECT_EQ(integer("scalar::floordiv", a, b), q) << a << " // " << b;
        EXPECT_EQ(integer("scalar::mod", a, b), a - q * b) << a << " % " << b;
    }
    EXPECT_EQ(real("scalar::floordiv", -7.0, std::int64_t{2}), -4.0);
    EXPECT_EQ(real("scalar::mod", -7.5, 2.0), 0.5);
    EXPECT_EQ(real("scalar::truediv", std::int64_t{7}, std::int64_t{2}), 3.5);
}

TEST(ScalarOps, IntegersStayIntegersAndAFloatMakesAFloat) {
    EXPECT_TRUE(evaluate("scalar::add", {std::int64_t{1}, std::int64_t{2}}).isInt());
    EXPECT_TRUE(evaluate("scalar::add", {std::int64_t{1}, 2.0}).isDouble());
    EXPECT_TRUE(evaluate("scalar::mul", {true, std::int64_t{3}}).isInt());
    EXPECT_EQ(integer("scalar::pow", 3, 4), 81);
    EXPECT_EQ(integer("scalar::pow", -2, 63), kLeast);
    EXPECT_EQ(integer("scalar::pow", 1, kMost), 1);
    EXPECT_EQ(integer("scalar::pow", -1, kMost), -1);
    EXPECT_EQ(integer("scalar::pow", -1, kMost - 1), 1);
    EXPECT_EQ(real("scalar::pow", std::int64_t{2}, std::int64_t{-1}), 0.5);
    EXPECT_EQ(integer("scalar::min", 3, -4), -4);
    EXPECT_EQ(integer("scalar::max", 3, -4), 3);
    EXPECT_EQ(evaluate("scalar::neg", {std::int64_t{5}}).toInt(), -5);
    EXPECT_TRUE(std::signbit(evaluate("scalar::neg", {0.0}).toDouble()));
}

TEST(ScalarOps, WhatDoesNotFitIsAnErrorNotUndefined) {
    for (const auto& [op, a, b] : {std::tuple{"scalar::add", kMost, std::int64_t{1}},
                                   {"scalar::sub", kLeast, std::int64_t{1}},
                                   {"scalar::mul", kMost, std::int64_t{2}},
                                   {"scalar::pow", std::int64_t{2}, std::int64_t{63}},
                                   {"scalar::floordiv", kLeast, std::int64_t{-1}},
                                   {"scalar::floordiv", std::int64_t{1}, std::int64_t{0}},
                                   {"scalar::mod", std::int64_t{1}, std::int64_t{0}}})
        EXPECT_THROW(integer(op, a, b), c10::Error) << op;
    EXPECT_THROW(real("scalar::truediv", std::int64_t{1}, std::int64_t{0}), c10::Error);
    EXPECT_THROW(evaluate("scalar::int", {1e300}), c10::Error);
    EXPECT_THROW(evaluate("scalar::int", {std::numeric_limits<double>::quiet_NaN()}), c10::Error);
    EXPECT_THROW(evaluate("scalar::ceil", {std::numeric_limits<double>::infinity()}), c10::Error);
    EXPECT_THROW(evaluate("scalar::item", {at::zeros({2})}), c10::Error);
    EXPECT_EQ(integer("scalar::mod", kLeast, -1), 0);
}

TEST(ScalarOps, RoundingFollowsPython) {
    const auto rounded = [](std::string_view op, double x) { return evaluate(op, {x}).toInt(); };
    EXPECT_EQ(rounded("scalar::floor", -1.5), -2);
    EXPECT_EQ(rounded("scalar::ceil", -1.5), -1);
    EXPECT_EQ(rounded("scalar::trunc", -1.5), -1);
    EXPECT_EQ(rounded("scalar::round", 2.5), 2);
    EXPECT_EQ(rounded("scalar::round", 3.5), 4);
    EXPECT_EQ(rounded("scalar::int", -2.9), -2);
    EXPECT_EQ(evaluate("scalar::floor", {std::int64_t{7}}).toInt(), 7);
    EXPECT_EQ(evaluate("scalar::float", {std::int64_t{7}}).toDouble(), 7.0);
}

TEST(ScalarOps, ComparisonsGiveBooleans) {
    EXPECT_TRUE(evaluate("scalar::lt", {std::int64_t{1}, 1.5}).toBool());
    EXPECT_TRUE(evaluate("scalar::eq", {std::int64_t{2}, 2.0}).toBool());
    EXPECT_FALSE(evaluate("scalar::ne", {true, std::int64_t{1}}).toBool());
    EXPECT_TRUE(evaluate("scalar::ge", {2.0, 2.0}).toBool());
    EXPECT_FALSE(evaluate("scalar::gt", {kMost, kMost}).toBool());
    EXPECT_TRUE(evaluate("scalar::not", {std::int64_t{0}}).toBool());
    EXPECT_FALSE(evaluate("scalar::and", {std::int64_t{2}, 0.0}).toBool());
    EXPECT_TRUE(evaluate("scalar::or", {false, 0.1}).toBool());
}

TEST(ScalarOps, TensorsAndNumbersConvertBothWays) {
    const at::Tensor tensor = at::zeros({4, 3, 5});
    EXPECT_EQ(evaluate("scalar::size", {tensor, std::int64_t{-1}}).toInt(), 5);
    EXPECT_EQ(evaluate("scalar::dim", {tensor}).toInt(), 3);
    EXPECT_EQ(evaluate("scalar::numel", {tensor}).toInt(), 60);
    EXPECT_THROW(evaluate("scalar::size", {tensor, std::int64_t{3}}), c10::Error);
    EXPECT_EQ(evaluate("scalar::item", {at::full({1}, 2.5)}).toDouble(), 2.5);
    const at::Tensor number = evaluate("scalar::to_tensor", {std::int64_t{9}}).toTensor();
    EXPECT_EQ(number.dim(), 0);
    EXPECT_EQ(number.scalar_type(), at::kLong);
    EXPECT_EQ(evaluate("scalar::int", {number}).toInt(), 9);
}

TEST(ScalarOps, FittingLeavesATensorOfThatSizeAlone) {
    const at::Tensor tensor = at::full({1, 2, 3, 4}, 1.5);
    EXPECT_TRUE(evaluate("graph::fit_bilinear", {tensor, std::int64_t{3}, std::int64_t{4}}).toTensor().is_same(tensor));
    const at::Tensor larger = evaluate("graph::fit_bilinear", {tensor, std::int64_t{6}, std::int64_t{8}}).toTensor();
    EXPECT_EQ(larger.sizes().vec(), (std::vector<std::int64_t>{1, 2, 6, 8}));
}

TEST(ScalarOps, OnlyThoseOfTheListExist) {
    EXPECT_TRUE(isScalarOp("scalar::add"));
    EXPECT_FALSE(isScalarOp("scalar::system"));
    EXPECT_FALSE(isScalarOp("aten::add"));
}

}  // namespace
