#include <algorithm>

#include "graph/onnx_context.h"

namespace mantissa {
namespace {

/// What a reduction reduces: axes are an attribute, or from opset 13 (ReduceSum) and 18 on an input; none means all.
struct Reduction {
    std::vector<IntOrRef> axes;
    bool keepDims = true;
    bool nothing = false;  ///< no axes, and the node asks to do nothing then
    std::optional<std::int64_t> rank;
};

Reduction reductionOf(OnnxContext& c) {
    Reduction r;
    const auto axes = c.has(1) ? c.constantIntegers(1) : c.list("axes");
    for (const auto axis : axes) r.axes.emplace_back(c.axis(axis, 0));
    r.keepDims = c.integer("keepdims", 1) != 0;
    r.nothing = axes.empty() && c.integer("noop_with_empty_axes", 0) != 0;
    const auto rank = c.rank(0);
    if (r.keepDims)
        r.rank = rank;
    else if (axes.empty())
        r.rank = 0;
    else if (rank)
        r.rank = *rank - static_cast<std::int64_t>(axes.size());
    return r;
}

void reduce(OnnxContext& c, const char* op, const char* overload) {
    const Reduction r = reductionOf(c);
    if (r.nothing) return c.pass(0);
    c.result(c.call(op, {{"", c.tensor(0)}, {"dim", r.axes}, {"keepdim", r.keepDims}}, overload),
             {r.rank, c.elements(0)});
}

void norm(OnnxContext& c, double order) {
    const Reduction r = reductionOf(c);
    if (r.nothing) return c.refuse("reduces nothing");
    const Argument axes = r.axes.empty() ? Argument(None{}) : Argument(r.axes);
    c.result(
        c.call("aten::linalg_vector_norm", {{"", c.tensor(0)}, {"ord", order}, {"dim", axes}, {"keepdim", r.keepDims}}),
        {r.rank});
}

void sumOfSquares(OnnxContext& c) {
    const Reduction r = reductionOf(c);
    const ValueRef squares = c.call("aten::square", {{"", c.tensor(0)}});
    if (r.nothing) return c.resultLike(squares, 0);
    c.result(c.call("aten::sum", {{"", squares}, {"dim", r.axes}, {"keepdim", r.keepDims}}, "dim_IntList"), {r.rank});
}

/// The number of elements of a shape, or of a tensor along one axis.
void product(OnnxContext& c) {
    const Reduction r = reductionOf(c);
    if (c.isIntegers(0)) {
        IntOrRef all = std::int64_t{1};
        for (const auto& e : c.integers(0)) all = c.scalar("scalar::mul", all, e);
        return c.result({all}, r.keepDims ? 1 : 0);
    }
    if (r.axes.size() != 1) c.refuse("multiplies along more than one axis");
    c.result(
        c.call("aten::prod", {{"", c.tensor(0)}, {"dim", std::get<std::int64_t>(r.axes[0])}, {"keepdim", r.keepDims}},
               "dim_int"),
        {r.rank, c.elements(0)});
}

void indexOf(OnnxContext& c, const char* op) {
    if (c.integer("select_last_index", 0)) c.refuse("asks for the last of equal values");
    const bool keep = c.integer("keepdims", 1) != 0;
    auto rank = c.rank(0);
    if (rank && !keep) rank = *rank - 1;
    c.result(c.call(op, {{"", c.tensor(0)}, {"dim", c.axis(c.integer("axis", 0), 0)}, {"keepdim", keep}}),
             {rank, OnnxElements::integer});
}

}  // namespace

void addOnnxReductions(OnnxOperators& operators) {
    operators.insert({{"ArgMax", [](OnnxContext& c) { indexOf(c, "aten::argmax"); }},
                      {"ReduceL1", [](OnnxContext& c) { norm(c, 1); }},
                      {"ReduceL2", [](OnnxContext& c) { norm(c, 2); }},
                      {"ReduceMax", [](OnnxContext& c) { reduce(c, "aten::amax", ""); }},
                      {"ReduceMean", [](OnnxContext& c) { reduce(c, "aten::mean", "dim"); }},
                      {"ReduceMin", [](OnnxContext& c) { reduce(c, "aten::amin", ""); }},
                      {"ReduceProd", &product},
                      {"ReduceSum", [](OnnxContext& c) { reduce(c, "aten::sum", "dim_IntList"); }},
                      {"ReduceSumSquare", &sumOfSquares}});
}

}  // namespace mantissa
