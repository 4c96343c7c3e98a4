#include "core/run/graph_writer.h"

#include <ATen/ops/empty.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <stdexcept>

namespace mantissa::test {
namespace {

DType dtypeOf(const at::Tensor& tensor) {
    switch (tensor.scalar_type()) {
        case at::kFloat:
            return DType::f32;
        case at::kDouble:
            return DType::f64;
        case at::kHalf:
            return DType::f16;
        case at::kBFloat16:
            return DType::bf16;
        case at::kLong:
            return DType::i64;
        case at::kBool:
            return DType::boolean;
        default:
            throw std::invalid_argument("these tests do not use this type");
    }
}

}  // namespace

TensorRecord recordOf(const std::string& name, const at::Tensor& tensor) {
    auto owner = std::make_shared<at::Tensor>(tensor.contiguous());
    TensorRecord record{.name = name,
                        .dtype = dtypeOf(tensor),
                        .shape = tensor.sizes().vec(),
                        .strides = {},
                        .bytes = {},
                        .owner = owner};
    record.bytes = {static_cast<const std::byte*>(owner->const_data_ptr()), owner->nbytes()};
    return record;
}

ValueRef GraphWriter::input() {
    graph_.inputs.push_back(newValue().id);
    return {graph_.inputs.back()};
}

ValueRef GraphWriter::weight(const std::string& name, const at::Tensor& tensor, bool isParameter) {
    const ValueRef value = newValue();
    graph_.weights.push_back({.tensor = recordOf(name, tensor), .value = value.id, .isParameter = isParameter});
    return value;
}

ValueRef GraphWriter::constant(const std::string& name, const at::Tensor& tensor) {
    const ValueRef value = weight(name, tensor, false);
    graph_.weights.back().persistent = graph_.weights.back().castable = false;
    return value;
}

ValueRef GraphWriter::call(const std::string& op, const std::string& layer, std::vector<NamedArgument> arguments,
                           const std::string& overload) {
    const ValueRef value = newValue();
    graph_.nodes.push_back({.op = op,
                            .overload = overload,
                            .arguments = std::move(arguments),
                            .outputs = {value.id},
                            .listOutput = false,
                            .layer = layer});
    return value;
}

std::vector<ValueRef> GraphWriter::callList(const std::string& op, const std::string& layer,
                                            std::vector<NamedArgument> arguments, std::size_t count,
                                            const std::string& overload) {
    std::vector<ValueRef> values;
    Node node{.op = op,
              .overload = overload,
              .arguments = std::move(arguments),
              .outputs = {},
              .listOutput = true,
              .layer = layer};
    for (std::size_t i = 0; i < count; ++i) {
        values.push_back(newValue());
        node.outputs.push_back(values.back().id);
    }
    graph_.nodes.push_back(std::move(node));
    return values;
}

Graph GraphWriter::finish(ValueRef output) {
    graph_.outputs = {output.id};
    return graph_;
}

at::Tensor normal(const std::vector<std::int64_t>& shape, std::uint32_t seed, float scale) {
    // Box and Muller (1958): std::normal_distribution differs from one library to the next.
    std::mt19937 random(seed);
    const auto uniform = [&] { return (static_cast<double>(random()) + 0.5) / 4294967296.0; };
    at::Tensor tensor = at::empty(shape, at::kFloat);
    auto* values = tensor.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < tensor.numel(); ++i)
        values[i] =
            scale * static_cast<float>(std::sqrt(-2 * std::log(uniform())) * std::cos(6.283185307179586 * uniform()));
    return tensor;
}

std::vector<IntOrRef> ints(const std::vector<std::int64_t>& values) { return {values.begin(), values.end()}; }

bool sameBits(const at::Tensor& a, const at::Tensor& b) {
    if (a.scalar_type() != b.scalar_type() || a.sizes() != b.sizes()) return false;
    const at::Tensor x = a.contiguous(), y = b.contiguous();
    return std::memcmp(x.const_data_ptr(), y.const_data_ptr(), x.nbytes()) == 0;
}

}  // namespace mantissa::test
