#include "graph/mobilevit.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "graph/activation.h"
#include "graph/builder.h"

// The calls stand in the order and layout in which the reference implementation issues them, so that results agree with
// it to the bit.

namespace mantissa {
namespace {

/// Channel counts of the inverted residuals: the next multiple of 8, never more than 10 % below (Sandler et al. 2018).
std::int64_t makeDivisible(double value) {
    constexpr std::int64_t kDivisor = 8;
    auto rounded = std::max(kDivisor, static_cast<std::int64_t>(value + kDivisor / 2.0) / kDivisor * kDivisor);
    if (static_cast<double>(rounded) < 0.9 * value) rounded += kDivisor;
    return rounded;
}

struct ConvLayer {
    std::int64_t in = 0, out = 0, kernel = 1;
    std::int64_t stride = 1, groups = 1, dilation = 1;
    bool normalization = true, activation = true;
};

struct Residual {
    std::int64_t in = 0, out = 0, stride = 1, dilation = 1;
};

struct Stage {
    std::int64_t in = 0, out = 0, hidden = 0, layers = 0, dilation = 1;
};

class MobileVitWriter {
  public:
    MobileVitWriter(const MobileVitConfig& config, const WeightSource& source, Activation activation)
        : config_(config), g_(source), activation_(std::move(activation)) {}

    Result<Graph> write() {
        const auto& neck = config_.neckHiddenSizes;
        const std::string base = "mobilevit";
        ValueRef x = g_.input();
        x = conv(x, base + ".conv_stem", {.in = config_.channels, .out = neck[0], .kernel = 3, .stride = 2});
        x = mobileNetLayer(x, base + ".encoder.layer.0", neck[0], neck[1], 1, 1);
        x = mobileNetLayer(x, base + ".encoder.layer.1", neck[1], neck[2], 2, 3);
        // Segmentation models trade stride for dilation in the last stages.
        const std::int64_t dilation4 = config_.outputStride == 8 ? 2 : 1;
        const std::int64_t dilation5 = config_.outputStride == 32 ? 1 : 2 * dilation4;
        const auto& hidden = config_.hiddenSizes;
        x = mobileVitLayer(x, base + ".encoder.layer.2", {neck[2], neck[3], hidden[0], 2, 1});
        x = mobileVitLayer(x, base + ".encoder.layer.3", {neck[3], neck[4], hidden[1], 4, dilation4});
        x = mobileVitLayer(x, base + ".encoder.layer.4", {neck[4], neck[5], hidden[2], 3, dilation5});
        x = conv(x, base + ".conv_1x1_exp", {.in = neck[5], .out = neck[6]});
        x = g_.call("aten::mean", base + ".pool",
                    {{"self", x}, {"dim", std::vector<IntOrRef>{-2, -1}}, {"keepdim", false}}, "dim");
        x = g_.dropout(x, "dropout", config_.classifierDropout);
        x = g_.linear(x, "classifier", {.outFeatures = config_.classes, .inFeatures = neck[6]});
        return g_.finish(x);
    }

  private:
    ValueRef activate(ValueRef x, const std::string& layer) { return mantissa::activate(g_, x, layer, activation_); }

    ValueRef conv(ValueRef x, const std::string& layer, const ConvLayer& c) {
        x = g_.conv2d(x, layer + ".convolution",
                      {.outChannels = c.out,
                       .inChannels = c.in,
                       .kernel = c.kernel,
                       .stride = c.stride,
                       .padding = (c.kernel - 1) / 2 * c.dilation,
                       .dilation = c.dilation,
                       .groups = c.groups,
                       .bias = false});
        if (c.normalization) x = g_.batchNorm(x, layer + ".normalization", c.out);
        return c.activation ? activate(x, layer + ".activation") : x;
    }

