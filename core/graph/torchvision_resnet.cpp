#include "graph/torchvision_resnet.h"

#include "graph/builder.h"
#include "graph/checkpoint_shapes.h"

namespace mantissa {
namespace {

struct TorchvisionBlock {
    std::int64_t in = 0, width = 0, out = 0, stride = 1, groups = 1;
};

ValueRef conv3x3(GraphBuilder& g, ValueRef x, const std::string& layer, const TorchvisionBlock& b) {
    return g.conv2d(x, layer,
                    {.outChannels = b.out,
                     .inChannels = b.in,
                     .kernel = 3,
                     .stride = b.stride,
                     .padding = 1,
                     .groups = b.groups,
                     .bias = false});
}

ValueRef conv1x1(GraphBuilder& g, ValueRef x, const std::string& layer, const TorchvisionBlock& b) {
    return g.conv2d(x, layer,
                    {.outChannels = b.out, .inChannels = b.in, .kernel = 1, .stride = b.stride, .bias = false});
}

ValueRef shortcut(GraphBuilder& g, ValueRef x, const std::string& layer, const TorchvisionBlock& b) {
    if (b.stride == 1 && b.in == b.out) return x;
    x = conv1x1(g, x, layer + ".0", b);
    return g.batchNorm(x, layer + ".1", b.out);
}

ValueRef basicBlock(GraphBuilder& g, ValueRef x, const std::string& layer, const TorchvisionBlock& b) {
    ValueRef y = conv3x3(g, x, layer + ".conv1", {.in = b.in, .out = b.out, .stride = b.stride});
    y = g.relu(g.batchNorm(y, layer + ".bn1", b.out), layer + ".relu");
    y = conv3x3(g, y, layer + ".conv2", {.in = b.out, .out = b.out});
    y = g.batchNorm(y, layer + ".bn2", b.out);
    return g.relu(g.add(y, shortcut(g, x, layer + ".downsample", b), layer), layer + ".relu");
}

ValueRef bottleneck(GraphBuilder& g, ValueRef x, const std::string& layer, const TorchvisionBlock& b) {
    ValueRef y = conv1x1(g, x, layer + ".conv1", {.in = b.in, .out = b.width});
    y = g.relu(g.batchNorm(y, layer + ".bn1", b.width), layer + ".relu");
    y = conv3x3(g, y, layer + ".conv2", {.in = b.width, .out = b.width, .stride = b.stride, .groups = b.groups});
    y = g.relu(g.batchNorm(y, layer + ".bn2", b.width), layer + ".relu");
    y = conv1x1(g, y, layer + ".conv3", {.in = b.width, .out = b.out});
    y = g.batchNorm(y, layer + ".bn3", b.out);
    return g.relu(g.add(y, shortcut(g, x, layer + ".downsample", b), layer), layer + ".relu");
}

}  // namespace

std::string ResNetSizes::name() const {
    const std::int64_t depth = (bottleneck ? 3 : 2) * (blocks[0] + blocks[1] + blocks[2] + blocks[3]) + 2;
    const std::string number = std::to_string(depth);
    if (groups > 1)
        return "ResNeXt-" + number + " " + std::to_string(groups) + "×" + std::to_string(widths[0] / groups) + "d";
    if (bottleneck && widths[0] * 4 > channels[0] && channels[0] > 0)
        return "Wide ResNet-" + number + "-" + std::to_string(widths[0] * 4 / channels[0]);
    return "ResNet-" + number;
}

bool looksLikeResNet(const Checkpoint& c) {
    return dimension(c, "conv1.weight", 2) == 7 && c.find("fc.weight") && c.find("layer1.0.bn2.weight") &&
           c.find("layer4.0.conv2.weight");
}

Result<ResNetSizes> resNetSizes(const Checkpoint& c) {
    ResNetSizes sizes;
    sizes.bottleneck = c.find("layer1.0.conv3.weight") != nullptr;
    sizes.stem = dimension(c, "conv1.weight", 0);
    sizes.classes = dimension(c, "fc.weight", 0);
    if (dimension(c, "conv1.weight", 1) != 3)
        return Error{.code = ErrorCode::unsupported,
                     .message = "does not take 3 colour channels; Mantissa feeds pictures in colour",
                     .where = c.path.string() + ": tensor conv1.weight"};
    if (auto s = checkSizes(c, "conv1.weight", {sizes.stem}); !s) return std::move(s).error();
    if (auto s = checkSizes(c, "fc.weight", {sizes.classes}); !s) return std::move(s).error();
    for (std::size_t stage = 0; stage < sizes.blocks.size(); ++stage) {
        const std::string first = stageName(stage) + ".0.";
        const std::string last = first + (sizes.bottleneck ? "conv3.weight" : "conv2.weight");
        sizes.blocks[stage] = countFromZero(c, stageName(stage) + ".", ".conv1.weight");
        sizes.widths[stage] = dimension(c, first + "conv2.weight", 0);
        sizes.channels[stage] = dimension(c, last, 0);
        if (auto s = checkSizes(c, last, {sizes.widths[stage], sizes.channels[stage]}); !s) return std::move(s).error();
    }
    if (sizes.bottleneck) {
        const std::int64_t perGroup = dimension(c, "layer1.0.conv2.weight", 1);
        if (perGroup < 1 || sizes.widths[0] % perGroup != 0)
            return Error{.code = ErrorCode::unsupported,
                         .message = "has no whole number of groups",
                         .where = c.path.string() + ": tensor layer1.0.conv2.weight"};
        sizes.groups = sizes.widths[0] / perGroup;
    }
    return sizes;
}

Result<Graph> buildResNet(const ResNetSizes& sizes, const WeightSource& source) {
    GraphBuilder g(source);
    ValueRef x =
        g.conv2d(g.input(), "conv1",
                 {.outChannels = sizes.stem, .inChannels = 3, .kernel = 7, .stride = 2, .padding = 3, .bias = false});
    x = g.relu(g.batchNorm(x, "bn1", sizes.stem), "relu");
    x = g.maxPool2d(x, "maxpool", {.kernel = 3, .stride = 2, .padding = 1});
    std::int64_t in = sizes.stem;
    for (std::size_t stage = 0; stage < sizes.blocks.size(); ++stage)
        for (std::int64_t i = 0; i < sizes.blocks[stage]; ++i) {
            const TorchvisionBlock block{.in = in,
                                         .width = sizes.widths[stage],
                                         .out = sizes.channels[stage],
                                         .stride = i == 0 && stage > 0 ? 2 : 1,
                                         .groups = sizes.groups};
            x = (sizes.bottleneck ? bottleneck : basicBlock)(g, x, stageName(stage) + "." + std::to_string(i), block);
            in = block.out;
        }
    x = g.flatten(g.globalAvgPool2d(x, "avgpool"), "flatten");
    return g.finish(g.linear(x, "fc", {.outFeatures = sizes.classes, .inFeatures = in}));
}

}  // namespace mantissa
