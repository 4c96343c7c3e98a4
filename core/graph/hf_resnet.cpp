#include "graph/hf_resnet.h"

#include <algorithm>
#include <optional>

#include "graph/activation.h"
#include "graph/builder.h"

namespace mantissa {
namespace {

struct ResNetConv {
    std::int64_t in = 0, out = 0, kernel = 3, stride = 1;
};

struct ResNetBlock {
    std::int64_t in = 0, out = 0, stride = 1;
};

class ResNetWriter {
  public:
    ResNetWriter(const HfResNetConfig& config, const WeightSource& source, Activation activation)
        : config_(config), activation_(std::move(activation)), g_(source) {}

    Result<Graph> write() {
        const std::string stem = "resnet.embedder";
        ValueRef x = conv(g_.input(), stem + ".embedder",
                          {.in = config_.channels, .out = config_.embeddingSize, .kernel = 7, .stride = 2});
        x = activate(g_, x, stem + ".embedder.activation", activation_);
        x = g_.maxPool2d(x, stem + ".pooler", {.kernel = 3, .stride = 2, .padding = 1});
        std::int64_t in = config_.embeddingSize;
        for (std::size_t stage = 0; stage < config_.depths.size(); ++stage) {
            const std::string layers = "resnet.encoder.stages." + std::to_string(stage) + ".layers.";
            const std::int64_t out = config_.hiddenSizes[stage];
            for (std::int64_t i = 0; i < config_.depths[stage]; ++i) {
                const bool shrinks = i == 0 && (stage > 0 || config_.downsampleInFirstStage);
                x = block(x, layers + std::to_string(i), {.in = in, .out = out, .stride = shrinks ? 2 : 1});
                in = out;
            }
        }
        x = g_.globalAvgPool2d(x, "resnet.pooler");
        x = g_.flatten(x, "classifier.0");
        return g_.finish(g_.linear(x, "classifier.1", {.outFeatures = config_.classes, .inFeatures = in}));
    }

  private:
    /// Convolution and batch normalisation.
    ValueRef conv(ValueRef x, const std::string& layer, const ResNetConv& c) {
        x = g_.conv2d(x, layer + ".convolution",
                      {.outChannels = c.out,
                       .inChannels = c.in,
                       .kernel = c.kernel,
                       .stride = c.stride,
                       .padding = c.kernel / 2,
                       .bias = false});
        return g_.batchNorm(x, layer + ".normalization", c.out);
    }

    /// Inside a block it is always ReLU, whatever hidden_act says.
    ValueRef convRelu(ValueRef x, const std::string& layer, const ResNetConv& c) {
        return g_.relu(conv(x, layer, c), layer + ".activation");
    }

    ValueRef block(ValueRef x, const std::string& layer, const ResNetBlock& b) {
        ValueRef y = x;
        if (config_.layerType == "basic") {
            y = convRelu(y, layer + ".layer.0", {.in = b.in, .out = b.out, .stride = b.stride});
            y = conv(y, layer + ".layer.1", {.in = b.out, .out = b.out});
        } else {
            const std::int64_t width = b.out / 4;
            const std::int64_t first = config_.downsampleInBottleneck ? b.stride : 1;
            y = convRelu(y, layer + ".layer.0", {.in = b.in, .out = width, .kernel = 1, .stride = first});
            y = convRelu(y, layer + ".layer.1", {.in = width, .out = width, .stride = b.stride / first});
            y = conv(y, layer + ".layer.2", {.in = width, .out = b.out, .kernel = 1});
        }
        if (b.in != b.out || b.stride != 1)
            x = conv(x, layer + ".shortcut", {.in = b.in, .out = b.out, .kernel = 1, .stride = b.stride});
        return activate(g_, g_.add(y, x, layer), layer + ".activation", activation_);
    }

    const HfResNetConfig& config_;
    Activation activation_;
    GraphBuilder g_;
};

std::optional<Error> invalid(const HfResNetConfig& c) {
    const auto error = [](const std::string& field, const std::string& what) {
        return Error{.code = ErrorCode::unsupported, .message = field + " " + what};
    };
    // Far above any real model; beyond it sizes would overflow or the memory would.
    const auto sane = [](std::int64_t n) { return n >= 4 && n <= (1 << 16); };
    if (c.channels != 3) return error("num_channels", "must be 3; Mantissa feeds pictures in colour");
    if (!sane(c.embeddingSize)) return error("embedding_size", "must lie between 4 and 65536");
    if (c.hiddenSizes.empty() || !std::all_of(c.hiddenSizes.begin(), c.hiddenSizes.end(), sane))
        return error("hidden_sizes", "must lie between 4 and 65536");
    if (c.depths.size() != c.hiddenSizes.size()) return error("depths", "must be as many as hidden_sizes");
    if (!std::all_of(c.depths.begin(), c.depths.end(), [](std::int64_t n) { return n >= 1 && n <= 1024; }))
        return error("depths", "must lie between 1 and 1024");
    if (c.layerType != "basic" && c.layerType != "bottleneck")
        return error("layer_type", "must be “basic” or “bottleneck”");
    if (c.classes < 1 || c.classes > 1'000'000)
        return error("the number of labels", "must lie between 1 and 1,000,000");
    return std::nullopt;
}

}  // namespace

Result<Graph> buildHfResNet(const HfResNetConfig& config, const WeightSource& source) {
    if (auto problem = invalid(config)) return *std::move(problem);
    auto activation = findActivation(config.activation);
    if (!activation) return unknownActivation(config.activation);
    return ResNetWriter(config, source, *std::move(activation)).write();
}

}  // namespace mantissa
