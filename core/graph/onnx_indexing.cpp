#include <algorithm>

#include "graph/onnx_context.h"

// Parts of tensors, and tensors put around with a border.

namespace mantissa {
namespace {

Argument argumentOf(const IntOrRef& v) {
    return v.index() == 0 ? Argument(std::get<std::int64_t>(v)) : Argument(std::get<ValueRef>(v));
}

/// Starts, ends, axes and steps: attributes before opset 10, inputs from then on.
struct Bounds {
    std::vector<IntOrRef> starts, ends;
    std::vector<std::int64_t> axes, steps;
};

Bounds boundsOf(OnnxContext& c) {
    Bounds b;
    if (c.opset() < 10) {
        b.starts = onnxInts(c.list("starts"));
        b.ends = onnxInts(c.list("ends"));
        b.axes = c.list("axes");
    } else {
        b.starts = c.integers(1);
        b.ends = c.integers(2);
        if (c.has(3)) b.axes = c.constantIntegers(3);
        if (c.has(4)) b.steps = c.constantIntegers(4);
    }
    if (b.axes.empty())
        for (std::size_t i = 0; i < b.starts.size(); ++i) b.axes.push_back(static_cast<std::int64_t>(i));
    b.steps.resize(std::max(b.steps.size(), b.axes.size()), 1);
    if (b.starts.size() != b.axes.size() || b.ends.size() != b.axes.size() || b.steps.size() != b.axes.size())
        c.refuse("has starts, ends, axes and steps of different lengths");
    return b;
}

/// A part of a list, as NumPy slices.
void sliceIntegers(OnnxContext& c, const Bounds& b) {
    const auto list = c.integers(0);
    const auto n = static_cast<std::int64_t>(list.size());
    const auto *start = std::get_if<std::int64_t>(&b.starts.at(0)), *end = std::get_if<std::int64_t>(&b.ends.at(0));
    if (b.axes.size() != 1 || !start || !end || b.steps[0] == 0 || b.steps[0] < -n - 1)
        c.refuse("cuts a shape at places that only the run tells");
    const bool forward = b.steps[0] > 0;
    const auto clamped = [n, forward](std::int64_t at) {
        if (at < 0) at = at < -n ? (forward ? 0 : -1) : at + n;
        return forward ? std::min(at, n) : std::min(at, n - 1);
    };
    std::vector<IntOrRef> part;
    const std::int64_t from = clamped(*start), to = clamped(*end),
                       step = std::clamp<std::int64_t>(b.steps[0], -n - 1, n + 1);
    for (std::int64_t i = from; forward ? i < to : i > to; i += step) part.push_back(list[static_cast<std::size_t>(i)]);
    c.result(std::move(part), 1, c.elements(0));
}

void slice(OnnxContext& c) {
    const Bounds b = boundsOf(c);
    if (c.isIntegers(0) && c.rank(0) == 1 && !b.axes.empty()) return sliceIntegers(c, b);
    ValueRef x = c.tensor(0);
    for (std::size_t i = 0; i < b.axes.size(); ++i) {
        const std::int64_t axis = c.axis(b.axes[i], 0);
        if (b.steps[i] == -1 && b.starts[i] == IntOrRef(std::int64_t{-1})) {
            const auto* end = std::get_if<std::int64_t>(&b.ends[i]);
            if (!end || *end > -(std::int64_t{1} << 31) + 1) c.refuse("reverses a part of a dimension");
            x = c.call("aten::flip", {{"self", x}, {"dims", std::vector<IntOrRef>{axis}}});
            continue;
        }
        if (b.steps[i] < 1) c.refuse("steps backwards");
        x = c.call("aten::slice",
                   {{"self", x},
                    {"dim", axis},
                    {"start", argumentOf(b.starts[i])},
                    {"end", argumentOf(b.ends[i])},
                    {"step", b.steps[i]}},
                   "Tensor");
    }
    c.resultLike(x, 0);
}

void gather(OnnxContext& c) {
    const std::int64_t axis = c.axis(c.integer("axis", 0), 0);
    const auto rank = c.rank(0);
    if (c.isIntegers(0) && c.isIntegers(1) && rank == 1) {
        const auto list = c.integers(0);
        const auto n = static_cast<std::int64_t>(list.size());
        std::vector<IntOrRef> chosen;
        for (std::int64_t i : c.constantIntegers(1)) {
            if (i < 0) i += n;
            if (i < 0 || i >= n) c.refuse("takes an element that a shape does not have");
            chosen.push_back(list[static_cast<std::size_t>(i)]);
        }
        return c.result(std::move(chosen), c.rank(1).value_or(1), c.elements(0));
    }
    const auto indexRank = c.rank(1);
    const auto out = rank && indexRank ? std::optional(*rank + *indexRank - 1) : std::nullopt;
    if (c.isIntegers(1) && indexRank == 0)
        return c.result(c.call("aten::select",
                               {{"self", c.tensor(0)}, {"dim", axis}, {"index", argumentOf(c.integers(1)[0])}}, "int"),
                        {out, c.elements(0)});
    if (axis < 0) c.refuse("counts its axis from the end of a value whose number of dimensions the file does not say");
    std::vector<ValueRef> indices(static_cast<std::size_t>(axis), ValueRef{-1});
    indices.push_back(c.tensor(1));
    c.result(c.call("aten::index", {{"self", c.tensor(0)}, {"indices", indices}}, "Tensor"), {out, c.elements(0)});
}

void split(OnnxContext& c) {
    const std::int64_t axis = c.axis(c.integer("axis", 0), 0);
    const std::size_t count = c.node().outputs.size();
    auto sizes = c.has(1) ? c.constantIntegers(1) : c.list("split");
    std::vector<ValueRef> parts;
    if (sizes.empty())
        parts = c.graph().callList("aten::chunk", c.layer(),
                                   {{"self", c.tensor(0)}, {"chunks", static_cast<std::int64_t>(count)}, {"dim", axis}},
                                   count);
    else if (sizes.size() != count)
        c.refuse("splits into " + std::to_string(sizes.size()) + " parts and names " + std::to_string(count));
    else
        parts = c.graph().callList("aten::split_with_sizes", c.layer(),
                                   {{"self", c.tensor(0)}, {"split_sizes", onnxInts(sizes)}, {"dim", axis}}, count);
    for (std::size_t i = 0; i < count; ++i) c.result(parts[i], {c.rank(0), c.elements(0)}, i);
}

void pad(OnnxContext& c) {
    const bool attributes = c.opset() < 11;
    const auto pads = attributes ? c.list("pads") : c.constantIntegers(1);
    const std::string mode = c.text("mode", "constant");
    double value = attributes ? c.real("value", 0) : 0;
    if (!attributes && c.has(2)) {
        const auto number = c.number(2);
        if (!number) c.refuse("pads with a value that only the run tells");
        value = *number;
    }
    auto rank = static_cast<std::int64_t>(pads.size()) / 2;
    std::vector<std::int64_t> axes;
    if (c.has(3)) {
        for (const auto axis : c.constantIntegers(3)) axes.push_back(c.axis(axis, 0));
        if (c.rank(0)) rank = *c.rank(0);
        if (axes.size() != pads.size() / 2 || !c.rank(0)) c.refuse("names axes that do not fit its pads");
    } else {
        for (std::int64_t i = 0; i < rank; ++i) axes.push_back(i);
    }
    // PyTorch's list begins with the last dimension, and leaves out those before the first that is padded.
    std::vector<std::int64_t> before(static_cast<std::size_t>(rank)), after(before.size());
    for (std::size_t i = 0; i < axes.size(); ++i) {
        before.at(static_cast<std::size_t>(axes[i])) = pads[i];
        after.at(static_cast<std::size_t>(axes[i])) = pads[i + axes.size()];
    }
    std::vector<IntOrRef> list;
    std::int64_t first = 0;
    while (first < rank && before[static_cast<std::size_t>(first)] == 0 && after[static_cast<std::size_t>(first)] == 0)
        ++first;
    if (first == rank) return c.pass(0);
    for (std::int64_t i = rank; i-- > first;)
        list.insert(list.end(), {before[static_cast<std::size_t>(i)], after[static_cast<std::size_t>(i)]});
    const std::string torchMode = mode == "edge" ? "replicate" : mode == "wrap" ? "circular" : mode;
    const Argument fill = mode == "constant" ? Argument(value) : Argument(None{});
    c.resultLike(c.call("aten::pad", {{"self", c.tensor(0)}, {"pad", list}, {"mode", torchMode}, {"value", fill}}), 0);
}

}  // namespace

void addOnnxIndexing(OnnxOperators& operators) {
    operators.insert({{"Gather", &gather}, {"Pad", &pad}, {"Slice", &slice}, {"Split", &split}});
}

}  // namespace mantissa
