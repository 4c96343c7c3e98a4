#include "graph/builder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "storage/shape_text.h"

namespace mantissa {
namespace {

/// num_batches_tracked is 0-d, and has shape [1] in some older checkpoints.
bool sameShape(const std::vector<std::int64_t>& wanted, const std::vector<std::int64_t>& found) {
    return wanted == found || (wanted.empty() && found == std::vector<std::int64_t>{1});
}

/// Bytes of a tensor of this shape, without overflow; nothing where they are more than `limit`.
std::optional<std::int64_t> bytesWithin(std::int64_t limit, const std::vector<std::int64_t>& shape, DType dtype) {
    auto bytes = static_cast<std::int64_t>(elementBytes(dtype));
    for (const std::int64_t d : shape)
        if (d < 0 || __builtin_mul_overflow(bytes, d, &bytes)) return std::nullopt;
    return bytes <= limit ? std::optional(bytes) : std::nullopt;
}

/// "a, b, c and 4 more".
std::string firstOf(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) text += (i ? ", " : "") + names[i];
    return names.size() > kShown ? text + " and " + std::to_string(names.size() - kShown) + " more" : text;
}

std::string counted(std::size_t count, const std::string& word) {
    return count == 1 ? "1 " + word : std::to_string(count) + " " + word + "s";
}

std::vector<IntOrRef> pair(std::int64_t a) { return {a, a}; }

}  // namespace

WeightSource WeightSource::fromCheckpoint(const Checkpoint& checkpoint) {
    WeightSource source;
    source.kind_ = Kind::checkpoint;
    source.checkpoint_ = &checkpoint;
    return source;
}

WeightSource WeightSource::initialised(std::uint64_t seed) {
    WeightSource source;
    source.kind_ = Kind::initialised;
    source.seed_ = seed;
    return source;
}

WeightSource WeightSource::described() { return {}; }

GraphBuilder::GraphBuilder(const WeightSource& source) : source_(source), random_(source.seed_) {
    if (source_.checkpoint_)
        for (const auto& tensor : source_.checkpoint_->tensors) byName_[tensor.name] = &tensor;
}

ValueRef GraphBuilder::input() {
    const ValueRef x = newValue();
    graph_.inputs.push_back(x.id);
    return x;
}

void GraphBuilder::fail(ErrorCode code, const std::string& tensor, std::string message) {
    if (problem_) return;
    const std::string file = source_.checkpoint_ ? source_.checkpoint_->path.string() + ": " : "";
    problem_ = Error{.code = code, .message = std::move(message), .where = file + "tensor " + tensor};
}

void GraphBuilder::fillIn(TensorRecord& record, const Wanted& wanted) {
    const auto count = static_cast<std::size_t>(record.numel());
    const auto memory = std::make_shared<std::vector<std::byte>>(count * elementBytes(record.dtype));
    if (record.dtype == DType::f32) {
        for (std::size_t i = 0; i < count; ++i) {
            float value = wanted.initial == Initial::ones ? 1.0f : 0.0f;
            // 53 random bits to [0, 1) by hand: std::uniform_real_distribution differs between libraries.
            if (wanted.initial == Initial::uniform)
                value =
                    static_cast<float>(wanted.bound * (2 * std::ldexp(static_cast<double>(random_() >> 11), -53) - 1));
            std::memcpy(memory->data() + i * sizeof(float), &value, sizeof(float));
        }
    }
    record.bytes = *memory;
    record.owner = memory;
}

TensorRecord GraphBuilder::fresh(const Wanted& wanted) {
    // Sizes may come from a file, and memory is taken for fresh values alone.
    constexpr std::int64_t kMostMemory = std::int64_t{8} << 30, kMostCounted = std::numeric_limits<std::int64_t>::max();
    TensorRecord record;
    record.name = wanted.name;
    record.dtype = wanted.initial == Initial::counter ? DType::i64 : DType::f32;
    record.shape = wanted.shape;
    const bool filled = source_.kind_ != WeightSource::Kind::described;
    const auto bytes = bytesWithin((filled ? kMostMemory : kMostCounted) - freshBytes_, record.shape, record.dtype);
    if (!bytes) {
        fail(ErrorCode::invalidArgument, wanted.name,
             "would have shape " + shapeText(wanted.shape) + ", which is too large to make");
        record.shape = {0};
        return record;
    }
    freshBytes_ += *bytes;
    if (filled && !problem_) fillIn(record, wanted);
    return record;
}

