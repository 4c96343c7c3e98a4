#include "graph/builder.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace mantissa {
namespace {

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

/// num_batches_tracked is 0-d, and has shape [1] in some older checkpoints.
bool sameShape(const std::vector<std::int64_t>& wanted, const std::vector<std::int64_t>& found) {
    return wanted == found || (wanted.empty() && found == std::vector<std::int64_t>{1});
}

std::vector<IntOrRef> pair(std::int64_t a) { return {a, a}; }

}  // namespace

WeightSource WeightSource::fromCheckpoint(const Checkpoint& checkpoint) {
    WeightSource source;
    source.checkpoint_ = &checkpoint;
    return source;
}

WeightSource WeightSource::initialised(std::uint64_t seed) {
    WeightSource source;
    source.seed_ = seed;
    return source;
}

GraphBuilder::GraphBuilder(const WeightSource& source) : source_(source), random_(source.seed_) {
    if (source_.checkpoint_)
        for (const auto& tensor : source_.checkpoint_->tensors) byName_[tensor.name] = &tensor;
}

ValueRef GraphBuilder::input() {
    const ValueRef x = newValue();
    graph_.inputs.push_back(x.id);
    return x;
}

TensorRecord GraphBuilder::initialise(const Wanted& wanted) {
    TensorRecord record{.name = wanted.name, .dtype = wanted.initial == Initial::counter ? DType::i64 : DType::f32, .shape = wanted.shape};
    const auto count = static_cast<std::size_t>(record.numel());
    const auto memory = std::make_shared<std::vector<std::byte>>(count * elementBytes(record.dtype));
    if (record.dtype == DType::f32) {
        for (std::size_t i = 0; i < count; ++i) {
            float value = wanted.initial == Initial::ones ? 1.0f : 0.0f;
            // 53 random bits to [0, 1) by hand: std::uniform_real_distribution differs between libraries.
            if (wanted.initial == Initial::uniform)
                value = static_cast<float>(wanted.bound * (2 * std::ldexp(static_cast<double>(random_() >> 11), -53) - 1));
            std::memcpy(memory->data() + i * sizeof(float), &value, sizeof(float));
        }
    }
    record.bytes = *memory;
    record.owner = memory;
    return record;
}

ValueRef GraphBuilder::weight(const Wanted& wanted) {
    // Weights that are used twice (tied) stand in the Graph once.
    if (const auto known = used_.find(wanted.name); known != used_.end()) return {known->second};
    const ValueRef value = newValue();
    used_[wanted.name] = value.id;
    if (!source_.checkpoint_) {
        graph_.weights.push_back({initialise(wanted), value.id, wanted.isParameter, true});
        return value;
    }
    const auto found = byName_.find(wanted.name);
    const std::string where = source_.checkpoint_->path.string() + ": tensor " + wanted.name;
    if (found == byName_.end()) {
        if (!problem_)
            problem_ = Error{.code = ErrorCode::unsupported,
                             .message = "is missing, and the architecture needs it with shape " + shapeText(wanted.shape),
                             .where = where};
        return value;
    }
    const TensorRecord& record = *found->second;
    if (!sameShape(wanted.shape, record.shape) && !problem_)
        problem_ = Error{.code = ErrorCode::unsupported,
                         .message = "has shape " + shapeText(record.shape) + ", and the architecture needs " + shapeText(wanted.shape),
                         .where = where};
    graph_.weights.push_back({record, value.id, wanted.isParameter, true});
    return value;
}

ValueRef GraphBuilder::weight(const std::string& name, const std::vector<std::int64_t>& shape, bool isParameter) {
    return weight({.name = name, .shape = shape, .initial = Initial::zeros, .isParameter = isParameter});
}

ValueRef GraphBuilder::call(const std::string& op, const std::string& layer, std::vector<NamedArgument> arguments,
                            const std::string& overload) {
    const ValueRef result = newValue();
    graph_.nodes.push_back({.op = op, .overload = overload, .arguments = std::move(arguments), .outputs = {result.id}, .listOutput = false, .layer = layer});
    return result;
}

ValueRef GraphBuilder::conv2d(ValueRef x, const std::string& layer, const Conv2dOptions& o) {
    const std::int64_t fanIn = std::max<std::int64_t>(1, o.inChannels / std::max<std::int64_t>(1, o.groups) * o.kernel * o.kernel);
    const double bound = 1 / std::sqrt(static_cast<double>(fanIn));
    const ValueRef kernel = weight({.name = layer + ".weight",
                                    .shape = {o.outChannels, o.inChannels / std::max<std::int64_t>(1, o.groups), o.kernel, o.kernel},
                                    .bound = bound});
    const Argument bias = o.bias ? Argument(weight({.name = layer + ".bias", .shape = {o.outChannels}, .bound = bound})) : Argument(None{});
    return call("aten::conv2d", layer,
                {{"input", x},
                 {"weight", kernel},
                 {"bias", bias},
                 {"stride", pair(o.stride)},
                 {"padding", pair(o.padding)},
                 {"dilation", pair(o.dilation)},
                 {"groups", o.groups}});
}