    ValueRef invertedResidual(ValueRef x, const std::string& layer, const Residual& r) {
        const std::int64_t expanded = makeDivisible(std::nearbyint(static_cast<double>(r.in) * config_.expandRatio));
        ValueRef y = conv(x, layer + ".expand_1x1", {.in = r.in, .out = expanded});
        y = conv(y, layer + ".conv_3x3",
                 {.in = expanded,
                  .out = expanded,
                  .kernel = 3,
                  .stride = r.stride,
                  .groups = expanded,
                  .dilation = r.dilation});
        y = conv(y, layer + ".reduce_1x1", {.in = expanded, .out = r.out, .activation = false});
        return r.stride == 1 && r.in == r.out ? g_.add(x, y, layer) : y;
    }

    ValueRef mobileNetLayer(ValueRef x, const std::string& layer, std::int64_t in, std::int64_t out,
                            std::int64_t stride, int blocks) {
        for (int i = 0; i < blocks; ++i)
            x = invertedResidual(x, layer + ".layer." + std::to_string(i),
                                 {.in = i == 0 ? in : out, .out = out, .stride = i == 0 ? stride : 1});
        return x;
    }

    ValueRef heads(ValueRef x, const std::string& layer, std::int64_t headSize) {
        const ValueRef rows = g_.size(x, layer, 0), length = g_.size(x, layer, 1);
        x = g_.call("aten::view", layer, {{"self", x}, {"size", std::vector<IntOrRef>{rows, length, -1, headSize}}});
        return g_.transpose(x, layer, 1, 2);
    }

    ValueRef attention(ValueRef x, const std::string& layer, std::int64_t hidden) {
        const std::int64_t headSize = hidden / config_.attentionHeads;
        const LinearOptions projection{.outFeatures = hidden, .inFeatures = hidden, .bias = config_.qkvBias};
        const ValueRef query = heads(g_.linear(x, layer + ".query", projection), layer + ".query", headSize);
        const ValueRef key = heads(g_.linear(x, layer + ".key", projection), layer + ".key", headSize);
        const ValueRef value = heads(g_.linear(x, layer + ".value", projection), layer + ".value", headSize);
        ValueRef scores = g_.call("aten::matmul", layer, {{"", query}, {"", g_.transpose(key, layer, -1, -2)}});
        scores = g_.call("aten::div", layer, {{"", scores}, {"", std::sqrt(static_cast<double>(headSize))}}, "Tensor");
        scores = g_.call("aten::softmax", layer, {{"self", scores}, {"dim", std::int64_t{-1}}}, "int");
        scores = g_.dropout(scores, layer + ".dropout", config_.attentionDropout);
        ValueRef context = g_.call("aten::matmul", layer, {{"", scores}, {"", value}});
        context = g_.call("aten::permute", layer, {{"self", context}, {"dims", std::vector<IntOrRef>{0, 2, 1, 3}}});
        context = g_.call("aten::contiguous", layer, {{"self", context}});
        const ValueRef rows = g_.size(context, layer, 0), length = g_.size(context, layer, 1);
        return g_.call("aten::view", layer, {{"self", context}, {"size", std::vector<IntOrRef>{rows, length, hidden}}});
    }

    ValueRef transformerLayer(ValueRef x, const std::string& layer, std::int64_t hidden) {
        const auto intermediate = static_cast<std::int64_t>(static_cast<double>(hidden) * config_.mlpRatio);
        ValueRef y = g_.layerNorm(x, layer + ".layernorm_before", hidden, config_.layerNormEps);
        y = attention(y, layer + ".attention.attention", hidden);
        y = g_.linear(y, layer + ".attention.output.dense", {.outFeatures = hidden, .inFeatures = hidden});
        y = g_.dropout(y, layer + ".attention.output.dropout", config_.hiddenDropout);
        x = g_.add(y, x, layer);
        y = g_.layerNorm(x, layer + ".layernorm_after", hidden, config_.layerNormEps);
        y = g_.linear(y, layer + ".intermediate.dense", {.outFeatures = intermediate, .inFeatures = hidden});
        y = activate(y, layer + ".intermediate.intermediate_act_fn");
        y = g_.linear(y, layer + ".output.dense", {.outFeatures = hidden, .inFeatures = intermediate});
        y = g_.dropout(y, layer + ".output.dropout", config_.hiddenDropout);
        return g_.add(y, x, layer + ".output");
    }