TensorRecord GraphBuilder::fromFile(const Wanted& wanted) {
    const auto found = byName_.find(wanted.name);
    if (found == byName_.end()) {
        if (wanted.initial != Initial::counter) missing_.push_back(wanted.name + " " + shapeText(wanted.shape));
        TensorRecord record;
        record.name = wanted.name;
        record.dtype = DType::i64;
        if (wanted.initial == Initial::counter) fillIn(record, wanted);
        return record;
    }
    const TensorRecord& record = *found->second;
    if (!sameShape(wanted.shape, record.shape))
        fail(ErrorCode::unsupported, wanted.name,
             "has shape " + shapeText(record.shape) + ", and the architecture needs " + shapeText(wanted.shape));
    else if (wanted.initial != Initial::counter && !isFloating(record.dtype))
        fail(ErrorCode::unsupported, wanted.name,
             "holds " + std::string(dtypeName(record.dtype)) + " values, and the architecture needs floating ones");
    else if (isPartOfBlocks(record.dtype))
        fail(ErrorCode::unsupported, wanted.name,
             "its dtype “" + std::string(dtypeName(record.dtype)) +
                 "” belongs to blocks with scales of their own, which Mantissa does not put together to weights");
    return record;
}

ValueRef GraphBuilder::weight(const Wanted& wanted) {
    // Weights that are used twice (tied) stand in the Graph once.
    if (const auto known = used_.find(wanted.name); known != used_.end()) return {known->second};
    const ValueRef value = newValue();
    used_[wanted.name] = value.id;
    graph_.weights.push_back({.tensor = source_.checkpoint_ ? fromFile(wanted) : fresh(wanted),
                              .value = value.id,
                              .isParameter = wanted.isParameter});
    return value;
}

ValueRef GraphBuilder::weight(const std::string& name, const std::vector<std::int64_t>& shape, bool isParameter) {
    return weight({.name = name, .shape = shape, .initial = Initial::zeros, .isParameter = isParameter});
}

ValueRef GraphBuilder::call(const std::string& op, const std::string& layer, std::vector<NamedArgument> arguments,
                            const std::string& overload) {
    const ValueRef result = newValue();
    graph_.nodes.push_back({.op = op,
                            .overload = overload,
                            .arguments = std::move(arguments),
                            .outputs = {result.id},
                            .listOutput = false,
                            .layer = layer});
    return result;
}

std::vector<ValueRef> GraphBuilder::callList(const std::string& op, const std::string& layer,
                                             std::vector<NamedArgument> arguments, std::size_t count,
                                             const std::string& overload) {
    Node node{.op = op,
              .overload = overload,
              .arguments = std::move(arguments),
              .outputs = {},
              .listOutput = true,
              .layer = layer};
    std::vector<ValueRef> results;
    for (std::size_t i = 0; i < count; ++i) {
        results.push_back(newValue());
        node.outputs.push_back(results.back().id);
    }
    graph_.nodes.push_back(std::move(node));
    return results;
}

ValueRef GraphBuilder::addWeight(Weight weight) {
    const ValueRef value = newValue();
    weight.value = value.id;
    graph_.weights.push_back(std::move(weight));
    return value;
}

ValueRef GraphBuilder::conv2d(ValueRef x, const std::string& layer, const Conv2dOptions& o) {
    const std::int64_t fanIn =
        std::max<std::int64_t>(1, o.inChannels / std::max<std::int64_t>(1, o.groups) * o.kernel * o.kernel);
    const double bound = 1 / std::sqrt(static_cast<double>(fanIn));
    const ValueRef kernel =
        weight({.name = layer + ".weight",
                .shape = {o.outChannels, o.inChannels / std::max<std::int64_t>(1, o.groups), o.kernel, o.kernel},
                .bound = bound});
    const Argument bias = o.bias ? Argument(weight({.name = layer + ".bias", .shape = {o.outChannels}, .bound = bound}))
                                 : Argument(None{});
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
    const Argument bias = o.bias ? Argument(weight({.name = layer + ".bias", .shape = {o.outFeatures}, .bound = bound}))
                                 : Argument(None{});
    return call("aten::linear", layer, {{"input", x}, {"weight", matrix}, {"bias", bias}});
}

