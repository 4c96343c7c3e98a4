#include "graph/vit.h"

#include <cmath>
#include <optional>

#include "graph/activation.h"
#include "graph/builder.h"

// The calls stand in the order and layout in which the reference implementation issues them, so that results agree with
// it to the bit.

namespace mantissa {
namespace {

/// A block's layers, below its own name.
struct BlockNames {
    std::string blocks, query, key, value, projection, expand, reduce;
};

const BlockNames& namesOf(VitNames names) {
    static const BlockNames nested{.blocks = ".encoder.layer.",
                                   .query = ".attention.attention.query",
                                   .key = ".attention.attention.key",
                                   .value = ".attention.attention.value",
                                   .projection = ".attention.output.dense",
                                   .expand = ".intermediate.dense",
                                   .reduce = ".output.dense"};
    static const BlockNames flat{.blocks = ".layers.",
                                 .query = ".attention.q_proj",
                                 .key = ".attention.k_proj",
                                 .value = ".attention.v_proj",
                                 .projection = ".attention.o_proj",
                                 .expand = ".mlp.fc1",
                                 .reduce = ".mlp.fc2"};
    return names == VitNames::nested ? nested : flat;
}

class VitWriter {
  public:
    VitWriter(const VitConfig& config, const WeightSource& source, Activation activation)
        : config_(config), names_(namesOf(config.names)), activation_(std::move(activation)), g_(source) {}

    Result<Graph> write() {
        // A state dict may hold what other tasks use: the pooler, the mask token, stored position numbers.
        for (const char* part : {".pooler.", ".embeddings.mask_token", ".embeddings.position_ids"})
            g_.ignoreUnused(config_.base + part);
        ValueRef x = embeddings(g_.input());
        for (std::int64_t i = 0; i < config_.layers; ++i)
            x = block(x, config_.base + names_.blocks + std::to_string(i));
        x = g_.layerNorm(x, config_.base + ".layernorm", config_.hiddenSize, config_.layerNormEps);
        if (config_.head == VitHead::classToken) return g_.finish(classify(x, 0, "classifier"));
        const ValueRef sum =
            g_.add(classify(x, 0, "cls_classifier"), classify(x, 1, "distillation_classifier"), "logits");
        return g_.finish(g_.call("aten::div", "logits", {{"", sum}, {"", std::int64_t{2}}}, "Tensor"));
    }

  private:
    ValueRef embeddings(ValueRef pixels) {
        const std::string layer = config_.base + ".embeddings";
        const std::int64_t hidden = config_.hiddenSize;
        const std::int64_t rows = config_.image.height / config_.patch.height;
        const std::int64_t columns = config_.image.width / config_.patch.width;
        ValueRef x = g_.conv2d(pixels, layer + ".patch_embeddings.projection",
                               {.outChannels = hidden,
                                .inChannels = config_.channels,
                                .kernel = config_.patch.height,
                                .stride = config_.patch.height});
        x = g_.transpose(g_.flatten(x, layer + ".patch_embeddings", 2), layer + ".patch_embeddings", 1, 2);
        std::vector<ValueRef> parts{token(pixels, layer, "cls_token")};
        if (config_.distillationToken) parts.push_back(token(pixels, layer, "distillation_token"));
        const auto tokens = static_cast<std::int64_t>(parts.size());
        parts.push_back(x);
        x = g_.call("aten::cat", layer, {{"tensors", parts}, {"dim", std::int64_t{1}}});
        x = g_.add(x, g_.weight(layer + ".position_embeddings", {1, rows * columns + tokens, hidden}), layer);
        return g_.dropout(x, layer + ".dropout", config_.hiddenDropout);
    }

    ValueRef token(ValueRef pixels, const std::string& layer, const std::string& name) {
        const ValueRef one = g_.weight(layer + "." + name, {1, 1, config_.hiddenSize});
        return g_.call("aten::expand", layer,
                       {{"self", one}, {"size", std::vector<IntOrRef>{g_.size(pixels, layer, 0), -1, -1}}});
    }

    ValueRef block(ValueRef x, const std::string& layer) {
        const std::int64_t hidden = config_.hiddenSize, inner = config_.intermediateSize;
        ValueRef y = g_.layerNorm(x, layer + ".layernorm_before", hidden, config_.layerNormEps);
        y = attention(y, layer);
        y = g_.linear(y, layer + names_.projection, {.outFeatures = hidden, .inFeatures = hidden});
        x = g_.add(g_.dropout(y, layer, config_.hiddenDropout), x, layer);
        y = g_.layerNorm(x, layer + ".layernorm_after", hidden, config_.layerNormEps);
        y = g_.linear(y, layer + names_.expand, {.outFeatures = inner, .inFeatures = hidden});
        y = activate(g_, y, layer + names_.expand, activation_);
        y = g_.linear(y, layer + names_.reduce, {.outFeatures = hidden, .inFeatures = inner});
        return g_.add(g_.dropout(y, layer, config_.hiddenDropout), x, layer);
    }