ValueRef GraphBuilder::linear(ValueRef x, const std::string& layer, const LinearOptions& o) {
    const double bound = 1 / std::sqrt(static_cast<double>(std::max<std::int64_t>(1, o.inFeatures)));
    const ValueRef matrix = weight({.name = layer + ".weight", .shape = {o.outFeatures, o.inFeatures}, .bound = bound});
    const Argument bias = o.bias ? Argument(weight({.name = layer + ".bias", .shape = {o.outFeatures}, .bound = bound})) : Argument(None{});
    return call("aten::linear", layer, {{"input", x}, {"weight", matrix}, {"bias", bias}});
}

ValueRef GraphBuilder::batchNorm(ValueRef x, const std::string& layer, std::int64_t channels, double eps, double momentum) {
    const ValueRef scale = weight({.name = layer + ".weight", .shape = {channels}, .initial = Initial::ones});
    const ValueRef shift = weight({.name = layer + ".bias", .shape = {channels}, .initial = Initial::zeros});
    const ValueRef mean = weight({.name = layer + ".running_mean", .shape = {channels}, .initial = Initial::zeros, .isParameter = false});
    const ValueRef variance = weight({.name = layer + ".running_var", .shape = {channels}, .initial = Initial::ones, .isParameter = false});
    // Not used at inference, but part of the state dict, and counted.
    weight({.name = layer + ".num_batches_tracked", .shape = {}, .initial = Initial::counter, .isParameter = false});
    return call("aten::batch_norm", layer,
                {{"input", x},
                 {"weight", scale},
                 {"bias", shift},
                 {"running_mean", mean},
                 {"running_var", variance},
                 {"training", false},
                 {"momentum", momentum},
                 {"eps", eps},
                 {"cudnn_enabled", true}});
}

ValueRef GraphBuilder::layerNorm(ValueRef x, const std::string& layer, std::int64_t features, double eps) {
    const ValueRef scale = weight({.name = layer + ".weight", .shape = {features}, .initial = Initial::ones});
    const ValueRef shift = weight({.name = layer + ".bias", .shape = {features}, .initial = Initial::zeros});
    return call("aten::layer_norm", layer,
                {{"input", x}, {"normalized_shape", std::vector<IntOrRef>{features}}, {"weight", scale}, {"bias", shift}, {"eps", eps}});
}

ValueRef GraphBuilder::maxPool2d(ValueRef x, const std::string& layer, std::int64_t kernel) {
    return call("aten::max_pool2d", layer, {{"self", x}, {"kernel_size", pair(kernel)}, {"stride", pair(kernel)}});
}

ValueRef GraphBuilder::flatten(ValueRef x, const std::string& layer, std::int64_t startDim) {
    return call("aten::flatten", layer, {{"self", x}, {"start_dim", startDim}}, "using_ints");
}

ValueRef GraphBuilder::reshape(ValueRef x, const std::string& layer, std::vector<IntOrRef> shape) {
    return call("aten::reshape", layer, {{"self", x}, {"shape", std::move(shape)}});
}

ValueRef GraphBuilder::transpose(ValueRef x, const std::string& layer, std::int64_t a, std::int64_t b) {
    return call("aten::transpose", layer, {{"self", x}, {"dim0", a}, {"dim1", b}}, "int");
}

ValueRef GraphBuilder::size(ValueRef x, const std::string& layer, std::int64_t dim) {
    return call("scalar::size", layer, {{"", x}, {"", dim}});
}

Result<Graph> GraphBuilder::finish(ValueRef output) {
    if (problem_) return *problem_;
    if (source_.checkpoint_) {
        std::string unexpected;
        int count = 0;
        for (const auto& tensor : source_.checkpoint_->tensors)
            if (!used_.contains(tensor.name) && ++count <= 3) unexpected += (unexpected.empty() ? "" : ", ") + tensor.name;
        if (count > 0)
            return Error{.code = ErrorCode::unsupported,
                         .message = "holds " + std::to_string(count) + " tensors that the architecture has no place for: " + unexpected +
                                    (count > 3 ? ", …" : ""),
                         .where = source_.checkpoint_->path.string()};
    }
    graph_.outputs = {output.id};
    return std::move(graph_);
}

}  // namespace mantissa
