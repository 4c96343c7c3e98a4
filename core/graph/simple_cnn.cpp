#include "graph/simple_cnn.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "graph/builder.h"

namespace mantissa {
namespace {

constexpr std::array<std::string_view, 6> kNames{"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "fc.weight", "fc.bias"};

}  // namespace

bool looksLikeSimpleCnn(const Checkpoint& checkpoint) {
    return checkpoint.tensors.size() == kNames.size() &&
           std::all_of(kNames.begin(), kNames.end(), [&](auto name) { return checkpoint.find(std::string(name)) != nullptr; });
}

Result<SimpleCnnSizes> simpleCnnSizes(const Checkpoint& checkpoint) {
    const auto misfit = [&](const char* tensor, const char* what) {
        return Error{.code = ErrorCode::unsupported, .message = what, .where = checkpoint.path.string() + ": tensor " + tensor};
    };
    if (!looksLikeSimpleCnn(checkpoint))
        return Error{.code = ErrorCode::unsupported,
                     .message = "is no SimpleCNN: it needs exactly conv1, conv2 and fc, each with weight and bias",
                     .where = checkpoint.path.string()};
    const auto& conv1 = checkpoint.find("conv1.weight")->shape;
    const auto& conv2 = checkpoint.find("conv2.weight")->shape;
    const auto& fc = checkpoint.find("fc.weight")->shape;
    if (conv1.size() != 4 || conv1[2] != conv1[3] || conv1[2] % 2 == 0) return misfit("conv1.weight", "is no square kernel of odd size");
    if (conv1[1] != 3) return misfit("conv1.weight", "does not take 3 colour channels; Mantissa feeds pictures in colour");
    if (conv2.size() != 4 || conv2[2] != conv1[2] || conv2[3] != conv1[2]) return misfit("conv2.weight", "has another kernel size than conv1");
    if (fc.size() != 2 || conv2[0] <= 0 || fc[1] % conv2[0] != 0) return misfit("fc.weight", "does not fit the channels of conv2");
    const std::int64_t area = fc[1] / conv2[0];
    const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(area))));
    if (side < 1 || side * side != area) return misfit("fc.weight", "belongs to an input that is not square");
    return SimpleCnnSizes{.inputChannels = conv1[1],
                          .inputSize = side * 4,
                          .conv1Channels = conv1[0],
                          .conv2Channels = conv2[0],
                          .kernel = conv1[2],
                          .classes = fc[0]};
}

Result<Graph> buildSimpleCnn(const SimpleCnnSizes& s, const WeightSource& source) {
    GraphBuilder g(source);
    const std::int64_t padding = s.kernel / 2;
    ValueRef x = g.input();
    x = g.conv2d(x, "conv1", {.outChannels = s.conv1Channels, .inChannels = s.inputChannels, .kernel = s.kernel, .padding = padding});
    x = g.relu(x, "relu1");
    x = g.maxPool2d(x, "pool1", 2);
    x = g.conv2d(x, "conv2", {.outChannels = s.conv2Channels, .inChannels = s.conv1Channels, .kernel = s.kernel, .padding = padding});
    x = g.relu(x, "relu2");
    x = g.maxPool2d(x, "pool2", 2);
    x = g.flatten(x, "flatten");
    const std::int64_t side = s.inputSize / 4;
    x = g.linear(x, "fc", {.outFeatures = s.classes, .inFeatures = s.conv2Channels * side * side});
    return g.finish(x);
}

}  // namespace mantissa
