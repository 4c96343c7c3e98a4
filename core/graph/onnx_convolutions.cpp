#include <algorithm>
#include <limits>

#include "graph/onnx_context.h"

// Convolutions and pooling over one or two dimensions of space.

namespace mantissa {
namespace {

/// Where windows lie: attributes that convolutions and poolings share.
struct Windows {
    std::vector<std::int64_t> kernel, strides, dilations, before, after;
    std::string autoPad;  ///< "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"

    bool isSame() const { return autoPad.starts_with("SAME"); }
    bool isSymmetric() const { return before == after; }
};

Windows windowsOf(OnnxContext& c, std::vector<std::int64_t> kernel) {
    Windows w;
    w.kernel = std::move(kernel);
    const std::size_t n = w.kernel.size();
    if (n != 1 && n != 2)
        c.refuse("has windows of " + std::to_string(n) + " dimensions; Mantissa runs those of one or two");
    w.strides = c.list("strides", std::vector<std::int64_t>(n, 1));
    w.dilations = c.list("dilations", std::vector<std::int64_t>(n, 1));
    const auto pads = c.list("pads", std::vector<std::int64_t>(2 * n, 0));
    w.autoPad = c.text("auto_pad", "NOTSET");
    if (w.strides.size() != n || w.dilations.size() != n || pads.size() != 2 * n)
        c.refuse("has strides, dilations and pads of different lengths");
    // Far beyond any real window; larger ones would only take memory.
    constexpr std::int64_t kMost = 1 << 13;
    for (const auto* list : {&w.kernel, &w.strides, &w.dilations})
        for (const auto value : *list)
            if (value < 1 || value > kMost) c.refuse("has a window, stride or dilation below 1 or beyond all measure");
    for (const auto value : pads)
        if (value < 0 || value > kMost) c.refuse("has a padding below 0 or beyond all measure");
    w.before.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(n));
    w.after.assign(pads.begin() + static_cast<std::ptrdiff_t>(n), pads.end());
    if (w.autoPad != "NOTSET") {
        w.before.assign(n, 0);
        w.after.assign(n, 0);
    }
    return w;
}

/// The input with its border where the operator itself cannot make it: of unequal sides, or by auto_pad.
ValueRef bordered(OnnxContext& c, ValueRef x, const Windows& w, double value) {
    if (w.isSame()) {
        SamePadding same{.windows = {},
                         .odd = w.autoPad == "SAME_LOWER" ? SamePadding::Odd::first : SamePadding::Odd::last,
                         .value = value};
        for (std::size_t i = 0; i < w.kernel.size(); ++i)
            same.windows.push_back({.kernel = w.kernel[i], .stride = w.strides[i], .dilation = w.dilations[i]});
        return c.graph().padSame(x, c.layer(), same);
    }
    std::vector<IntOrRef> pads;
    for (std::size_t i = w.kernel.size(); i-- > 0;) pads.insert(pads.end(), {w.before[i], w.after[i]});
    return c.call("aten::constant_pad_nd", {{"self", x}, {"pad", pads}, {"value", value}});
}

std::vector<std::int64_t> kernelOfWeight(OnnxContext& c) {
    const OnnxValue& weight = c.value(1);
    if (weight.constant && weight.constant->shape.size() >= 2)
        return {weight.constant->shape.begin() + 2, weight.constant->shape.end()};
    return c.list("kernel_shape");
}

void conv(OnnxContext& c) {
    Windows w = windowsOf(c, kernelOfWeight(c));
    ValueRef x = c.tensor(0);
    const bool inside = w.isSymmetric() && !w.isSame();
    if (!inside) {
        x = bordered(c, x, w, 0);
        w.before.assign(w.kernel.size(), 0);
    }
    const ValueRef weight = c.tensor(1, "weight");
    const Argument bias = c.has(2) ? Argument(c.tensor(2, "bias")) : Argument(None{});
    const auto rank = static_cast<std::int64_t>(w.kernel.size()) + 2;
    c.result(c.call(w.kernel.size() == 1 ? "aten::conv1d" : "aten::conv2d", {{"input", x},
                                                                             {"weight", weight},
                                                                             {"bias", bias},
                                                                             {"stride", onnxInts(w.strides)},
                                                                             {"padding", onnxInts(w.before)},
                                                                             {"dilation", onnxInts(w.dilations)},
                                                                             {"groups", c.integer("group", 1)}}),
             {rank});
}

/// PyTorch's poolings pad at most half of a window.
bool poolCanPad(const Windows& w) {
    for (std::size_t i = 0; i < w.kernel.size(); ++i)
        if (w.before[i] > w.kernel[i] / 2) return false;
    return w.isSymmetric() && !w.isSame();
}

void maxPool(OnnxContext& c) {
    if (c.node().outputs.size() > 1 && !c.node().outputs[1].empty())
        c.refuse("asks for the places of the largest values");
    Windows w = windowsOf(c, c.list("kernel_shape"));
    ValueRef x = c.tensor(0);
    if (!poolCanPad(w)) {
        x = bordered(c, x, w, -std::numeric_limits<double>::infinity());
        w.before.assign(w.kernel.size(), 0);
    }
    c.resultLike(c.call(w.kernel.size() == 1 ? "aten::max_pool1d" : "aten::max_pool2d",
                        {{"self", x},
                         {"kernel_size", onnxInts(w.kernel)},
                         {"stride", onnxInts(w.strides)},
                         {"padding", onnxInts(w.before)},
                         {"dilation", onnxInts(w.dilations)},
                         {"ceil_mode", c.integer("ceil_mode", 0) != 0}}),
                 0);
}

ValueRef averaged(OnnxContext& c, ValueRef x, const Windows& w, bool countBorder) {
    return c.call(w.kernel.size() == 1 ? "aten::avg_pool1d" : "aten::avg_pool2d",
                  {{"self", x},
                   {"kernel_size", onnxInts(w.kernel)},
                   {"stride", onnxInts(w.strides)},
                   {"padding", onnxInts(w.before)},
                   {"ceil_mode", c.integer("ceil_mode", 0) != 0},
                   {"count_include_pad", countBorder}});
}

void averagePool(OnnxContext& c) {
    Windows w = windowsOf(c, c.list("kernel_shape"));
    if (std::any_of(w.dilations.begin(), w.dilations.end(), [](auto d) { return d != 1; }))
        c.refuse("averages over dilated windows");
    const bool countBorder = c.integer("count_include_pad", 0) != 0;
    const ValueRef x = c.tensor(0);
    if (poolCanPad(w)) return c.resultLike(averaged(c, x, w, countBorder), 0);
    const ValueRef padded = bordered(c, x, w, 0);
    const ValueRef ones = countBorder ? ValueRef{} : bordered(c, c.call("aten::ones_like", {{"", x}}), w, 0);
    w.before.assign(w.kernel.size(), 0);
    ValueRef y = averaged(c, padded, w, true);
    // The share of each window that lies in the picture.
    if (!countBorder) y = c.call("aten::div", {{"", y}, {"", averaged(c, ones, w, true)}}, "Tensor");
    c.resultLike(y, 0);
}

/// Over all dimensions of space.
void globalPool(OnnxContext& c, const char* op, const char* overload) {
    const auto rank = c.rank(0).value_or(4);
    if (rank < 3) c.refuse("pools a value without dimensions of space");
    if (rank == 4 && std::string_view(op) == "aten::mean")
        return c.resultLike(c.graph().globalAvgPool2d(c.tensor(0), c.layer()), 0);
    std::vector<IntOrRef> dims;
    for (std::int64_t i = 2; i < rank; ++i) dims.emplace_back(i);
    c.resultLike(c.call(op, {{"", c.tensor(0)}, {"dim", dims}, {"keepdim", true}}, overload), 0);
}

}  // namespace

void addOnnxConvolutions(OnnxOperators& operators) {
    operators.insert({{"AveragePool", &averagePool},
                      {"Conv", &conv},
                      {"GlobalAveragePool", [](OnnxContext& c) { globalPool(c, "aten::mean", "dim"); }},
                      {"GlobalMaxPool", [](OnnxContext& c) { globalPool(c, "aten::amax", ""); }},
                      {"MaxPool", &maxPool}});
}

}  // namespace mantissa
