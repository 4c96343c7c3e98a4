#include "graph/hf_mobilenet_v2.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "graph/activation.h"
#include "graph/builder.h"

namespace mantissa {
namespace {

// Table 2 of the paper: the blocks' channels before the multiplier, and the strides of all but the first.
constexpr std::array<std::int64_t, 17> kChannels{16, 24, 24, 32, 32,  32,  64,  64, 64,
                                                 64, 96, 96, 96, 160, 160, 160, 320};
constexpr std::array<std::int64_t, 16> kStrides{2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1};

struct MobileNetV2Conv {
    std::int64_t in = 0, out = 0, kernel = 1, stride = 1, groups = 1, dilation = 1;
    bool activation = true;
};

struct Residual {
    std::int64_t in = 0, out = 0, stride = 1, dilation = 1;
};

class MobileNetV2Writer {
  public:
    MobileNetV2Writer(const HfMobileNetV2Config& config, const WeightSource& source, Activation activation)
        : config_(config), activation_(std::move(activation)), g_(source) {}

    Result<Graph> write() {
        const std::string base = "mobilenet_v2";
        std::array<std::int64_t, kChannels.size()> channels{};
        std::transform(kChannels.begin(), kChannels.end(), channels.begin(),
                       [this](std::int64_t c) { return scaled(c, config_.depthMultiplier); });
        ValueRef x = stem(g_.input(), base + ".conv_stem", channels[0]);
        std::int64_t stride = 2, dilation = 1;
        for (std::size_t i = 0; i < kStrides.size(); ++i) {
            Residual r{.in = channels[i], .out = channels[i + 1]};
            if (stride == config_.outputStride) {
                r.dilation = dilation;  // a larger one begins with the next block
                dilation *= kStrides[i];
            } else {
                r.stride = kStrides[i];
                stride *= r.stride;
            }
            x = residual(x, base + ".layer." + std::to_string(i), r);
        }
        const std::int64_t last =
            config_.finegrainedOutput && config_.depthMultiplier < 1 ? 1280 : scaled(1280, config_.depthMultiplier);
        x = conv(x, base + ".conv_1x1", {.in = channels.back(), .out = last});
        x = g_.flatten(g_.globalAvgPool2d(x, base + ".pooler"), base + ".pooler");
        x = g_.dropout(x, "dropout", config_.classifierDropout);
        return g_.finish(g_.linear(x, "classifier", {.outFeatures = config_.classes, .inFeatures = last}));
    }

  private:
    /// A multiple of the divisor, as near as may be, never more than 10 % below.
    std::int64_t divisible(std::int64_t value) const {
        const std::int64_t divisor = config_.depthDivisibleBy;
        const auto half = static_cast<std::int64_t>(static_cast<double>(value) + static_cast<double>(divisor) / 2.0);
        std::int64_t rounded = std::max(config_.minDepth, half / divisor * divisor);
        if (static_cast<double>(rounded) < 0.9 * static_cast<double>(value)) rounded += divisor;
        return rounded;
    }

    std::int64_t scaled(std::int64_t channels, double factor) const {
        return divisible(static_cast<std::int64_t>(std::nearbyint(static_cast<double>(channels) * factor)));
    }

    ValueRef conv(ValueRef x, const std::string& layer, const MobileNetV2Conv& c) {
        if (config_.tfPadding) {
            const SamePadding::Window window{.kernel = c.kernel, .stride = c.stride, .dilation = c.dilation};
            x = g_.padSame(x, layer, {.windows = {window, window}});
        }
        x = g_.conv2d(x, layer + ".convolution",
                      {.outChannels = c.out,
                       .inChannels = c.in,
                       .kernel = c.kernel,
                       .stride = c.stride,
                       .padding = config_.tfPadding ? 0 : (c.kernel - 1) / 2 * c.dilation,
                       .dilation = c.dilation,
                       .groups = c.groups,
                       .bias = false});
        x = g_.batchNorm(x, layer + ".normalization", c.out, config_.normEps, 0.997);
        return c.activation ? activate(g_, x, layer + ".activation", activation_) : x;
    }

    ValueRef stem(ValueRef x, const std::string& layer, std::int64_t out) {
        const std::int64_t expanded = scaled(32, config_.depthMultiplier);
        x = conv(x, layer + ".first_conv", {.in = config_.channels, .out = expanded, .kernel = 3, .stride = 2});
        if (!config_.firstLayerIsExpansion) x = conv(x, layer + ".expand_1x1", {.in = expanded, .out = expanded});
        x = conv(x, layer + ".conv_3x3", {.in = expanded, .out = expanded, .kernel = 3, .groups = expanded});
        return conv(x, layer + ".reduce_1x1", {.in = expanded, .out = out, .activation = false});
    }

    ValueRef residual(ValueRef x, const std::string& layer, const Residual& r) {
        const std::int64_t expanded = scaled(r.in, config_.expandRatio);
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

    const HfMobileNetV2Config& config_;
    Activation activation_;
    GraphBuilder g_;
};

std::optional<Error> invalid(const HfMobileNetV2Config& c) {
    const auto error = [](const std::string& field, const std::string& what) {
        return Error{.code = ErrorCode::unsupported, .message = field + " " + what};
    };
    if (c.channels != 3) return error("num_channels", "must be 3; Mantissa feeds pictures in colour");
    if (!(c.depthMultiplier > 0 && c.depthMultiplier <= 32))
        return error("depth_multiplier", "must lie between 0 and 32");
    if (c.depthDivisibleBy < 1 || c.depthDivisibleBy > 1024)
        return error("depth_divisible_by", "must lie between 1 and 1024");
    if (c.minDepth < 1 || c.minDepth > 4096) return error("min_depth", "must lie between 1 and 4096");
    if (!(c.expandRatio > 0 && c.expandRatio <= 64)) return error("expand_ratio", "must lie between 0 and 64");
    if (c.outputStride != 8 && c.outputStride != 16 && c.outputStride != 32)
        return error("output_stride", "must be 32, 16 or 8");
    if (!(c.normEps >= 0 && c.normEps <= 1)) return error("layer_norm_eps", "must lie between 0 and 1");
    if (!(c.classifierDropout >= 0 && c.classifierDropout <= 1))
        return error("classifier_dropout_prob", "must lie between 0 and 1");
    if (c.classes < 1 || c.classes > 1'000'000)
        return error("the number of labels", "must lie between 1 and 1,000,000");
    return std::nullopt;
}

}  // namespace

Result<Graph> buildHfMobileNetV2(const HfMobileNetV2Config& config, const WeightSource& source) {
    if (auto problem = invalid(config)) return *std::move(problem);
    auto activation = findActivation(config.activation);
    if (!activation) return unknownActivation(config.activation);
    return MobileNetV2Writer(config, source, *std::move(activation)).write();
}

}  // namespace mantissa