    ValueRef product(ValueRef a, IntOrRef b, const std::string& layer) { return scalar("scalar::mul", a, b, layer); }
    ValueRef scalar(const std::string& op, ValueRef a, IntOrRef b, const std::string& layer) {
        const Argument second =
            std::holds_alternative<ValueRef>(b) ? Argument(std::get<ValueRef>(b)) : Argument(std::get<std::int64_t>(b));
        return g_.call(op, layer, {{"", a}, {"", second}});
    }

    /// Sizes of one feature map while it is cut into patches; all values of the Graph, so that any input size will do.
    struct Patches {
        ValueRef batch, height, width;  // of the feature map
        ValueRef rows, columns, count;  // of patches
        ValueRef batchTimesArea;
    };

    /// N × C × H × W → (N · p²) × patches × C: pixels at the same place of every patch attend to each other.
    ValueRef unfold(ValueRef x, const std::string& layer, std::int64_t channels, Patches& p) {
        const std::int64_t side = config_.patchSize;
        p.batch = g_.size(x, layer, 0);
        p.height = g_.size(x, layer, 2);
        p.width = g_.size(x, layer, 3);
        p.rows = scalar("scalar::floordiv", scalar("scalar::add", p.height, side - 1, layer), side, layer);
        p.columns = scalar("scalar::floordiv", scalar("scalar::add", p.width, side - 1, layer), side, layer);
        p.count = product(p.rows, p.columns, layer);
        p.batchTimesArea = product(p.batch, side * side, layer);
        x = fit(x, layer, product(p.rows, side, layer), product(p.columns, side, layer));
        x = g_.reshape(x, layer, {product(product(p.batch, channels, layer), p.rows, layer), side, p.columns, side});
        x = g_.transpose(x, layer, 1, 2);
        x = g_.reshape(x, layer, {p.batch, channels, p.count, side * side});
        x = g_.transpose(x, layer, 1, 3);
        return g_.reshape(x, layer, {p.batchTimesArea, p.count, -1});
    }

    ValueRef fold(ValueRef x, const std::string& layer, std::int64_t channels, const Patches& p) {
        const std::int64_t side = config_.patchSize;
        x = g_.call("aten::contiguous", layer, {{"self", x}});
        x = g_.call("aten::view", layer,
                    {{"self", x}, {"size", std::vector<IntOrRef>{p.batch, side * side, p.count, -1}}});
        x = g_.transpose(x, layer, 1, 3);
        x = g_.reshape(x, layer, {product(product(p.batch, channels, layer), p.rows, layer), p.columns, side, side});
        x = g_.transpose(x, layer, 1, 2);
        x = g_.reshape(x, layer, {p.batch, channels, product(p.rows, side, layer), product(p.columns, side, layer)});
        return fit(x, layer, p.height, p.width);
    }

    ValueRef fit(ValueRef x, const std::string& layer, ValueRef height, ValueRef width) {
        return g_.call("graph::fit_bilinear", layer, {{"", x}, {"", height}, {"", width}});
    }

