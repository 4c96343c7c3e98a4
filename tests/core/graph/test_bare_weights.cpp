#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/relu6.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "core/graph/model_folder.h"
#include "core/graph/observed_run.h"
#include "core/graph/state_dict_net.h"
#include "core/run/graph_writer.h"
#include "graph/builder.h"
#include "graph/cifar_resnet.h"
#include "graph/guessed_input.h"
#include "graph/model.h"
#include "graph/squeezenet.h"
#include "graph/torchvision_mobilenet_v2.h"
#include "graph/torchvision_resnet.h"
#include "image/image.h"
#include "image/preprocessing_note.h"
#include "run/executor.h"
#include "storage/safetensors_writer.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

const fs::path kData = MANTISSA_TEST_DATA;

// Networks small enough to build in a test, with every part of a large one.

CifarResNetSizes tinyCifar(CifarShortcut shortcut) {
    return {.stem = 4, .blocks = {1, 2, 1}, .channels = {4, 9, 12}, .shortcut = shortcut, .classes = 5};
}
ResNetSizes tinyBasic() {
    return {.stem = 4, .blocks = {1, 2, 1, 1}, .widths = {4, 6, 8, 10}, .channels = {4, 6, 8, 10}, .classes = 5};
}
ResNetSizes tinyBottleneck() {
    return {.bottleneck = true,
            .stem = 4,
            .blocks = {2, 1, 1, 1},
            .widths = {4, 8, 8, 8},
            .channels = {8, 12, 16, 16},
            .groups = 2,
            .classes = 5};
}
MobileNetV2Sizes tinyMobileNet() {
    MobileNetV2Sizes sizes{.stem = 4, .last = 20, .classes = 5};
    for (std::size_t i = 0; i < sizes.residuals.size(); ++i)
        sizes.residuals[i] = {.expanded = i == 0 ? 4 : 8, .out = i < 8 ? 4 : 6, .expands = i > 0};
    return sizes;
}
SqueezeNetSizes tinySqueezeNet(SqueezeNetSizes::Version version) {
    SqueezeNetSizes sizes{.version = version, .stem = 6, .classes = 5};
    std::int64_t in = 6;
    for (auto& fire : sizes.fires) {
        fire = {.in = in, .squeeze = 3, .expand1x1 = 4, .expand3x3 = 5};
        in = fire.out();
    }
    return sizes;
}

// What they compute, by hand.

at::Tensor runCifar(const StateDictNet& net, at::Tensor x, const CifarResNetSizes& sizes) {
    x = at::relu(net.norm(net.conv(x, "conv1", {.padding = 1}), "bn1"));
    for (int stage = 0; stage < 3; ++stage)
        for (std::int64_t i = 0; i < sizes.blocks[static_cast<std::size_t>(stage)]; ++i) {
            const std::string b = "layer" + std::to_string(stage + 1) + "." + std::to_string(i);
            const std::int64_t stride = stage > 0 && i == 0 ? 2 : 1;
            at::Tensor y = at::relu(net.norm(net.conv(x, b + ".conv1", {.stride = stride, .padding = 1}), b + ".bn1"));
            y = net.norm(net.conv(y, b + ".conv2", {.padding = 1}), b + ".bn2");
            if (net.has(b + ".shortcut.0.weight")) {
                x = net.norm(net.conv(x, b + ".shortcut.0", {.stride = stride}), b + ".shortcut.1");
            } else if (y.size(1) != x.size(1)) {
                const std::int64_t more = y.size(1) - x.size(1);
                x = at::constant_pad_nd(x.slice(2, 0, x.size(2), 2).slice(3, 0, x.size(3), 2),
                                        {0, 0, 0, 0, more / 2, more - more / 2});
            }
            x = at::relu(y.add(x));
        }
    x = at::avg_pool2d(x, {x.size(3), x.size(3)});
    return net.linear(x.flatten(1), "linear");
}

at::Tensor runResNet(const StateDictNet& net, at::Tensor x, const ResNetSizes& sizes) {
    x = at::relu(net.norm(net.conv(x, "conv1", {.stride = 2, .padding = 3}), "bn1"));
    x = at::max_pool2d(x, {3, 3}, {2, 2}, {1, 1});
    for (int stage = 0; stage < 4; ++stage)
        for (std::int64_t i = 0; i < sizes.blocks[static_cast<std::size_t>(stage)]; ++i) {
            const std::string b = "layer" + std::to_string(stage + 1) + "." + std::to_string(i);
            const std::int64_t stride = stage > 0 && i == 0 ? 2 : 1;
            at::Tensor y;
            if (sizes.bottleneck) {
                y = at::relu(net.norm(net.conv(x, b + ".conv1", {}), b + ".bn1"));
                y = net.conv(y, b + ".conv2", {.stride = stride, .padding = 1, .groups = sizes.groups});
                y = at::relu(net.norm(y, b + ".bn2"));
                y = net.norm(net.conv(y, b + ".conv3", {}), b + ".bn3");
            } else {
                y = at::relu(net.norm(net.conv(x, b + ".conv1", {.stride = stride, .padding = 1}), b + ".bn1"));
                y = net.norm(net.conv(y, b + ".conv2", {.padding = 1}), b + ".bn2");
            }
            if (net.has(b + ".downsample.0.weight"))
                x = net.norm(net.conv(x, b + ".downsample.0", {.stride = stride}), b + ".downsample.1");
            x = at::relu(y.add(x));
        }
    return net.linear(at::adaptive_avg_pool2d(x, {1, 1}).flatten(1), "fc");
}

