#include "core/study/nested_model.h"

#include "core/run/graph_writer.h"
#include "core/study/small_model.h"

namespace mantissa::test {

std::shared_ptr<Model> nestedModel() {
    GraphWriter g;
    const auto convolve = [&](ValueRef x, const std::string& layer, std::int64_t in, std::uint32_t seed) {
        const ValueRef k = g.weight(layer + ".weight", normal({6, in, 3, 3}, seed, 0.2F)),
                       b = g.weight(layer + ".bias", normal({6}, seed + 1, 0.1F));
        return g.call("aten::conv2d", layer, {{"", x}, {"", k}, {"", b}, {"padding", ints({1, 1})}});
    };
    ValueRef x = convolve(g.input(), "stem.conv", 3, 1);
    x = g.call("aten::relu_", "stem.act", {{"", x}});
    for (int i = 0; i < 2; ++i) {
        const std::string block = "blocks." + std::to_string(i);
        ValueRef y = g.call("aten::silu", block + ".act", {{"", x}});
        y = convolve(y, block + ".conv", 6, static_cast<std::uint32_t>(10 * i + 20));
        y = g.call("aten::silu", block + ".act", {{"", y}});
        x = g.call("aten::add", block, {{"", x}, {"", y}}, "Tensor");
    }
    x = g.call("aten::adaptive_avg_pool2d", "head.pool", {{"", x}, {"output_size", ints({2, 2})}});
    x = g.call("aten::flatten", "head", {{"", x}, {"start_dim", std::int64_t{1}}}, "using_ints");
    const ValueRef w = g.weight("head.fc.weight", normal({5, 24}, 50, 0.4F)),
                   b = g.weight("head.fc.bias", normal({5}, 51));
    auto model = modelOf(g.finish(g.call("aten::linear", "head.fc", {{"", x}, {"", w}, {"", b}})));
    model->preprocessing.resizeHeight = model->preprocessing.resizeWidth = 8;
    return model;
}

}  // namespace mantissa::test