    /// N × tokens × hidden → N × heads × tokens × head size.
    ValueRef heads(ValueRef x, const std::string& layer) {
        const std::int64_t headSize = config_.hiddenSize / config_.attentionHeads;
        const LinearOptions projection{
            .outFeatures = config_.hiddenSize, .inFeatures = config_.hiddenSize, .bias = config_.qkvBias};
        x = g_.linear(x, layer, projection);
        const ValueRef rows = g_.size(x, layer, 0), length = g_.size(x, layer, 1);
        x = g_.call("aten::view", layer, {{"self", x}, {"size", std::vector<IntOrRef>{rows, length, -1, headSize}}});
        return g_.transpose(x, layer, 1, 2);
    }

    ValueRef attention(ValueRef x, const std::string& block) {
        const std::string layer = block + ".attention";
        const ValueRef query = heads(x, block + names_.query), key = heads(x, block + names_.key),
                       value = heads(x, block + names_.value);
        const double scale = std::pow(static_cast<double>(config_.hiddenSize / config_.attentionHeads), -0.5);
        ValueRef scores = g_.call("aten::matmul", layer, {{"", query}, {"", g_.transpose(key, layer, 2, 3)}});
        scores = g_.call("aten::mul", layer, {{"", scores}, {"", scale}}, "Tensor");
        // In FP32 whatever the model's format, and back.
        scores = g_.call("aten::softmax", layer, {{"self", scores}, {"dim", std::int64_t{-1}}, {"dtype", DType::f32}},
                         "int");
        scores = g_.call("aten::type_as", layer, {{"self", scores}, {"other", query}});
        scores = g_.dropout(scores, layer, config_.attentionDropout);
        ValueRef context = g_.call("aten::matmul", layer, {{"", scores}, {"", value}});
        context = g_.call("aten::contiguous", layer, {{"self", g_.transpose(context, layer, 1, 2)}});
        const ValueRef rows = g_.size(context, layer, 0), length = g_.size(context, layer, 1);
        return g_.reshape(context, layer, {rows, length, -1});
    }

    ValueRef classify(ValueRef x, std::int64_t token, const std::string& layer) {
        x = g_.call("aten::select", layer, {{"self", x}, {"dim", std::int64_t{1}}, {"index", token}}, "int");
        return g_.linear(x, layer, {.outFeatures = config_.classes, .inFeatures = config_.hiddenSize});
    }

    const VitConfig& config_;
    const BlockNames& names_;
    Activation activation_;
    GraphBuilder g_;
};

std::optional<Error> invalid(const VitConfig& c) {
    const auto error = [](const std::string& field, const std::string& what) {
        return Error{.code = ErrorCode::unsupported, .message = field + " " + what};
    };
    constexpr std::int64_t kMaxSize = 1 << 16;  // far above any real model
    const auto sane = [](std::int64_t n) { return n >= 1 && n <= kMaxSize; };
    if (c.channels != 3) return error("num_channels", "must be 3; Mantissa feeds pictures in colour");
    if (!sane(c.hiddenSize)) return error("hidden_size", "must lie between 1 and 65536");
    if (!sane(c.intermediateSize)) return error("intermediate_size", "must lie between 1 and 65536");
    if (c.layers < 1 || c.layers > 1024) return error("num_hidden_layers", "must lie between 1 and 1024");
    if (!sane(c.attentionHeads) || c.hiddenSize % c.attentionHeads != 0)
        return error("num_attention_heads", "must divide hidden_size");
    if (c.patch.height != c.patch.width) return error("patch_size", "must be the same in height and width");
    if (c.patch.height > c.image.height || c.patch.width > c.image.width)
        return error("patch_size", "must not be larger than image_size");
    if (!(c.layerNormEps >= 0 && c.layerNormEps <= 1)) return error("layer_norm_eps", "must lie between 0 and 1");
    if (c.classes < 1 || c.classes > 1'000'000)
        return error("the number of labels", "must lie between 1 and 1,000,000");
    for (const double p : {c.hiddenDropout, c.attentionDropout})
        if (!(p >= 0 && p <= 1)) return error("a dropout probability", "must lie between 0 and 1");
    return std::nullopt;
}

}  // namespace

Result<Graph> buildVit(const VitConfig& config, const WeightSource& source) {
    if (auto problem = invalid(config)) return *std::move(problem);
    auto activation = findActivation(config.activation);
    if (!activation) return unknownActivation(config.activation);
    return VitWriter(config, source, *std::move(activation)).write();
}

}  // namespace mantissa