at::Tensor runMobileNet(const StateDictNet& net, at::Tensor x, const MobileNetV2Sizes& sizes) {
    const auto block = [&](const at::Tensor& in, const std::string& layer, StateDictNet::Conv conv) {
        return at::relu6(net.norm(net.conv(in, layer + ".0", conv), layer + ".1"));
    };
    x = block(x, "features.0", {.stride = 2, .padding = 1});
    const std::vector<std::int64_t> strides{1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1};
    for (std::size_t i = 0; i < strides.size(); ++i) {
        const std::string conv = "features." + std::to_string(i + 1) + ".conv.";
        const auto& r = sizes.residuals[i];
        at::Tensor y = r.expands ? block(x, conv + "0", {}) : x;
        const int first = r.expands ? 1 : 0;
        y = block(y, conv + std::to_string(first), {.stride = strides[i], .padding = 1, .groups = r.expanded});
        y = net.norm(net.conv(y, conv + std::to_string(first + 1), {}), conv + std::to_string(first + 2));
        x = strides[i] == 1 && x.size(1) == y.size(1) ? x.add(y) : y;
    }
    x = block(x, "features.18", {});
    return net.linear(at::adaptive_avg_pool2d(x, {1, 1}).flatten(1), "classifier.1");
}

at::Tensor runSqueezeNet(const StateDictNet& net, at::Tensor x, const SqueezeNetSizes& sizes) {
    const bool old = sizes.version == SqueezeNetSizes::Version::v1_0;
    x = at::relu(net.conv(x, "features.0", {.stride = 2}));
    for (int i = 2; i <= 12; ++i) {
        const std::string f = "features." + std::to_string(i);
        if (i == 2 || i == (old ? 6 : 5) || i == (old ? 11 : 8)) {
            x = at::max_pool2d(x, {3, 3}, {2, 2}, {0, 0}, {1, 1}, true);
        } else {
            x = at::relu(net.conv(x, f + ".squeeze", {}));
            x = at::cat(
                {at::relu(net.conv(x, f + ".expand1x1", {})), at::relu(net.conv(x, f + ".expand3x3", {.padding = 1}))},
                1);
        }
    }
    x = at::relu(net.conv(x, "classifier.1", {}));
    return at::adaptive_avg_pool2d(x, {1, 1}).flatten(1);
}

struct Case {
    std::string name, architecture;
    std::function<Result<Graph>(const WeightSource&)> build;
    std::function<at::Tensor(const StateDictNet&, const at::Tensor&)> run;
    std::int64_t input = 224;
};

template <class Sizes, class Build, class Run>
Case caseOf(std::string name, std::string architecture, Sizes sizes, Build build, Run run, std::int64_t input = 224) {
    return {std::move(name), std::move(architecture), [=](const WeightSource& s) { return build(sizes, s); },
            [=](const StateDictNet& net, const at::Tensor& x) { return run(net, x, sizes); }, input};
}

class BareWeights : public testing::TestWithParam<Case> {};

TEST_P(BareWeights, AreRecognisedAndComputeWhatTheArchitectureDoes) {
    const auto& [name, architecture, build, run, input] = GetParam();
    const auto fresh = build(WeightSource::initialised(2));
    ASSERT_TRUE(fresh) << fresh.error().text();
    auto records = lively(recordsOf(*fresh));
    std::erase_if(records, [](const auto& r) { return r.name.ends_with("tracked"); });  // as older files are
    const TemporaryFolder folder;
    ASSERT_TRUE(writeSafetensors(folder.path() / "w.safetensors", records));
    const auto model = openModel(folder.path() / "w.safetensors");
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->kind, ModelKind::bareWeights);
    EXPECT_EQ((*model)->architecture, architecture);
    EXPECT_EQ((*model)->preprocessing.inputHeight(), input);
    EXPECT_TRUE((*model)->preprocessing.normalize);
    EXPECT_FALSE((*model)->preprocessing.fromFile) << "guessed, and said to be";
    EXPECT_TRUE((*model)->labels.empty());
    const at::Tensor x = normal({2, 3, 64, 64}, 3);
    const at::Tensor wanted = run(StateDictNet(records), x);
    EXPECT_GT(wanted[0].sub(wanted[1]).abs().max().item<float>(), 1e-4F) << "depends on the picture";
    EXPECT_TRUE(sameBits(observe((*model)->graph, x).logits, wanted));
}