ValueRef GraphBuilder::batchNorm(ValueRef x, const std::string& layer, std::int64_t channels, double eps,
                                 double momentum) {
    const ValueRef scale = weight({.name = layer + ".weight", .shape = {channels}, .initial = Initial::ones});
    const ValueRef shift = weight({.name = layer + ".bias", .shape = {channels}, .initial = Initial::zeros});
    const ValueRef mean =
        weight({.name = layer + ".running_mean", .shape = {channels}, .initial = Initial::zeros, .isParameter = false});
    const ValueRef variance =
        weight({.name = layer + ".running_var", .shape = {channels}, .initial = Initial::ones, .isParameter = false});
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
                {{"input", x},
                 {"normalized_shape", std::vector<IntOrRef>{features}},
                 {"weight", scale},
                 {"bias", shift},
                 {"eps", eps}});
}

ValueRef GraphBuilder::maxPool2d(ValueRef x, const std::string& layer, const MaxPool2dOptions& o) {
    return call("aten::max_pool2d", layer,
                {{"self", x},
                 {"kernel_size", pair(o.kernel)},
                 {"stride", pair(o.stride)},
                 {"padding", pair(o.padding)},
                 {"ceil_mode", o.ceilMode}});
}

ValueRef GraphBuilder::globalAvgPool2d(ValueRef x, const std::string& layer) {
    return call("aten::adaptive_avg_pool2d", layer, {{"self", x}, {"output_size", pair(1)}});
}

ValueRef GraphBuilder::dropout(ValueRef x, const std::string& layer, double p) {
    return call("aten::dropout", layer, {{"input", x}, {"p", p}, {"train", false}});
}

ValueRef GraphBuilder::padSame(ValueRef x, const std::string& layer, const SamePadding& padding) {
    const auto scalar = [&](const char* op, Argument a, Argument b) {
        return call(op, layer, {{"", std::move(a)}, {"", std::move(b)}});
    };
    std::vector<IntOrRef> pads;
    bool none = true;
    for (std::size_t i = padding.windows.size(); i-- > 0;) {  // the last dimension comes first
        const auto& w = padding.windows[i];
        const std::int64_t reach = (w.kernel - 1) * w.dilation + 1;
        IntOrRef all = reach - 1, smaller = (reach - 1) / 2, larger = reach - 1 - (reach - 1) / 2;
        if (w.stride > 1) {
            // The last window begins at ⌊(size − 1) / stride⌋ · stride and lacks reach − 1 − (size − 1) mod stride.
            const auto dim = static_cast<std::int64_t>(i) - static_cast<std::int64_t>(padding.windows.size());
            const ValueRef over =
                scalar("scalar::mod", scalar("scalar::sub", size(x, layer, dim), std::int64_t{1}), w.stride);
            const ValueRef lack = scalar("scalar::max", scalar("scalar::sub", reach - 1, over), std::int64_t{0});
            const ValueRef half = scalar("scalar::floordiv", lack, std::int64_t{2});
            all = lack;
            smaller = half;
            larger = scalar("scalar::sub", lack, half);
        }
        none &= all == IntOrRef(std::int64_t{0});
        const bool last = padding.odd == SamePadding::Odd::last;
        pads.insert(pads.end(), {last ? smaller : larger, last ? larger : smaller});
    }
    if (none) return x;
    return call("aten::constant_pad_nd", layer, {{"self", x}, {"pad", std::move(pads)}, {"value", padding.value}});
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

std::vector<std::string> GraphBuilder::unusedTensors() const {
    std::vector<std::string> names;
    const auto isIgnored = [this](const std::string& name) {
        return std::any_of(ignored_.begin(), ignored_.end(),
                           [&](const auto& prefix) { return name.starts_with(prefix); });
    };
    if (source_.checkpoint_)
        for (const auto& tensor : source_.checkpoint_->tensors)
            if (!used_.contains(tensor.name) && !isIgnored(tensor.name)) names.push_back(tensor.name);
    // The counters, of which there are many, say least about what the file is.
    std::stable_partition(names.begin(), names.end(),
                          [](const auto& n) { return !n.ends_with("num_batches_tracked"); });
    return names;
}

Result<Graph> GraphBuilder::finish(ValueRef output) {
    const auto unused = unusedTensors();
    std::string message;
    if (!missing_.empty())
        message = "lacks " + counted(missing_.size(), "tensor") + " that the architecture needs: " + firstOf(missing_);
    if (!unused.empty())
        message += (message.empty() ? "" : "; ") + ("holds " + counted(unused.size(), "tensor")) +
                   " that the architecture has no place for: " + firstOf(unused);
    if (!message.empty())
        return Error{.code = ErrorCode::unsupported, .message = message, .where = source_.checkpoint_->path.string()};
    if (problem_) return *problem_;
    graph_.outputs = {output.id};
    return std::move(graph_);
}

}  // namespace mantissa
