#include <algorithm>

#include "graph/onnx_context.h"

// Arithmetic, comparison and products of matrices.

namespace mantissa {
namespace {

std::optional<std::int64_t> broadcastRank(const OnnxContext& c, std::size_t a, std::size_t b) {
    const auto x = c.rank(a), y = c.rank(b);
    return x && y ? std::optional(std::max(*x, *y)) : std::nullopt;
}

OnnxElements widerElements(const OnnxContext& c, std::size_t a, std::size_t b) {
    const auto x = c.elements(a), y = c.elements(b);
    if (x == OnnxElements::floating || y == OnnxElements::floating) return OnnxElements::floating;
    return x == OnnxElements::integer || y == OnnxElements::integer ? OnnxElements::integer : OnnxElements::boolean;
}

/// Both inputs element by element, where both are shapes or computed from shapes.
void onIntegers(OnnxContext& c, const char* scalarOp, OnnxElements elements = OnnxElements::integer) {
    const auto a = c.integers(0), b = c.integers(1);
    const std::size_t n = a.size() == 1 ? b.size() : a.size();
    if (b.size() != 1 && b.size() != n) c.refuse("combines lists of different lengths");
    std::vector<IntOrRef> list;
    for (std::size_t i = 0; i < n; ++i)
        list.push_back(c.scalar(scalarOp, a[a.size() == 1 ? 0 : i], b[b.size() == 1 ? 0 : i]));
    c.result(std::move(list), *broadcastRank(c, 0, 1), elements);
}

bool bothIntegers(const OnnxContext& c) {
    return c.isIntegers(0) && c.isIntegers(1) && !c.integers(0).empty() && !c.integers(1).empty();
}

void binary(OnnxContext& c, const char* op, const char* scalarOp) {
    if (bothIntegers(c)) return onIntegers(c, scalarOp);
    c.result(c.call(op, {{"", c.operand(0)}, {"", c.operand(1)}}, "Tensor"),
             {broadcastRank(c, 0, 1), widerElements(c, 0, 1)});
}

void add(OnnxContext& c) { binary(c, "aten::add", "scalar::add"); }
void sub(OnnxContext& c) { binary(c, "aten::sub", "scalar::sub"); }
void mul(OnnxContext& c) { binary(c, "aten::mul", "scalar::mul"); }

void div(OnnxContext& c) {
    const bool integral = c.elements(0) != OnnxElements::floating && c.elements(1) != OnnxElements::floating;
    if (!integral || bothIntegers(c)) return binary(c, "aten::div", "scalar::floordiv");
    c.result(c.call("aten::div", {{"", c.tensor(0)}, {"", c.tensor(1)}, {"rounding_mode", std::string("trunc")}},
                    "Tensor_mode"),
             {broadcastRank(c, 0, 1), OnnxElements::integer});
}

void pow(OnnxContext& c) {
    const auto exponent = c.number(1);
    const ValueRef base = c.tensor(0);
    if (exponent) {
        const Argument value = c.elements(1) == OnnxElements::floating ? Argument(*exponent)
                                                                       : Argument(static_cast<std::int64_t>(*exponent));
        c.resultLike(c.call("aten::pow", {{"", base}, {"", value}}, "Tensor_Scalar"), 0);
    } else {
        c.result(c.call("aten::pow", {{"", base}, {"", c.tensor(1)}}, "Tensor_Tensor"),
                 {broadcastRank(c, 0, 1), widerElements(c, 0, 1)});
    }
}

/// Sum, Mean, Max and Min take any number of inputs.
void variadic(OnnxContext& c, const char* op, const char* overload, const char* scalarOp) {
    if (c.inputCount() == 2 && scalarOp && bothIntegers(c)) return onIntegers(c, scalarOp);
    ValueRef x = c.tensor(0);
    auto r = c.rank(0);
    for (std::size_t i = 1; i < c.inputCount(); ++i) {
        x = c.call(op, {{"", x}, {"", c.operand(i)}}, overload);
        r = r && c.rank(i) ? std::optional(std::max(*r, *c.rank(i))) : std::nullopt;
    }
    c.result(x, {r, c.elements(0)});
}

void sum(OnnxContext& c) { variadic(c, "aten::add", "Tensor", nullptr); }
void largest(OnnxContext& c) { variadic(c, "aten::maximum", "", "scalar::max"); }
void smallest(OnnxContext& c) { variadic(c, "aten::minimum", "", "scalar::min"); }

void mean(OnnxContext& c) {
    ValueRef x = c.tensor(0);
    for (std::size_t i = 1; i < c.inputCount(); ++i) x = c.call("aten::add", {{"", x}, {"", c.operand(i)}}, "Tensor");
    const auto count = static_cast<double>(c.inputCount());
    c.resultLike(c.call("aten::div", {{"", x}, {"", count}}, "Tensor"), 0);
}

void comparison(OnnxContext& c, const char* op, const char* scalarOp) {
    if (scalarOp && bothIntegers(c)) return onIntegers(c, scalarOp, OnnxElements::boolean);
    c.result(c.call(op, {{"", c.tensor(0)}, {"", c.operand(1)}}, "Tensor"),
             {broadcastRank(c, 0, 1), OnnxElements::boolean});
}

void equal(OnnxContext& c) { comparison(c, "aten::eq", "scalar::eq"); }
void less(OnnxContext& c) { comparison(c, "aten::lt", "scalar::lt"); }
void greater(OnnxContext& c) { comparison(c, "aten::gt", "scalar::gt"); }
void lessOrEqual(OnnxContext& c) { comparison(c, "aten::le", nullptr); }
void greaterOrEqual(OnnxContext& c) { comparison(c, "aten::ge", nullptr); }

void logical(OnnxContext& c, const char* op) {
    c.result(c.call(op, {{"", c.tensor(0)}, {"", c.tensor(1)}}), {broadcastRank(c, 0, 1), OnnxElements::boolean});
}
void logicalAnd(OnnxContext& c) { logical(c, "aten::logical_and"); }
void logicalOr(OnnxContext& c) { logical(c, "aten::logical_or"); }
void logicalNot(OnnxContext& c) {
    c.result(c.call("aten::logical_not", {{"", c.tensor(0)}}), {c.rank(0), OnnxElements::boolean});
}

void where(OnnxContext& c) {
    if (c.isIntegers(0) && c.isIntegers(1) && c.isIntegers(2)) {
        const auto condition = c.constantIntegers(0);
        const auto a = c.integers(1), b = c.integers(2);
        if ((a.size() != 1 && a.size() != condition.size()) || (b.size() != 1 && b.size() != condition.size()))
            c.refuse("combines lists of different lengths");
        std::vector<IntOrRef> list;
        for (std::size_t i = 0; i < condition.size(); ++i)
            list.push_back(condition[i] ? a[a.size() == 1 ? 0 : i] : b[b.size() == 1 ? 0 : i]);
        return c.result(std::move(list), c.rank(0).value_or(1));
    }
    auto rank = broadcastRank(c, 1, 2);
    if (rank) rank = c.rank(0) ? std::optional(std::max(*rank, *c.rank(0))) : std::nullopt;
    c.result(c.call("aten::where", {{"", c.tensor(0)}, {"", c.operand(1)}, {"", c.operand(2)}}, "self"),
             {rank, widerElements(c, 1, 2)});
}

void matMul(OnnxContext& c) {
    const ValueRef a = c.tensor(0), b = c.tensor(1, "weight");
    auto rank = broadcastRank(c, 0, 1);
    if (rank && (c.rank(0) == 1 || c.rank(1) == 1)) rank = *rank - 1;
    c.result(c.call("aten::matmul", {{"", a}, {"", b}}), {rank});
}

/// α·A'·B' + β·C (section Gemm of ONNX's operators).
void gemm(OnnxContext& c) {
    const double alpha = c.real("alpha", 1), beta = c.real("beta", 1);
    ValueRef a = c.tensor(0), b = c.tensor(1, "weight");
    if (c.integer("transA", 0)) a = c.call("aten::t", {{"", a}});
    const bool transposed = c.integer("transB", 0) != 0;
    const bool plainBias = c.has(2) && c.rank(2) == 1 && beta == 1;
    if (alpha == 1 && transposed && (plainBias || !c.has(2))) {
        const Argument bias = c.has(2) ? Argument(c.tensor(2, "bias")) : Argument(None{});
        return c.result(c.call("aten::linear", {{"", a}, {"", b}, {"", bias}}), {2});
    }
    if (transposed) b = c.call("aten::t", {{"", b}});
    ValueRef x{};
    if (c.has(2)) {
        x = c.call("aten::addmm", {{"", c.tensor(2, "bias")}, {"", a}, {"", b}, {"beta", beta}, {"alpha", alpha}});
    } else {
        x = c.call("aten::mm", {{"", a}, {"", b}});
        if (alpha != 1) x = c.call("aten::mul", {{"", x}, {"", alpha}}, "Tensor");
    }
    c.result(x, {2});
}

void einsum(OnnxContext& c) {
    std::vector<ValueRef> tensors;
    for (std::size_t i = 0; i < c.inputCount(); ++i) tensors.push_back(c.tensor(i));
    const std::string equation = c.text("equation", "");
    const std::size_t arrow = equation.find("->");
    std::optional<std::int64_t> rank;
    if (arrow != std::string::npos && equation.find('.') == std::string::npos)
        rank = std::count_if(equation.begin() + static_cast<std::ptrdiff_t>(arrow) + 2, equation.end(),
                             [](char x) { return x != ' '; });
    c.result(c.call("aten::einsum", {{"", equation}, {"", tensors}}), {rank});
}

}  // namespace

void addOnnxArithmetic(OnnxOperators& operators) {
    operators.insert({{"Add", &add},         {"And", &logicalAnd},
                      {"Div", &div},         {"Einsum", &einsum},
                      {"Equal", &equal},     {"Gemm", &gemm},
                      {"Greater", &greater}, {"GreaterOrEqual", &greaterOrEqual},
                      {"Less", &less},       {"LessOrEqual", &lessOrEqual},
                      {"MatMul", &matMul},   {"Max", &largest},
                      {"Mean", &mean},       {"Min", &smallest},
                      {"Mul", &mul},         {"Not", &logicalNot},
                      {"Or", &logicalOr},    {"Pow", &pow},
                      {"Sub", &sub},         {"Sum", &sum},
                      {"Where", &where}});
}

}  // namespace mantissa
