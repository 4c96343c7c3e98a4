#include "graph/squeezenet.h"

#include <algorithm>

#include "graph/builder.h"
#include "graph/checkpoint_shapes.h"

namespace mantissa {
namespace {

/// Where in `features` the eight fire modules and the three poolings stand; the stem has numbers 0 and 1.
struct FireLayout {
    std::int64_t kernel;
    std::array<int, 8> fires;
    std::array<int, 3> pools;
};

const FireLayout& layoutOf(SqueezeNetSizes::Version version) {
    static constexpr FireLayout kV10{7, {3, 4, 5, 7, 8, 9, 10, 12}, {2, 6, 11}};
    static constexpr FireLayout kV11{3, {3, 4, 6, 7, 9, 10, 11, 12}, {2, 5, 8}};
    return version == SqueezeNetSizes::Version::v1_0 ? kV10 : kV11;
}

std::string feature(int i) { return "features." + std::to_string(i); }

ValueRef fire(GraphBuilder& g, ValueRef x, const std::string& layer, const SqueezeNetSizes::Fire& f) {
    x = g.conv2d(x, layer + ".squeeze", {.outChannels = f.squeeze, .inChannels = f.in});
    x = g.relu(x, layer + ".squeeze_activation");
    ValueRef a = g.conv2d(x, layer + ".expand1x1", {.outChannels = f.expand1x1, .inChannels = f.squeeze});
    a = g.relu(a, layer + ".expand1x1_activation");
    ValueRef b = g.conv2d(x, layer + ".expand3x3",
                          {.outChannels = f.expand3x3, .inChannels = f.squeeze, .kernel = 3, .padding = 1});
    b = g.relu(b, layer + ".expand3x3_activation");
    return g.call("aten::cat", layer, {{"tensors", std::vector<ValueRef>{a, b}}, {"dim", std::int64_t{1}}});
}

}  // namespace

bool looksLikeSqueezeNet(const Checkpoint& c) {
    return c.find("features.0.weight") && c.find("features.3.squeeze.weight") &&
           c.find("features.12.expand3x3.weight") && c.find("classifier.1.weight");
}

Result<SqueezeNetSizes> squeezeNetSizes(const Checkpoint& c) {
    SqueezeNetSizes sizes;
    // The fifth feature is a fire module in 1.0 alone.
    sizes.version =
        c.find("features.5.squeeze.weight") ? SqueezeNetSizes::Version::v1_0 : SqueezeNetSizes::Version::v1_1;
    sizes.stem = dimension(c, "features.0.weight", 0);
    sizes.classes = dimension(c, "classifier.1.weight", 0);
    if (dimension(c, "features.0.weight", 1) != 3)
        return Error{.code = ErrorCode::unsupported,
                     .message = "does not take 3 colour channels; Mantissa feeds pictures in colour",
                     .where = c.path.string() + ": tensor features.0.weight"};
    if (auto s = checkSizes(c, "features.0.weight", {sizes.stem}); !s) return std::move(s).error();
    if (auto s = checkSizes(c, "classifier.1.weight", {sizes.classes}); !s) return std::move(s).error();
    std::int64_t in = sizes.stem;
    for (std::size_t i = 0; i < sizes.fires.size(); ++i) {
        auto& f = sizes.fires[i];
        const std::string layer = feature(layoutOf(sizes.version).fires[i]);
        f = {.in = in,
             .squeeze = dimension(c, layer + ".squeeze.weight", 0),
             .expand1x1 = dimension(c, layer + ".expand1x1.weight", 0),
             .expand3x3 = dimension(c, layer + ".expand3x3.weight", 0)};
        if (auto s = checkSizes(c, layer + ".squeeze.weight", {f.squeeze, f.expand1x1, f.expand3x3}); !s)
            return std::move(s).error();
        in = f.out();
    }
    return sizes;
}

Result<Graph> buildSqueezeNet(const SqueezeNetSizes& sizes, const WeightSource& source) {
    const FireLayout& layout = layoutOf(sizes.version);
    GraphBuilder g(source);
    ValueRef x = g.conv2d(g.input(), feature(0),
                          {.outChannels = sizes.stem, .inChannels = 3, .kernel = layout.kernel, .stride = 2});
    x = g.relu(x, feature(1));
    std::size_t next = 0;
    for (int i = 2; i <= layout.fires.back(); ++i)
        if (std::find(layout.pools.begin(), layout.pools.end(), i) != layout.pools.end())
            x = g.maxPool2d(x, feature(i), {.kernel = 3, .stride = 2, .ceilMode = true});
        else
            x = fire(g, x, feature(i), sizes.fires[next++]);
    x = g.dropout(x, "classifier.0", 0.5);
    x = g.conv2d(x, "classifier.1", {.outChannels = sizes.classes, .inChannels = sizes.fires.back().out()});
    x = g.relu(x, "classifier.2");
    x = g.globalAvgPool2d(x, "classifier.3");
    return g.finish(g.flatten(x, "flatten"));
}

}  // namespace mantissa
