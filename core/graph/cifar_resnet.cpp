#include "graph/cifar_resnet.h"

#include <string>

#include "graph/builder.h"
#include "graph/checkpoint_shapes.h"

namespace mantissa {
namespace {

struct CifarBlock {
    std::int64_t in = 0, out = 0, stride = 1;
    CifarShortcut shortcut = CifarShortcut::padded;
};

ValueRef conv3x3(GraphBuilder& g, ValueRef x, const std::string& layer, const CifarBlock& b) {
    return g.conv2d(
        x, layer,
        {.outChannels = b.out, .inChannels = b.in, .kernel = 3, .stride = b.stride, .padding = 1, .bias = false});
}

ValueRef shortcut(GraphBuilder& g, ValueRef x, const std::string& layer, const CifarBlock& b) {
    if (b.stride == 1 && b.in == b.out) return x;
    if (b.shortcut == CifarShortcut::projected) {
        x = g.conv2d(x, layer + ".0",
                     {.outChannels = b.out, .inChannels = b.in, .kernel = 1, .stride = b.stride, .bias = false});
        return g.batchNorm(x, layer + ".1", b.out);
    }
    for (const std::int64_t dim : {2, 3})
        x = g.call("aten::slice", layer, {{"self", x}, {"dim", dim}, {"step", b.stride}}, "Tensor");
    // Half of the new channels before the old ones and half after them.
    const std::int64_t before = (b.out - b.in) / 2, after = b.out - b.in - before;
    return g.call("aten::constant_pad_nd", layer,
                  {{"self", x}, {"pad", std::vector<IntOrRef>{0, 0, 0, 0, before, after}}});
}

ValueRef basicBlock(GraphBuilder& g, ValueRef x, const std::string& layer, const CifarBlock& b) {
    ValueRef y = conv3x3(g, x, layer + ".conv1", b);
    y = g.relu(g.batchNorm(y, layer + ".bn1", b.out), layer);
    y = conv3x3(g, y, layer + ".conv2", {.in = b.out, .out = b.out});
    y = g.batchNorm(y, layer + ".bn2", b.out);
    return g.relu(g.add(y, shortcut(g, x, layer + ".shortcut", b), layer), layer);
}

}  // namespace

bool looksLikeCifarResNet(const Checkpoint& c) {
    return dimension(c, "conv1.weight", 2) == 3 && c.find("linear.weight") && c.find("layer1.0.bn2.weight") &&
           c.find("layer3.0.conv2.weight") && !c.find("layer4.0.conv1.weight") && !c.find("layer1.0.conv3.weight");
}

Result<CifarResNetSizes> cifarResNetSizes(const Checkpoint& c) {
    CifarResNetSizes sizes;
    sizes.stem = dimension(c, "conv1.weight", 0);
    sizes.classes = dimension(c, "linear.weight", 0);
    if (dimension(c, "conv1.weight", 1) != 3)
        return Error{.code = ErrorCode::unsupported,
                     .message = "does not take 3 colour channels; Mantissa feeds pictures in colour",
                     .where = c.path.string() + ": tensor conv1.weight"};
    if (auto s = checkSizes(c, "conv1.weight", {sizes.stem}); !s) return std::move(s).error();
    if (auto s = checkSizes(c, "linear.weight", {sizes.classes}); !s) return std::move(s).error();
    for (std::size_t stage = 0; stage < sizes.blocks.size(); ++stage) {
        const std::string first = stageName(stage) + ".0.conv1.weight";
        sizes.blocks[stage] = countFromZero(c, stageName(stage) + ".", ".conv1.weight");
        sizes.channels[stage] = dimension(c, first, 0);
        if (auto s = checkSizes(c, first, {sizes.channels[stage]}); !s) return std::move(s).error();
        if (c.find(stageName(stage) + ".0.shortcut.0.weight")) sizes.shortcut = CifarShortcut::projected;
    }
    return sizes;
}

Result<Graph> buildCifarResNet(const CifarResNetSizes& sizes, const WeightSource& source) {
    GraphBuilder g(source);
    ValueRef x = conv3x3(g, g.input(), "conv1", {.in = 3, .out = sizes.stem});
    x = g.relu(g.batchNorm(x, "bn1", sizes.stem), "relu");
    std::int64_t in = sizes.stem;
    for (std::size_t stage = 0; stage < sizes.blocks.size(); ++stage) {
        const std::int64_t out = sizes.channels[stage];
        if (sizes.shortcut == CifarShortcut::padded && out < in)
            return Error{.code = ErrorCode::unsupported,
                         .message = "a CIFAR ResNet cannot go from " + std::to_string(in) + " channels to " +
                                    std::to_string(out) + " without a projection"};
        for (std::int64_t i = 0; i < sizes.blocks[stage]; ++i) {
            x = basicBlock(g, x, stageName(stage) + "." + std::to_string(i),
                           {.in = in, .out = out, .stride = i == 0 && stage > 0 ? 2 : 1, .shortcut = sizes.shortcut});
            in = out;
        }
    }
    // As F.avg_pool2d(x, x.size(3)): the square of the picture's width.
    const ValueRef side = g.size(x, "pool", 3);
    x = g.call("aten::avg_pool2d", "pool", {{"self", x}, {"kernel_size", std::vector<IntOrRef>{side, side}}});
    x = g.flatten(x, "flatten");
    return g.finish(g.linear(x, "linear", {.outFeatures = sizes.classes, .inFeatures = in}));
}

}  // namespace mantissa
