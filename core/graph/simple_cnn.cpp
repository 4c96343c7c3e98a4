#include "graph/simple_cnn.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "graph/builder.h"

namespace mantissa {
namespace {

constexpr std::array<std::string_view, 6> kNames{"conv1.weight", "conv1.bias", "conv2.weight",
                                                 "conv2.bias",   "fc.weight",  "fc.bias"};

// Far above any real network of this kind; beyond it products would overflow, or the picture alone take gigabytes.
constexpr std::int64_t kMaxPictureSide = 4096, kMaxKernel = 31, kMaxChannels = 1 << 16, kMaxClasses = 1'000'000;

std::string sizeText(const InputSize& size) {
    return std::to_string(size.height) + " × " + std::to_string(size.width) + " px";
}

bool isSquareKernel(const std::vector<std::int64_t>& shape) {
    return shape.size() == 4 && shape[2] == shape[3] && shape[2] % 2 == 1 && shape[2] <= kMaxKernel;
}

/// What of a picture is left after both poolings, each of which drops an odd row or column.
std::int64_t cells(const InputSize& input) { return (input.height / 4) * (input.width / 4); }

std::optional<Error> invalid(const SimpleCnnSizes& s) {
    const auto within = [](std::int64_t n, std::int64_t least, std::int64_t most) { return n >= least && n <= most; };
    const auto error = [](std::string message) {
        return Error{.code = ErrorCode::unsupported, .message = "a SimpleCNN " + std::move(message)};
    };
    if (!within(s.input.height, 4, kMaxPictureSide) || !within(s.input.width, 4, kMaxPictureSide))
        return error("takes pictures of 4 to 4096 px a side, not " + sizeText(s.input));
    for (const auto channels : {s.inputChannels, s.conv1Channels, s.conv2Channels})
        if (!within(channels, 1, kMaxChannels))
            return error("has 1 to 65536 channels, not " + std::to_string(channels));
    for (const auto kernel : {s.kernel1, s.kernel2})
        if (!within(kernel, 1, kMaxKernel) || kernel % 2 == 0)
            return error("has kernels of odd size up to 31, not " + std::to_string(kernel));
    if (!within(s.classes, 1, kMaxClasses))
        return error("tells 1 to 1,000,000 classes apart, not " + std::to_string(s.classes));
    return std::nullopt;
}

}  // namespace

bool looksLikeSimpleCnn(const Checkpoint& checkpoint) {
    return checkpoint.tensors.size() == kNames.size() && std::all_of(kNames.begin(), kNames.end(), [&](auto name) {
               return checkpoint.find(std::string(name)) != nullptr;
           });
}

Result<SimpleCnnSizes> simpleCnnSizes(const Checkpoint& checkpoint, std::optional<InputSize> input) {
    const auto misfit = [&](const char* tensor, std::string what) {
        return Error{.code = ErrorCode::unsupported,
                     .message = std::move(what),
                     .where = checkpoint.path.string() + ": tensor " + tensor};
    };
    if (!looksLikeSimpleCnn(checkpoint))
        return Error{.code = ErrorCode::unsupported,
                     .message = "is no SimpleCNN: it needs exactly conv1, conv2 and fc, each with weight and bias",
                     .where = checkpoint.path.string()};
    const auto& conv1 = checkpoint.find("conv1.weight")->shape;
    const auto& conv2 = checkpoint.find("conv2.weight")->shape;
    const auto& fc = checkpoint.find("fc.weight")->shape;
    if (!isSquareKernel(conv1)) return misfit("conv1.weight", "is no square kernel of odd size up to 31");
    if (!isSquareKernel(conv2)) return misfit("conv2.weight", "is no square kernel of odd size up to 31");
    if (conv1[1] != 3)
        return misfit("conv1.weight", "does not take 3 colour channels; Mantissa feeds pictures in colour");
    if (fc.size() != 2 || conv2[0] <= 0 || fc[1] % conv2[0] != 0)
        return misfit("fc.weight", "does not fit the channels of conv2");
    const std::int64_t area = fc[1] / conv2[0];
    if (!input) {
        const auto side = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(area))));
        if (side < 1 || side > kMaxPictureSide / 4 || side * side != area)
            return misfit("fc.weight",
                          "belongs to an input that is not square; a config.json beside it can say its "
                          "size as \"image_size\": [height, width]");
        input = InputSize{.height = side * 4, .width = side * 4};
    }
    const SimpleCnnSizes sizes{.inputChannels = conv1[1],
                               .input = *input,
                               .conv1Channels = conv1[0],
                               .conv2Channels = conv2[0],
                               .kernel1 = conv1[2],
                               .kernel2 = conv2[2],
                               .classes = fc[0]};
    if (auto problem = invalid(sizes)) {
        problem->where = checkpoint.path.string();
        return *std::move(problem);
    }
    if (cells(*input) != area)
        return misfit("fc.weight", "takes " + std::to_string(fc[1]) + " numbers, and pictures of " + sizeText(*input) +
                                       " come to " + std::to_string(cells(*input) * conv2[0]));
    return sizes;
}

Result<Graph> buildSimpleCnn(const SimpleCnnSizes& s, const WeightSource& source) {
    if (auto problem = invalid(s)) return *std::move(problem);
    GraphBuilder g(source);
    ValueRef x = g.input();
    x = g.conv2d(
        x, "conv1",
        {.outChannels = s.conv1Channels, .inChannels = s.inputChannels, .kernel = s.kernel1, .padding = s.kernel1 / 2});
    x = g.relu(x, "relu1");
    x = g.maxPool2d(x, "pool1", {});
    x = g.conv2d(
        x, "conv2",
        {.outChannels = s.conv2Channels, .inChannels = s.conv1Channels, .kernel = s.kernel2, .padding = s.kernel2 / 2});
    x = g.relu(x, "relu2");
    x = g.maxPool2d(x, "pool2", {});
    x = g.flatten(x, "flatten");
    x = g.linear(x, "fc", {.outFeatures = s.classes, .inFeatures = s.conv2Channels * cells(s.input)});
    return g.finish(x);
}

}  // namespace mantissa
