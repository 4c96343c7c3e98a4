#include "graph/onnx_context.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace mantissa {
namespace {

// Shapes and what is computed from them; longer lists are data.
constexpr std::int64_t kMostIntegers = 256;

std::optional<std::int64_t> integerAt(const TensorRecord& record, std::size_t index) {
    const auto as = [&]<class T>(T value) {
        std::memcpy(&value, record.bytes.data() + index * sizeof(T), sizeof(T));
        return static_cast<std::int64_t>(value);
    };
    switch (record.dtype) {
        case DType::i64:
            return as(std::int64_t{});
        case DType::i32:
            return as(std::int32_t{});
        case DType::i16:
            return as(std::int16_t{});
        case DType::i8:
            return as(std::int8_t{});
        case DType::u8:
        case DType::boolean:
            return as(std::uint8_t{});
        default:
            return std::nullopt;
    }
}

/// A value of one of the floating types, widened.
std::optional<double> realAt(const TensorRecord& record) {
    const auto bits = [&]<class T>(T value) {
        std::memcpy(&value, record.bytes.data(), sizeof(T));
        return value;
    };
    switch (record.dtype) {
        case DType::f64:
            return bits(double{});
        case DType::f32:
            return bits(float{});
        case DType::bf16: {
            const std::uint32_t wide = std::uint32_t{bits(std::uint16_t{})} << 16;
            float value = 0;
            std::memcpy(&value, &wide, sizeof value);
            return value;
        }
        case DType::f16: {  // IEEE 754 binary16
            const std::uint16_t code = bits(std::uint16_t{});
            const int exponent = code >> 10 & 31, fraction = code & 1023;
            const double magnitude = exponent == 31  ? (fraction ? std::numeric_limits<double>::quiet_NaN()
                                                                 : std::numeric_limits<double>::infinity())
                                     : exponent == 0 ? std::ldexp(fraction, -24)
                                                     : std::ldexp(1024 + fraction, exponent - 25);
            return code >> 15 ? -magnitude : magnitude;
        }
        default:
            return std::nullopt;
    }
}

OnnxElements elementsOf(DType dtype) {
    return isFloating(dtype)         ? OnnxElements::floating
           : dtype == DType::boolean ? OnnxElements::boolean
                                     : OnnxElements::integer;
}

OnnxValue valueOf(const TensorRecord& record, bool initialiser) {
    OnnxValue value{.tensor = {},
                    .constant = &record,
                    .initialiser = initialiser,
                    .integers = {},
                    .elements = elementsOf(record.dtype),
                    .rank = static_cast<std::int64_t>(record.shape.size())};
    if (!isFloating(record.dtype) && record.shape.size() <= 1 && record.numel() <= kMostIntegers) {
        std::vector<IntOrRef> list;
        for (std::int64_t i = 0; i < record.numel(); ++i)
            if (const auto element = integerAt(record, static_cast<std::size_t>(i))) list.emplace_back(*element);
        if (static_cast<std::int64_t>(list.size()) == record.numel()) value.integers = std::move(list);
    }
    return value;
}

bool isBelow(const std::string& name, const std::string& layer) {
    return name.starts_with(layer) && name.size() > layer.size() && name[layer.size()] == '.';
}

TensorRecord recordOf(const std::vector<std::int64_t>& values, const std::vector<std::int64_t>& shape) {
    const auto memory = std::make_shared<std::vector<std::int64_t>>(values);
    TensorRecord record;
    record.dtype = DType::i64;
    record.shape = shape;
    record.bytes = std::as_bytes(std::span(*memory));
    record.owner = memory;
    return record;
}

}  // namespace

std::vector<IntOrRef> onnxInts(const std::vector<std::int64_t>& values) { return {values.begin(), values.end()}; }

OnnxContext::OnnxContext(const OnnxModel& model, GraphBuilder& g, ValueRef input)
    : model_(model), g_(g), input_(input) {
    for (const auto& record : model.initialisers) define(record.name, valueOf(record, true));
}

void OnnxContext::define(const std::string& name, OnnxValue value) {
    if (!values_.emplace(name, std::move(value)).second)
        throw OnnxRefusal{ErrorCode::corrupt, "defines the value “" + name + "” twice"};
}

const OnnxValue* OnnxContext::find(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
}

