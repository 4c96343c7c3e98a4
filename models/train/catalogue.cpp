#include "train/catalogue.h"

#include <array>

#include "graph/builder.h"
#include "graph/mobilevit.h"
#include "graph/simple_cnn.h"
#include "train/cifar10.h"

namespace mantissa::training {
namespace {

constexpr auto kClasses = static_cast<std::int64_t>(kCifarClasses);

Trainable simpleCnn() {
    const SimpleCnnSizes sizes{.input = {.height = kCifarSide, .width = kCifarSide}, .classes = kClasses};
    Preprocessing how;
    how.resize = ResizeRule::exact;
    how.resizeHeight = how.resizeWidth = kCifarSide;
    how.normalize = true;
    how.mean = {0.5, 0.5, 0.5};
    how.std = {0.25, 0.25, 0.25};
    return {.name = "simple-cnn",
            .imageProcessor = "ViTImageProcessor",
            .config = {{"architectures", {"SimpleCNN"}},
                       {"model_type", "simple_cnn"},
                       {"image_size", sizes.input.height},
                       {"num_channels", sizes.inputChannels},
                       {"hidden_sizes", {sizes.conv1Channels, sizes.conv2Channels}},
                       {"conv_kernel_size", sizes.kernel1}},
            .preprocessing = how,
            .build = [sizes](const WeightSource& source) { return buildSimpleCnn(sizes, source); }};
}

/// Twice CIFAR-10's size: the network halves it five times, and its last attention block needs patches of 2 × 2.
Trainable mobileVitXxs() {
    constexpr int kSize = 2 * kCifarSide;
    MobileVitConfig sizes;
    sizes.hiddenSizes = {64, 80, 96};
    sizes.neckHiddenSizes = {16, 16, 24, 48, 64, 80, 320};
    sizes.expandRatio = 2;
    // Two dozen epochs leave a network of a million weights underfitted; dropping activations would cost accuracy and time.
    sizes.hiddenDropout = sizes.classifierDropout = 0;
    sizes.classes = kClasses;
    Preprocessing how;
    how.resize = ResizeRule::shortestEdge;
    how.resizeHeight = how.resizeWidth = kSize;
    how.centerCrop = true;
    how.cropHeight = how.cropWidth = kSize;
    how.flipChannels = true;
    return {.name = "mobilevit-xxs",
            .imageProcessor = "MobileViTImageProcessor",
            .config = {{"architectures", {"MobileViTForImageClassification"}},
                       {"model_type", "mobilevit"},
                       {"image_size", kSize},
                       {"num_channels", sizes.channels},
                       {"patch_size", sizes.patchSize},
                       {"hidden_sizes", sizes.hiddenSizes},
                       {"neck_hidden_sizes", sizes.neckHiddenSizes},
                       {"num_attention_heads", sizes.attentionHeads},
                       {"mlp_ratio", sizes.mlpRatio},
                       {"expand_ratio", sizes.expandRatio},
                       {"hidden_act", sizes.activation},
                       {"conv_kernel_size", sizes.convKernelSize},
                       {"output_stride", sizes.outputStride},
                       {"layer_norm_eps", sizes.layerNormEps},
                       {"qkv_bias", sizes.qkvBias},
                       {"hidden_dropout_prob", sizes.hiddenDropout},
                       {"attention_probs_dropout_prob", sizes.attentionDropout},
                       {"classifier_dropout_prob", sizes.classifierDropout},
                       // Of segmentation and of Python's own training: stated as Hugging Face states them.
                       {"aspp_dropout_prob", 0.1},
                       {"aspp_out_channels", 256},
                       {"atrous_rates", {6, 12, 18}},
                       {"initializer_range", 0.02},
                       {"semantic_loss_ignore_index", 255}},
            .preprocessing = how,
            .layout = BatchLayout::channelsLast,
            .build = [sizes](const WeightSource& source) { return buildMobileVit(sizes, source); }};
}

}  // namespace

std::span<const Trainable> trainables() {
    static const std::array all{simpleCnn(), mobileVitXxs()};
    return all;
}

const Trainable* findTrainable(std::string_view name) {
    for (const auto& trainable : trainables())
        if (trainable.name == name) return &trainable;
    return nullptr;
}

}  // namespace mantissa::training