TEST_P(BareWeights, OfAnotherShapeAreRefusedByName) {
    const auto fresh = GetParam().build(WeightSource::initialised(2));
    const TemporaryFolder folder;
    const auto all = recordsOf(*fresh);
    const std::int64_t vast = std::int64_t{1} << 40;
    for (std::size_t i = 0; i < all.size(); i += 7) {
        for (const auto& shape : {std::vector<std::int64_t>{}, {3}, {0, vast, vast}, {2, 3, 3, 5}, {0, 0, 0, 0}}) {
            auto spoilt = all;
            spoilt[i] = floats(all[i].name, shape);
            if (shape == all[i].shape || all[i].dtype != DType::f32) continue;
            ASSERT_TRUE(writeSafetensors(folder.path() / "w.safetensors", spoilt));
            const auto model = openModel(folder.path() / "w.safetensors");
            ASSERT_FALSE(model) << all[i].name;
            EXPECT_EQ(model.error().text().find((folder.path() / "w.safetensors").string()), 0U)
                << model.error().text();
            EXPECT_EQ(model.error().text().find('\n'), std::string::npos) << model.error().text();
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Architectures, BareWeights,
    testing::Values(caseOf("cifarPadded", "CIFAR ResNet-10", tinyCifar(CifarShortcut::padded), &buildCifarResNet,
                           &runCifar, 32),
                    caseOf("cifarProjected", "CIFAR ResNet-10", tinyCifar(CifarShortcut::projected), &buildCifarResNet,
                           &runCifar, 32),
                    caseOf("resNetBasic", "ResNet-12", tinyBasic(), &buildResNet, &runResNet),
                    caseOf("resNetGrouped", "ResNeXt-17 2×2d", tinyBottleneck(), &buildResNet, &runResNet),
                    caseOf("mobileNetV2", "MobileNetV2", tinyMobileNet(), &buildMobileNetV2, &runMobileNet),
                    caseOf("squeezeNet10", "SqueezeNet 1.0", tinySqueezeNet(SqueezeNetSizes::Version::v1_0),
                           &buildSqueezeNet, &runSqueezeNet),
                    caseOf("squeezeNet11", "SqueezeNet 1.1", tinySqueezeNet(SqueezeNetSizes::Version::v1_1),
                           &buildSqueezeNet, &runSqueezeNet)),
    [](const auto& p) { return p.param.name; });

// Numbers of parameters as torchvision's documentation and the papers' tables give them.
TEST(BareWeightSizes, CountAsPublished) {
    const auto count = [](const Result<Graph>& graph) {
        std::int64_t parameters = 0;
        for (const auto& w : graph->weights) parameters += w.isParameter ? w.tensor.numel() : 0;
        return parameters;
    };
    const auto none = WeightSource::described();
    EXPECT_EQ(count(buildCifarResNet({}, none)), 269'722);
    EXPECT_EQ(count(buildResNet({}, none)), 11'689'512);
    ResNetSizes deep{.bottleneck = true, .blocks = {3, 4, 6, 3}, .channels = {256, 512, 1024, 2048}};
    EXPECT_EQ(count(buildResNet(deep, none)), 25'557'032);
    EXPECT_EQ(deep.name(), "ResNet-50");
    deep.widths = {128, 256, 512, 1024};
    EXPECT_EQ(count(buildResNet(deep, none)), 68'883'240);
    EXPECT_EQ(deep.name(), "Wide ResNet-50-2");
    deep.groups = 32;
    EXPECT_EQ(count(buildResNet(deep, none)), 25'028'904);
    EXPECT_EQ(deep.name(), "ResNeXt-50 32×4d");
}

// Files of the reference data
// --------------------------------------------------------------------------------------------------

TEST(BareWeightFiles, SqueezeNetNamesTheSharedPhotographs) {
    const fs::path file = kData / "weights" / "squeezenet1_1_imagenet_f16.safetensors";
    if (!fs::exists(file)) GTEST_SKIP() << "needs the reference data, " << file;
    const auto model = openModel(file);
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->architecture, "SqueezeNet 1.1");
    EXPECT_EQ((*model)->parameterCount(), 1'235'496);
    EXPECT_TRUE((*model)->preprocessing.fromFile);
    for (const auto& weight : (*model)->graph.weights) EXPECT_EQ(weight.tensor.dtype, DType::f16);
    for (const auto& [name, classes] : {std::pair{"cat_720p.jpg", std::vector<std::int64_t>{281, 282, 285}},
                                        {"chelsea.png", {281, 282, 285}},
                                        {"coffee.png", {967}},
                                        {"parrot.jpg", {88}}}) {
        const auto image = openImage(kData / "images" / name);
        ASSERT_TRUE(image) << image.error().text();
        auto input = preprocess(image->rgb, (*model)->preprocessing);
        ASSERT_TRUE(input) << input.error().text();
        const auto x = at::from_blob(input->values.data(), input->shape, at::kFloat);
        const auto best = observe((*model)->graph, x).logits.argmax(1).item<std::int64_t>();
        EXPECT_NE(std::find(classes.begin(), classes.end(), best), classes.end()) << name << " " << best;
    }
}

TEST(BareWeightFiles, CifarResNet20IsAsAccurateAsPublished) {
    const fs::path archive = kData / "cifar10" / "cifar-10-binary.tar.xz";
    if (!fs::exists(archive)) GTEST_SKIP() << "needs the reference data, " << archive;
    const TemporaryFolder folder;
    const std::string unpack =
        "tar -xJf '" + archive.string() + "' -C '" + folder.path().string() + "' cifar-10-batches-bin/test_batch.bin";
    if (std::system(unpack.c_str()) != 0) GTEST_SKIP() << "tar and xz are needed to unpack " << archive;
    std::ifstream in(folder.path() / "cifar-10-batches-bin" / "test_batch.bin", std::ios::binary);
    std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
    ASSERT_EQ(bytes.size(), 10'000U * 3073);
    const auto model = openModel(kData / "weights" / "resnet20_cifar10_f32.safetensors");
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->architecture, "CIFAR ResNet-20");
    const auto& p = (*model)->preprocessing;
    // A sample of the pictures; all of them come to 9,173.
    constexpr std::int64_t kPictures = 1000;
    const at::Tensor all = at::from_blob(bytes.data(), {kPictures, 3073}, at::kByte);
    at::Tensor x = all.slice(1, 1).reshape({kPictures, 3, 32, 32}).to(at::kFloat).mul(p.rescale);
    for (std::int64_t c = 0; c < 3; ++c)
        x.select(1, c).sub_(p.mean[static_cast<std::size_t>(c)]).div_(p.std[static_cast<std::size_t>(c)]);
    const at::Tensor best = observe((*model)->graph, x).logits.argmax(1);
    const auto right = best.eq(all.select(1, 0).to(at::kLong)).sum().item<std::int64_t>();
    EXPECT_NEAR(static_cast<double>(right) / kPictures, 0.9173, 0.02);
}

// Notes on preprocessing
// ----------------------------------------------------------------------------------------------------

TEST(PreprocessingNote, SaysOrderRangeMeanAndSize) {
    const auto cifar = readPreprocessingNote("RGB/255, mean .485 .456 .406 std .229 .224 .225, 32x32");
    ASSERT_TRUE(cifar);
    EXPECT_EQ(cifar->inputHeight(), 32);
    EXPECT_EQ(cifar->rescale, 1.0 / 255);
    EXPECT_EQ(cifar->mean, (std::array{0.485, 0.456, 0.406}));
    EXPECT_EQ(cifar->std, (std::array{0.229, 0.224, 0.225}));
    EXPECT_FALSE(cifar->flipChannels);
    EXPECT_TRUE(cifar->fromFile);
    const auto caffe = readPreprocessingNote("resize 256, crop 224, BGR 0..255 minus (104,117,123)");
    ASSERT_TRUE(caffe);
    EXPECT_EQ(caffe->resizeHeight, 256);
    EXPECT_EQ(caffe->cropWidth, 224);
    EXPECT_EQ(caffe->rescale, 1);
    EXPECT_TRUE(caffe->flipChannels);
    EXPECT_EQ(caffe->mean, (std::array{123.0, 117.0, 104.0})) << "in RGB order, as it is applied";
}

TEST(PreprocessingNote, IsSaidInWords) {
    EXPECT_EQ(preprocessingWords(guessedImageNetInput()),
              "224 × 224 px from the centre, shorter edge 256, RGB / 255, mean 0.485 0.456 0.406, deviation 0.229 0.224 "
              "0.225");
    EXPECT_EQ(preprocessingWords({}), "32 × 32 px, RGB / 255, no mean taken off");
}

TEST(PreprocessingNote, IsNotHalfUnderstood) {
    for (const char* note :
         {"", "RGB/255", "32x32", "RGB/255 32x32 whitened", "RGB/0 32x32", "RGB/255 0x32", "RGB/255 mean 1 2 32x32",
          "RGB/255 std 1 0 1 32x32", "RGB 0..1 32x32", "resize 256, RGB/255", "RGB/255 99999999x32", "RGB/255 1.5x32"})
        EXPECT_FALSE(readPreprocessingNote(note)) << note;
}

}  // namespace
