#include "graph/torchvision_mobilenet_v2.h"

#include <string>

#include "graph/builder.h"
#include "graph/checkpoint_shapes.h"

namespace mantissa {
namespace {

// Table 2: 1, 2, 3, 4, 3, 3, 1 blocks, the first of each with the table's stride.
constexpr std::array<std::int64_t, 17> kBlockStrides{1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1};

std::string blockName(std::size_t i) { return "features." + std::to_string(i + 1) + ".conv."; }

/// Convolution `layer`.0, batch normalisation `layer`.1, ReLU6.
ValueRef convBnRelu(GraphBuilder& g, ValueRef x, const std::string& layer, Conv2dOptions conv) {
    conv.bias = false;
    conv.padding = (conv.kernel - 1) / 2;
    x = g.conv2d(x, layer + ".0", conv);
    x = g.batchNorm(x, layer + ".1", conv.outChannels);
    return g.relu6(x, layer + ".2");
}

ValueRef invertedResidual(GraphBuilder& g, ValueRef x, std::size_t i, std::int64_t in,
                          const MobileNetV2Sizes::Residual& r) {
    const std::string layer = blockName(i);
    int step = 0;
    ValueRef y = x;
    if (r.expands) y = convBnRelu(g, y, layer + std::to_string(step++), {.outChannels = r.expanded, .inChannels = in});
    y = convBnRelu(g, y, layer + std::to_string(step++),
                   {.outChannels = r.expanded,
                    .inChannels = r.expanded,
                    .kernel = 3,
                    .stride = kBlockStrides[i],
                    .groups = r.expanded});
    y = g.conv2d(y, layer + std::to_string(step++),
                 {.outChannels = r.out, .inChannels = r.expanded, .kernel = 1, .bias = false});
    y = g.batchNorm(y, layer + std::to_string(step), r.out);
    return kBlockStrides[i] == 1 && in == r.out ? g.add(x, y, "features." + std::to_string(i + 1)) : y;
}

}  // namespace

bool looksLikeMobileNetV2(const Checkpoint& c) {
    return c.find("features.0.0.weight") && c.find("features.17.conv.1.0.weight") && c.find("features.18.0.weight") &&
           !c.find("features.19.0.weight") && c.find("classifier.1.weight");
}

Result<MobileNetV2Sizes> mobileNetV2Sizes(const Checkpoint& c) {
    MobileNetV2Sizes sizes;
    sizes.stem = dimension(c, "features.0.0.weight", 0);
    sizes.last = dimension(c, "features.18.0.weight", 0);
    sizes.classes = dimension(c, "classifier.1.weight", 0);
    if (dimension(c, "features.0.0.weight", 1) != 3)
        return Error{.code = ErrorCode::unsupported,
                     .message = "does not take 3 colour channels; Mantissa feeds pictures in colour",
                     .where = c.path.string() + ": tensor features.0.0.weight"};
    if (auto s = checkSizes(c, "features.0.0.weight", {sizes.stem}); !s) return std::move(s).error();
    if (auto s = checkSizes(c, "features.18.0.weight", {sizes.last}); !s) return std::move(s).error();
    if (auto s = checkSizes(c, "classifier.1.weight", {sizes.classes}); !s) return std::move(s).error();
    for (std::size_t i = 0; i < sizes.residuals.size(); ++i) {
        auto& r = sizes.residuals[i];
        r.expands = c.find(blockName(i) + "1.0.weight") != nullptr;
        const std::string reduce = blockName(i) + (r.expands ? "2.weight" : "1.weight");
        r.out = dimension(c, reduce, 0);
        r.expanded = dimension(c, reduce, 1);
        if (auto s = checkSizes(c, reduce, {r.out, r.expanded}); !s) return std::move(s).error();
    }
    return sizes;
}

Result<Graph> buildMobileNetV2(const MobileNetV2Sizes& sizes, const WeightSource& source) {
    GraphBuilder g(source);
    ValueRef x =
        convBnRelu(g, g.input(), "features.0", {.outChannels = sizes.stem, .inChannels = 3, .kernel = 3, .stride = 2});
    std::int64_t in = sizes.stem;
    for (std::size_t i = 0; i < sizes.residuals.size(); ++i) {
        x = invertedResidual(g, x, i, in, sizes.residuals[i]);
        in = sizes.residuals[i].out;
    }
    x = convBnRelu(g, x, "features.18", {.outChannels = sizes.last, .inChannels = in});
    x = g.flatten(g.globalAvgPool2d(x, "avgpool"), "flatten");
    x = g.dropout(x, "classifier.0", 0.2);
    return g.finish(g.linear(x, "classifier.1", {.outFeatures = sizes.classes, .inFeatures = sizes.last}));
}

}  // namespace mantissa
