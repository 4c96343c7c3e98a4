#include <algorithm>
#include <cstring>

#include "graph/onnx_context.h"
#include "graph/onnx_tensor.h"

// Shapes, constants, and what changes the shape of a tensor alone.

namespace mantissa {
namespace {

std::vector<IntOrRef> sizesOf(OnnxContext& c) {
    const auto rank = c.rank(0);
    if (!rank) c.refuse("asks for the shape of a value whose number of dimensions the file does not say");
    std::vector<IntOrRef> sizes;
    const OnnxValue& value = c.value(0);
    if (value.constant) return onnxInts(value.constant->shape);
    if (value.integers && *rank == 1) return {static_cast<std::int64_t>(value.integers->size())};
    for (std::int64_t i = 0; i < *rank; ++i) sizes.emplace_back(c.graph().size(c.tensor(0), c.layer(), i));
    return sizes;
}

void shape(OnnxContext& c) {
    auto sizes = sizesOf(c);
    const auto n = static_cast<std::int64_t>(sizes.size());
    const auto bound = [n](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + n : at, 0, n); };
    const std::int64_t start = bound(c.integer("start", 0)), end = bound(c.integer("end", n));
    c.result({sizes.begin() + start, sizes.begin() + std::max(start, end)}, 1);
}

void size(OnnxContext& c) {
    IntOrRef all = std::int64_t{1};
    for (const auto& e : sizesOf(c)) all = c.scalar("scalar::mul", all, e);
    c.result({all}, 0);
}

void reshape(OnnxContext& c) {
    auto shape = c.has(1) ? c.integers(1) : onnxInts(c.list("shape"));
    const ValueRef x = c.tensor(0);
    if (!c.integer("allowzero", 0))
        for (std::size_t i = 0; i < shape.size(); ++i)
            if (shape[i] == IntOrRef(std::int64_t{0}))
                shape[i] = c.graph().size(x, c.layer(), static_cast<std::int64_t>(i));
    const auto rank = static_cast<std::int64_t>(shape.size());
    c.result(c.call("aten::reshape", {{"self", x}, {"shape", std::move(shape)}}), {rank, c.elements(0)});
}

/// To two dimensions: those before `axis`, and the rest.
void flatten(OnnxContext& c) {
    const std::int64_t given = c.integer("axis", 1);
    const auto rank = c.rank(0);
    const std::int64_t axis = given < 0 && rank ? given + *rank : given;
    const ValueRef x = c.tensor(0);
    if (axis == 1) return c.result(c.graph().flatten(x, c.layer(), 1), {2, c.elements(0)});
    if (axis < 0) c.refuse("counts its axis from the end of a value whose number of dimensions the file does not say");
    if (axis == 0 || (rank && axis == *rank)) {
        const auto sizes = axis == 0 ? std::vector<IntOrRef>{1, -1} : std::vector<IntOrRef>{-1, 1};
        return c.result(c.call("aten::reshape", {{"self", x}, {"shape", sizes}}), {2, c.elements(0)});
    }
    const ValueRef front =
        c.call("aten::flatten", {{"self", x}, {"start_dim", std::int64_t{0}}, {"end_dim", axis - 1}}, "using_ints");
    c.result(c.graph().flatten(front, c.layer(), 1), {2, c.elements(0)});
}

void transpose(OnnxContext& c) {
    auto order = c.list("perm");
    if (order.empty() && c.rank(0))
        for (std::int64_t i = *c.rank(0); i-- > 0;) order.push_back(i);
    if (order.empty()) return c.resultLike(c.call("aten::numpy_T", {{"", c.tensor(0)}}), 0);
    c.resultLike(c.call("aten::permute", {{"", c.tensor(0)}, {"dims", onnxInts(order)}}), 0);
}

std::vector<std::int64_t> axesOf(OnnxContext& c) { return c.has(1) ? c.constantIntegers(1) : c.list("axes"); }

void squeeze(OnnxContext& c) {
    const auto axes = axesOf(c);
    if (c.isIntegers(0) && c.integers(0).size() == 1) return c.result(c.integers(0), 0, c.elements(0));
    if (axes.empty()) return c.result(c.call("aten::squeeze", {{"", c.tensor(0)}}), {std::nullopt, c.elements(0)});
    std::vector<IntOrRef> dims;
    for (const auto axis : axes) dims.emplace_back(c.axis(axis, 0));
    auto rank = c.rank(0);
    if (rank) rank = *rank - static_cast<std::int64_t>(axes.size());
    c.result(c.call("aten::squeeze", {{"", c.tensor(0)}, {"dim", dims}}, "dims"), {rank, c.elements(0)});
}

void unsqueeze(OnnxContext& c) {
    auto axes = axesOf(c);
    if (c.isIntegers(0) && c.rank(0) == 0 && axes.size() == 1) return c.result(c.integers(0), 1, c.elements(0));
    const auto rank = c.rank(0);
    const auto added = static_cast<std::int64_t>(axes.size());
    for (auto& axis : axes)
        if (axis < 0 && rank) axis += *rank + added;
    const bool negative = std::any_of(axes.begin(), axes.end(), [](auto a) { return a < 0; });
    if (negative && axes.size() > 1)
        c.refuse("counts axes from the end of a value whose number of dimensions the file does not say");
    std::sort(axes.begin(), axes.end());
    ValueRef x = c.tensor(0);
    for (const auto axis : axes) x = c.call("aten::unsqueeze", {{"", x}, {"dim", axis}});
    c.result(x, {rank ? std::optional(*rank + added) : std::nullopt, c.elements(0)});
}

/// To the common shape of the input and the one asked for; a 1 asked for keeps the input's size.
void expand(OnnxContext& c) {
    const auto shape = c.integers(1);
    const ValueRef x = c.tensor(0);
    const auto asked = static_cast<std::int64_t>(shape.size());
    const auto rank = c.rank(0);
    // A zero that is stretched to the shape takes no memory, and broadcasting does the rest.
    const ValueRef zero = c.call("aten::zeros", {{"size", std::vector<IntOrRef>{}}});
    const ValueRef stretched = c.call("aten::expand", {{"self", zero}, {"size", shape}});
    const auto both =
        c.graph().callList("aten::broadcast_tensors", c.layer(), {{"tensors", std::vector<ValueRef>{x, stretched}}}, 2);
    c.result(both[0], {rank ? std::optional(std::max(*rank, asked)) : std::nullopt, c.elements(0)});
}

void tile(OnnxContext& c) { c.resultLike(c.call("aten::tile", {{"self", c.tensor(0)}, {"dims", c.integers(1)}}), 0); }

void concat(OnnxContext& c) {
    bool lists = true;
    for (std::size_t i = 0; i < c.inputCount(); ++i) lists &= c.isIntegers(i) && c.rank(i) == 1;
    if (lists) {
        std::vector<IntOrRef> all;
        for (std::size_t i = 0; i < c.inputCount(); ++i) {
            const auto part = c.integers(i);
            all.insert(all.end(), part.begin(), part.end());
        }
        return c.result(std::move(all), 1, c.elements(0));
    }
    std::vector<ValueRef> tensors;
    std::optional<std::int64_t> rank;
    for (std::size_t i = 0; i < c.inputCount(); ++i) {
        tensors.push_back(c.tensor(i));
        if (c.rank(i)) rank = c.rank(i);
    }
    const std::int64_t given = c.integer("axis", 1);
    const std::int64_t axis = given < 0 && rank ? given + *rank : given;
    c.result(c.call("aten::cat", {{"tensors", tensors}, {"dim", axis}}), {rank, c.elements(0)});
}

template <class T>
TensorRecord recordOf(DType dtype, const std::vector<T>& values, std::vector<std::int64_t> shape) {
    const auto memory = std::make_shared<std::vector<T>>(values);
    TensorRecord record;
    record.dtype = dtype;
    record.shape = std::move(shape);
    record.bytes = std::as_bytes(std::span(*memory));
    record.owner = memory;
    return record;
}

void constant(OnnxContext& c) {
    const auto count = [](const auto& list) { return std::vector{static_cast<std::int64_t>(list.size())}; };
    if (const auto* a = c.attribute("value"); a && a->t) return c.result(*a->t);
    if (const auto* a = c.attribute("value_float"))
        return c.result(recordOf<float>(DType::f32, {static_cast<float>(a->f)}, {}));
    if (const auto* a = c.attribute("value_int")) return c.result(recordOf<std::int64_t>(DType::i64, {a->i}, {}));
    if (const auto* a = c.attribute("value_floats"))
        return c.result(recordOf<float>(DType::f32, {a->floats.begin(), a->floats.end()}, count(a->floats)));
    if (const auto* a = c.attribute("value_ints"))
        return c.result(recordOf<std::int64_t>(DType::i64, a->ints, count(a->ints)));
    c.refuse("holds a constant that is neither a tensor nor numbers");
}

void constantOfShape(OnnxContext& c) {
    const auto shape = c.integers(0);
    const auto rank = static_cast<std::int64_t>(shape.size());
    const auto* a = c.attribute("value");
    if (a && a->t && !isFloating(a->t->dtype) && a->t->dtype == DType::i64 && a->t->numel() == 1 && rank == 1 &&
        shape[0].index() == 0) {
        std::int64_t value = 0;
        std::memcpy(&value, a->t->bytes.data(), sizeof value);
        const std::int64_t n = std::get<std::int64_t>(shape[0]);
        if (n < 0 || n > 256) c.refuse("makes a shape of more than 256 numbers");
        return c.result(std::vector<IntOrRef>(static_cast<std::size_t>(n), value), 1);
    }
    if (a && a->t && a->t->dtype != DType::f32) c.refuse("fills a tensor with a value that is not FP32");
    float value = 0;
    if (a && a->t && a->t->numel() == 1) std::memcpy(&value, a->t->bytes.data(), sizeof value);
    const ValueRef filled = c.call("aten::full", {{"size", shape}, {"fill_value", static_cast<double>(value)}});
    c.result(c.call("aten::type_as", {{"", filled}, {"", c.pictures()}}), {rank});
}

void range(OnnxContext& c) {
    const auto one = [&c](std::size_t input) {
        const auto list = c.integers(input);
        if (list.size() != 1) c.refuse("counts with lists");
        return list[0].index() == 0 ? Argument(std::get<std::int64_t>(list[0])) : Argument(std::get<ValueRef>(list[0]));
    };
    c.result(c.call("aten::arange", {{"start", one(0)}, {"end", one(1)}, {"step", one(2)}, {"dtype", DType::i64}},
                    "start_step"),
             {1, OnnxElements::integer});
}

/// The model's format says how wide its floating numbers are, so casts among floating types change nothing here.
void castTo(OnnxContext& c, DType type) {
    const bool fromFloating = c.elements(0) == OnnxElements::floating;
    if (isFloating(type)) {
        if (fromFloating) return c.pass(0);
        const ValueRef x = c.call("aten::type_as", {{"", c.tensor(0)}, {"", c.pictures()}});
        return c.result(x, {c.rank(0)});
    }
    if (c.isIntegers(0) && type != DType::boolean) return c.pass(0);
    const auto elements = type == DType::boolean ? OnnxElements::boolean : OnnxElements::integer;
    c.result(c.call("aten::to", {{"self", c.tensor(0)}, {"dtype", type}}, "dtype"), {c.rank(0), elements});
}

void cast(OnnxContext& c) {
    const auto type = onnxElementType(c.integer("to", 0));
    if (!type) c.refuse("casts to a type that Mantissa does not have");
    castTo(c, *type);
}

void castLike(OnnxContext& c) {
    const auto like = c.elements(1);
    castTo(c, like == OnnxElements::floating  ? DType::f32
              : like == OnnxElements::boolean ? DType::boolean
                                              : DType::i64);
}

}  // namespace

void addOnnxShapes(OnnxOperators& operators) {
    operators.insert({{"Cast", &cast},
                      {"CastLike", &castLike},
                      {"Concat", &concat},
                      {"Constant", &constant},
                      {"ConstantOfShape", &constantOfShape},
                      {"Dropout", [](OnnxContext& c) { c.pass(0); }},
                      {"Expand", &expand},
                      {"Flatten", &flatten},
                      {"Identity", [](OnnxContext& c) { c.pass(0); }},
                      {"Range", &range},
                      {"Reshape", &reshape},
                      {"Shape", &shape},
                      {"Size", &size},
                      {"Squeeze", &squeeze},
                      {"Tile", &tile},
                      {"Transpose", &transpose},
                      {"Unsqueeze", &unsqueeze}});
}

}  // namespace mantissa