/// PyTorch's exporter names nodes after modules, "/layer1/layer1.0/conv1/Conv": each part repeats the one before it
/// where that is a container.
std::string OnnxContext::layerOf(const OnnxNode& node) const {
    if (!node.scope.empty()) return node.scope;
    if (node.name.starts_with('/')) {
        std::string path, before;
        std::size_t at = 1;
        for (std::size_t end = node.name.find('/', at); end != std::string::npos; end = node.name.find('/', at)) {
            const std::string part = node.name.substr(at, end - at);
            if (!before.empty() && part.starts_with(before + "."))
                path.replace(path.size() - before.size(), before.size(), part);
            else
                path += (path.empty() ? "" : ".") + part;
            before = part;
            at = end + 1;
        }
        return path.empty() ? node.name.substr(1) : path;
    }
    for (const auto& input : node.inputs) {
        const OnnxValue* value = find(input);
        const std::size_t dot = input.rfind('.');
        if (value && value->initialiser && dot != std::string::npos && dot > 0) return input.substr(0, dot);
    }
    std::string name = !node.name.empty() ? node.name : node.outputs.empty() ? node.op : node.outputs.front();
    std::replace(name.begin(), name.end(), '/', '.');
    return name;
}

void OnnxContext::enter(const OnnxNode& node) {
    node_ = &node;
    layer_ = layerOf(node);
}

void OnnxContext::refuse(const std::string& what) const {
    throw OnnxRefusal{ErrorCode::unsupported, what,
                      "node " +
                          (node_->name.empty() ? node_->outputs.empty() ? "" : node_->outputs.front() : node_->name) +
                          " (" + node_->op + ")"};
}

bool OnnxContext::has(std::size_t input) const { return input < node_->inputs.size() && !node_->inputs[input].empty(); }

const OnnxValue& OnnxContext::value(std::size_t input) const {
    if (!has(input)) refuse("lacks input " + std::to_string(input + 1));
    const OnnxValue* found = find(node_->inputs[input]);
    if (!found) refuse("uses the value “" + node_->inputs[input] + "”, which nothing before it computes");
    return *found;
}

std::string OnnxContext::weightName(const std::string& own, const std::string& role) {
    // A format for a layer is meant for its weights too, which are told by their names.
    const std::string name = isBelow(own, layer_) ? own : layer_ + "." + (role.empty() ? own : role);
    const int same = ++weightNames_[name];
    return same == 1 ? name : name + "_" + std::to_string(same);
}

ValueRef OnnxContext::stacked(const OnnxValue& value) {
    const auto& list = *value.integers;
    const bool known = std::all_of(list.begin(), list.end(), [](const auto& e) { return e.index() == 0; });
    if (known) {
        std::vector<std::int64_t> numbers;
        for (const auto& e : list) numbers.push_back(std::get<std::int64_t>(e));
        return integerTensor(numbers, value.rank == 0 ? std::vector<std::int64_t>{}
                                                      : std::vector{static_cast<std::int64_t>(numbers.size())});
    }
    std::vector<ValueRef> parts;
    for (const auto& e : list) {
        const Argument number = e.index() == 0 ? Argument(std::get<std::int64_t>(e)) : Argument(std::get<ValueRef>(e));
        parts.push_back(call("scalar::to_tensor", {{"", number}}));
    }
    return value.rank == 0 ? parts.at(0) : call("aten::stack", {{"tensors", parts}});
}

ValueRef OnnxContext::materialise(const std::string& name) {
    const auto found = values_.find(name);
    if (found == values_.end()) throw OnnxRefusal{ErrorCode::corrupt, "never computes its output “" + name + "”"};
    OnnxValue& value = found->second;
    if (value.tensor) return *value.tensor;
    if (!value.constant) return *(value.tensor = stacked(value));
    throw OnnxRefusal{ErrorCode::unsupported, "gives a constant, whatever the picture"};
}

ValueRef OnnxContext::tensor(std::size_t input, const std::string& role, bool isParameter) {
    value(input);
    OnnxValue& v = values_.at(node_->inputs[input]);
    if (v.tensor) return *v.tensor;
    if (!v.constant) return *(v.tensor = stacked(v));
    if (const auto placed = placed_.find(v.constant); placed != placed_.end()) return *(v.tensor = placed->second);
    Weight weight{.tensor = *v.constant, .value = -1};
    const bool floating = isFloating(v.constant->dtype);
    weight.isParameter = isParameter && floating && v.initialiser;
    weight.persistent = v.initialiser && floating;
    weight.tensor.name = weightName(node_->inputs[input], role);
    v.tensor = g_.addWeight(std::move(weight));
    placed_.emplace(v.constant, *v.tensor);
    return *v.tensor;
}

std::optional<double> OnnxContext::number(std::size_t input) const {
    const OnnxValue& v = value(input);
    if (!v.constant || v.constant->numel() != 1 || v.constant->bytes.empty()) return std::nullopt;
    if (v.integers) return static_cast<double>(std::get<std::int64_t>(v.integers->front()));
    return realAt(*v.constant);
}

Argument OnnxContext::operand(std::size_t input) {
    const OnnxValue& v = value(input);
    if (v.elements == OnnxElements::floating && !v.tensor && v.constant && v.constant->shape.size() <= 1)
        if (const auto n = number(input)) return *n;
    return tensor(input);
}