    ValueRef mobileVitLayer(ValueRef x, const std::string& layer, const Stage& s) {
        x = invertedResidual(x, layer + ".downsampling_layer",
                             {.in = s.in,
                              .out = s.out,
                              .stride = s.dilation == 1 ? 2 : 1,
                              .dilation = s.dilation > 1 ? s.dilation / 2 : 1});
        ValueRef y = conv(x, layer + ".conv_kxk", {.in = s.out, .out = s.out, .kernel = config_.convKernelSize});
        y = conv(y, layer + ".conv_1x1", {.in = s.out, .out = s.hidden, .normalization = false, .activation = false});
        Patches patches;
        y = unfold(y, layer + ".unfolding", s.hidden, patches);
        for (std::int64_t i = 0; i < s.layers; ++i)
            y = transformerLayer(y, layer + ".transformer.layer." + std::to_string(i), s.hidden);
        y = g_.layerNorm(y, layer + ".layernorm", s.hidden, config_.layerNormEps);
        y = fold(y, layer + ".folding", s.hidden, patches);
        y = conv(y, layer + ".conv_projection", {.in = s.hidden, .out = s.out});
        y = g_.call("aten::cat", layer, {{"tensors", std::vector<ValueRef>{x, y}}, {"dim", std::int64_t{1}}});
        return conv(y, layer + ".fusion", {.in = 2 * s.out, .out = s.out, .kernel = config_.convKernelSize});
    }

    const MobileVitConfig& config_;
    GraphBuilder g_;
    Activation activation_;
};

std::optional<Error> invalid(const MobileVitConfig& c) {
    const auto error = [](const std::string& field, const std::string& what) {
        return Error{.code = ErrorCode::unsupported, .message = field + " " + what};
    };
    // Far above any real model; beyond it sizes would overflow or the memory would.
    constexpr std::int64_t kMaxSize = 1 << 16;
    const auto sane = [](std::int64_t n) { return n >= 1 && n <= kMaxSize; };
    if (!std::all_of(c.hiddenSizes.begin(), c.hiddenSizes.end(), sane))
        return error("hidden_sizes", "must lie between 1 and 65536");
    if (!std::all_of(c.neckHiddenSizes.begin(), c.neckHiddenSizes.end(), sane))
        return error("neck_hidden_sizes", "must lie between 1 and 65536");
    if (c.channels != 3) return error("num_channels", "must be 3; Mantissa feeds pictures in colour");
    if (c.patchSize < 1 || c.patchSize > 64) return error("patch_size", "must lie between 1 and 64");
    if (!sane(c.attentionHeads)) return error("num_attention_heads", "must lie between 1 and 65536");
    for (const auto hidden : c.hiddenSizes)
        if (hidden % c.attentionHeads != 0) return error("num_attention_heads", "must divide every hidden size");
    if (c.convKernelSize < 1 || c.convKernelSize > 31 || c.convKernelSize % 2 == 0)
        return error("conv_kernel_size", "must be odd and at most 31");
    if (c.outputStride != 32 && c.outputStride != 16 && c.outputStride != 8)
        return error("output_stride", "must be 32, 16 or 8");
    if (!(c.mlpRatio > 0 && c.mlpRatio <= 64)) return error("mlp_ratio", "must lie between 0 and 64");
    for (const auto hidden : c.hiddenSizes)
        if (static_cast<double>(hidden) * c.mlpRatio < 1)
            return error("mlp_ratio", "leaves no feature of a hidden size");
    if (!(c.layerNormEps >= 0 && c.layerNormEps <= 1)) return error("layer_norm_eps", "must lie between 0 and 1");
    if (!(c.expandRatio > 0 && c.expandRatio <= 64)) return error("expand_ratio", "must lie between 0 and 64");
    if (c.classes < 1 || c.classes > 1'000'000)
        return error("the number of labels", "must lie between 1 and 1,000,000");
    for (const double p : {c.hiddenDropout, c.attentionDropout, c.classifierDropout})
        if (!(p >= 0 && p <= 1)) return error("a dropout probability", "must lie between 0 and 1");
    return std::nullopt;
}

}  // namespace

Result<Graph> buildMobileVit(const MobileVitConfig& config, const WeightSource& source) {
    if (auto problem = invalid(config)) return *std::move(problem);
    auto activation = findActivation(config.activation);
    if (!activation) return unknownActivation(config.activation);
    return MobileVitWriter(config, source, *std::move(activation)).write();
}

}  // namespace mantissa