std::vector<IntOrRef> OnnxContext::integers(std::size_t input) const {
    const OnnxValue& v = value(input);
    if (!v.integers)
        refuse("needs whole numbers that the file knows or that follow from sizes as input " +
               std::to_string(input + 1));
    return *v.integers;
}

std::vector<std::int64_t> OnnxContext::constantIntegers(std::size_t input) const {
    std::vector<std::int64_t> list;
    for (const auto& e : integers(input)) {
        const auto* n = std::get_if<std::int64_t>(&e);
        if (!n) refuse("needs constant numbers as input " + std::to_string(input + 1));
        list.push_back(*n);
    }
    return list;
}

std::int64_t OnnxContext::axis(std::int64_t axis, std::size_t input) const {
    const auto r = rank(input);
    if (axis < 0 && r) axis += *r;
    if (r && (axis < 0 || axis >= std::max<std::int64_t>(1, *r))) refuse("names an axis that its input does not have");
    return axis;
}

const OnnxAttribute* OnnxContext::attribute(std::string_view name) const {
    for (const auto& a : node_->attributes)
        if (a.name == name) return &a;
    return nullptr;
}

std::int64_t OnnxContext::integer(std::string_view name, std::int64_t otherwise) const {
    const auto* a = attribute(name);
    return a ? a->i : otherwise;
}

double OnnxContext::real(std::string_view name, double otherwise) const {
    const auto* a = attribute(name);
    return a ? a->f : otherwise;
}

std::string OnnxContext::text(std::string_view name, const std::string& otherwise) const {
    const auto* a = attribute(name);
    return a ? a->s : otherwise;
}

std::vector<std::int64_t> OnnxContext::list(std::string_view name, std::vector<std::int64_t> otherwise) const {
    const auto* a = attribute(name);
    return a ? a->ints : std::move(otherwise);
}

ValueRef OnnxContext::call(const std::string& op, std::vector<NamedArgument> arguments, const std::string& overload) {
    return g_.call(op, layer_, std::move(arguments), overload);
}

IntOrRef OnnxContext::scalar(const std::string& op, const IntOrRef& a, const IntOrRef& b) {
    const auto *x = std::get_if<std::int64_t>(&a), *y = std::get_if<std::int64_t>(&b);
    if (x && y) {
        std::int64_t r = 0;
        bool bad = false;
        if (op == "scalar::add")
            bad = __builtin_add_overflow(*x, *y, &r);
        else if (op == "scalar::sub")
            bad = __builtin_sub_overflow(*x, *y, &r);
        else if (op == "scalar::mul")
            bad = __builtin_mul_overflow(*x, *y, &r);
        else if (op == "scalar::min")
            r = std::min(*x, *y);
        else if (op == "scalar::max")
            r = std::max(*x, *y);
        else if (op == "scalar::eq")
            r = *x == *y;
        else if (op == "scalar::lt")
            r = *x < *y;
        else if (op == "scalar::gt")
            r = *x > *y;
        else if (*y == 0 || (*y == -1 && *x == std::numeric_limits<std::int64_t>::min()))
            bad = true;
        else
            r = op == "scalar::mod" ? *x % *y : *x / *y;  // ONNX divides towards zero
        if (bad) refuse("computes a size that no integer holds");
        return r;
    }
    const auto argument = [](const IntOrRef& v) {
        return v.index() == 0 ? Argument(std::get<std::int64_t>(v)) : Argument(std::get<ValueRef>(v));
    };
    return call(op, {{"", argument(a)}, {"", argument(b)}});
}

ValueRef OnnxContext::integerTensor(const std::vector<std::int64_t>& values, const std::vector<std::int64_t>& shape) {
    Weight weight{.tensor = recordOf(values, shape), .value = -1, .isParameter = false, .persistent = false};
    weight.tensor.name = weightName("indices", "indices");
    return g_.addWeight(std::move(weight));
}

void OnnxContext::result(ValueRef value, const As& as, std::size_t output) {
    if (output >= node_->outputs.size() || node_->outputs[output].empty()) return;
    define(node_->outputs[output], {.tensor = value, .elements = as.elements, .rank = as.rank});
}

void OnnxContext::result(std::vector<IntOrRef> integers, std::int64_t rank, OnnxElements elements) {
    if (static_cast<std::int64_t>(integers.size()) > kMostIntegers) refuse("makes a shape of more than 256 numbers");
    define(node_->outputs.at(0), {.integers = std::move(integers), .elements = elements, .rank = rank});
}

void OnnxContext::result(TensorRecord constant) {
    made_.push_back(std::make_unique<TensorRecord>(std::move(constant)));
    define(node_->outputs.at(0), valueOf(*made_.back(), false));
}

void OnnxContext::pass(std::size_t input) {
    OnnxValue copy = value(input);
    define(node_->outputs.at(0), std::move(copy));
}

}  // namespace mantissa
