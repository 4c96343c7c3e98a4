#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <random>

#include "core/graph/observed_run.h"
#include "core/graph/onnx_writer.h"
#include "core/run/graph_writer.h"
#include "graph/model.h"
#include "image/image.h"
#include "run/executor.h"
#include "run/tensor_view.h"
#include "storage/safetensors.h"
#include "temporary_folder.h"

// ONNX files as a whole: what opens, what it is called, how it is refused. Operators have tests of their own.

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

const fs::path kData = MANTISSA_TEST_DATA;

at::Tensor kernel() { return normal({4, 3, 3, 3}, 1, 0.3F); }
at::Tensor bias() { return normal({4}, 2, 0.3F); }
at::Tensor matrix() { return normal({5, 4}, 3, 0.5F); }

/// Convolution, ReLU, pooling, classifier, named as PyTorch's exporter names them.
OnnxFile classifier() {
    return {.nodes = {{.op = "Conv",
                       .inputs = {"x", "conv.weight", "onnx::Conv_7"},
                       .outputs = {"a"},
                       .attributes = {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}},
                       .name = "/layer1/layer1.0/conv/Conv"},
                      {.op = "Relu", .inputs = {"a"}, .outputs = {"b"}, .name = "/layer1/layer1.0/Relu"},
                      {.op = "GlobalAveragePool", .inputs = {"b"}, .outputs = {"c"}, .name = "/pool/GlobalAveragePool"},
                      {.op = "Flatten", .inputs = {"c"}, .outputs = {"d"}},
                      {.op = "Gemm",
                       .inputs = {"d", "fc.weight"},
                       .outputs = {"y"},
                       .attributes = {{"transB", std::int64_t{1}}}}},
            .initialisers = {{recordOf("conv.weight", kernel())},
                             {recordOf("onnx::Conv_7", bias())},
                             {recordOf("fc.weight", matrix())}}};
}

at::Tensor wanted(const at::Tensor& x, const at::Tensor& weight = kernel()) {
    const at::Tensor y = at::relu(at::conv2d(x, weight, bias(), {1, 1}, {1, 1}));
    return at::linear(at::adaptive_avg_pool2d(y, {1, 1}).flatten(1), matrix());
}

Result<ModelPtr> opened(const OnnxFile& file, const TemporaryFolder& folder = {}) {
    return openModel(folder.write("model.onnx", file.bytes()));
}

std::string refusal(const OnnxFile& file) {
    const TemporaryFolder folder;
    const auto model = opened(file, folder);
    if (model) return "opened";
    const std::string text = model.error().text(), path = (folder.path() / "model.onnx").string() + ": ";
    EXPECT_EQ(text.find(path), 0U) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    EXPECT_LT(text.size(), 600U) << text;
    return text.substr(path.size());
}

void expectRefused(const OnnxFile& file, const std::string& says) {
    EXPECT_NE(refusal(file).find(says), std::string::npos) << refusal(file);
}

TEST(Onnx, OpensAndComputes) {
    const auto model = opened(classifier());
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->kind, ModelKind::onnx);
    EXPECT_EQ((*model)->parameterCount(), 4 * 27 + 4 + 20);
    EXPECT_EQ((*model)->preprocessing.inputHeight(), 8);
    EXPECT_EQ((*model)->preprocessing.inputWidth(), 10);
    EXPECT_FALSE((*model)->preprocessing.fromFile);
    const at::Tensor x = normal({3, 3, 8, 10}, 4);
    EXPECT_TRUE(sameBits(observe((*model)->graph, x).logits, wanted(x)));
    EXPECT_EQ(observe((*model)->graph, x, "bf16").logits.scalar_type(), at::kBFloat16);
}

TEST(Onnx, LayersAreTheModulesOfTheNodesNames) {
    const auto model = opened(classifier());
    ASSERT_TRUE(model) << model.error().text();
    std::vector<std::string> layers, weights;
    for (const auto& node : (*model)->graph.nodes) layers.push_back(node.layer);
    for (const auto& weight : (*model)->graph.weights) weights.push_back(weight.tensor.name);
    EXPECT_EQ(layers, (std::vector<std::string>{"layer1.0.conv", "layer1.0", "pool", "d", "fc"}));
    EXPECT_EQ(weights, (std::vector<std::string>{"layer1.0.conv.weight", "layer1.0.conv.bias", "fc.weight"}))
        << "a layer's format is meant for its weights too";
}

TEST(Onnx, ReadsWeightsOfEveryFloatingTypeAndForm) {
    const at::Tensor x = normal({2, 3, 8, 10}, 4);
    for (const auto type : {at::kFloat, at::kDouble, at::kHalf, at::kBFloat16})
        for (const auto form : {OnnxTensorText::Form::raw, OnnxTensorText::Form::typed}) {
            OnnxFile file = classifier();
            file.initialisers[0] = {recordOf("conv.weight", kernel().to(type)), form};
            const auto model = opened(file);
            ASSERT_TRUE(model) << model.error().text();
            EXPECT_TRUE(sameBits(observe((*model)->graph, x).logits, wanted(x, kernel().to(type).to(at::kFloat))));
        }
}

TEST(Onnx, ReadsTensorsOutsideTheFileButNotOutsideTheFolder) {
    const TemporaryFolder folder;
    const at::Tensor weight = kernel();
    fs::create_directory(folder.path() / "data");
    folder.write(
        "data/weights.bin",
        std::string(12, '\0') + std::string(static_cast<const char*>(weight.const_data_ptr()), weight.nbytes()));
    folder.write("short.bin", "abc");
    fs::create_symlink("/etc/passwd", folder.path() / "link.bin");
    OnnxFile file = classifier();
    auto& tensor = file.initialisers[0];
    tensor.location = "data/weights.bin";
    tensor.offset = 12;
    auto model = opened(file, folder);
    ASSERT_TRUE(model) << model.error().text();
    const at::Tensor x = normal({2, 3, 8, 10}, 4);
    EXPECT_TRUE(sameBits(observe((*model)->graph, x).logits, wanted(x)));
    for (const auto& [location, says] : {std::pair{"../weights.bin", "is no file below the model's folder"},
                                         {"/etc/passwd", "is no file below the model's folder"},
                                         {"data/../../weights.bin", "is no file below the model's folder"},
                                         {"link.bin", "is no file below the model's folder"},
                                         {"missing.bin", "was not opened"},
                                         {"data", "is a folder, not a file"},
                                         {"short.bin", "reaches beyond the end of “short.bin”"}}) {
        tensor.location = location;
        model = opened(file, folder);
        ASSERT_FALSE(model) << location;
        EXPECT_NE(model.error().text().find(says), std::string::npos) << model.error().text();
    }
    tensor.location = "data/weights.bin";
    tensor.offset = -1;
    EXPECT_FALSE(opened(file, folder));
}

TEST(Onnx, EndsInLogitsNotProbabilities) {
    OnnxFile file = classifier();
    file.nodes.push_back({.op = "Softmax", .inputs = {"y"}, .outputs = {"p"}});
    file.output = "p";
    const auto model = opened(file);
    ASSERT_TRUE(model) << model.error().text();
    const at::Tensor x = normal({2, 3, 8, 10}, 4);
    EXPECT_TRUE(sameBits(observe((*model)->graph, x).logits, wanted(x)));
}

TEST(Onnx, LeavesOutWhatTheOutputDoesNotNeed) {
    OnnxFile file = classifier();
    file.nodes.insert(file.nodes.begin() + 1, {.op = "Mystery", .inputs = {"a"}, .outputs = {"unused"}});
    EXPECT_TRUE(opened(file));
}

TEST(Onnx, GuessesTheInputFromWhereTheFileComesFrom) {
    OnnxFile file = classifier();
    file.inputShape = {1, 3, 224, 224};
    auto p = (*opened(file))->preprocessing;
    EXPECT_EQ(p.inputHeight(), 224);
    EXPECT_EQ(p.resizeHeight, 256);
    EXPECT_EQ(p.mean, (std::array{0.485, 0.456, 0.406}));
    file.producer = "onnx-caffe2";
    p = (*opened(file))->preprocessing;
    EXPECT_TRUE(p.flipChannels);
    EXPECT_EQ(p.rescale, 1);
    EXPECT_EQ(p.mean, (std::array{123.0, 117.0, 104.0}));
    file.producer = "pytorch";
    file.nodes.insert(file.nodes.begin(), {.op = "Div", .inputs = {"x", "std"}, .outputs = {"n"}});
    file.nodes[1].inputs[0] = "n";
    file.initialisers.push_back({recordOf("std", normal({3, 1, 1}, 5).abs().add(1))});
    EXPECT_FALSE((*opened(file))->preprocessing.normalize) << "it normalises its input itself";
    file.inputShape = {-1, 3, -1, -1};
    EXPECT_EQ((*opened(file))->preprocessing.inputWidth(), 224);
}

// What is refused
// --------------------------------------------------------------------------------------------------------------

TEST(OnnxRefusals, NameTheNodeOrTheInput) {
    const auto with = [](const std::function<void(OnnxFile&)>& change) {
        OnnxFile file = classifier();
        change(file);
        return file;
    };
    expectRefused(with([](auto& f) { f.nodes[1].op = "Mystery"; }),
                  "node /layer1/layer1.0/Relu (Mystery): is not among the operators that Mantissa runs");
    expectRefused(with([](auto& f) { f.nodes[1].domain = "com.example"; }), "is an operator of “com.example”");
    expectRefused(with([](auto& f) { f.nodes[0].inputs[0] = "nothing"; }),
                  "uses the value “nothing”, which nothing before it computes");
    expectRefused(with([](auto& f) { f.nodes[0].inputs[0] = "b"; }),
                  "uses the value “b”, which nothing before it computes");
    expectRefused(with([](auto& f) { f.nodes[1].outputs = {"a"}; }), "defines the value “a” twice");
    expectRefused(with([](auto& f) { f.nodes[0].inputs.pop_back(), f.nodes[0].inputs.pop_back(); }), "lacks input 2");
    expectRefused(with([](auto& f) { f.output = "nowhere"; }), "computes nothing from a picture");
    expectRefused(with([](auto& f) { f.opset = 6; }), "uses opset 6, and Mantissa reads 7 to 21");
    expectRefused(with([](auto& f) { f.opset = 99; }), "uses opset 99");
    expectRefused(with([](auto& f) {
                      f.inputShape = {1, 1, 28, 28};
                  }),
                  "has 1 channels; Mantissa feeds pictures in colour");
    expectRefused(with([](auto& f) { f.inputShape = {1, 128}; }), "has 2 dimensions, so it is no picture");
    expectRefused(with([](auto& f) { f.inputShape = {1, 3, 1'000'000'000, 8}; }), "is larger than 16384 px a side");
    expectRefused(with([](auto& f) { f.initialisers.erase(f.initialisers.begin()); }), "uses the value “conv.weight”");
    expectRefused(with([](auto& f) { f.nodes.clear(); }), "computes nothing from a picture");
    expectRefused(with([](auto& f) {
                      f.nodes[0].attributes["strides"] = std::vector<std::int64_t>{0, 1};
                  }),
                  "below 1 or beyond all measure");
    expectRefused(with([](auto& f) {
                      f.nodes[0].attributes["pads"] = std::vector<std::int64_t>{1, 1};
                  }),
                  "of different lengths");
    expectRefused(with([](auto& f) {
                      f.nodes[0].attributes["auto_pad"] = std::string("SAME_UPPER"),
                      f.nodes[0].attributes["dilations"] = std::vector<std::int64_t>{INT64_MAX, 1};
                  }),
                  "beyond all measure");
}

TEST(OnnxRefusals, TensorsWhoseSizesAreNotTrueAreNamed) {
    for (const auto& shape : {std::vector<std::int64_t>{4, 3, 3, 4},
                              {-1, 3, 3, 3},
                              {INT64_MAX, INT64_MAX},
                              {std::int64_t{1} << 40},
                              std::vector<std::int64_t>(65, 1),
                              {}})
        for (const auto form : {OnnxTensorText::Form::raw, OnnxTensorText::Form::typed}) {
            OnnxFile file = classifier();
            file.initialisers[0].record.shape = shape;
            file.initialisers[0].form = form;
            EXPECT_NE(refusal(file).find("tensor "), std::string::npos) << refusal(file);
        }
}

TEST(OnnxRefusals, ACycleEndsInAMessage) {
    OnnxFile file{.nodes = {{.op = "Relu", .inputs = {"b"}, .outputs = {"a"}},
                            {.op = "Relu", .inputs = {"a"}, .outputs = {"b"}},
                            {.op = "Add", .inputs = {"b", "x"}, .outputs = {"y"}}}};
    expectRefused(file, "uses the value “b”, which nothing before it computes");
}

TEST(OnnxRefusals, EveryPrefixOfASoundFileEndsInAMessage) {
    const std::string whole = classifier().bytes();
    const TemporaryFolder folder;
    for (std::size_t length = 0; length < whole.size(); length += length < 400 ? 1 : 13) {
        const auto model = openModel(folder.write("cut.onnx", whole.substr(0, length)));
        ASSERT_FALSE(model) << length;
        EXPECT_EQ(model.error().text().find('\n'), std::string::npos) << model.error().text();
    }
}

TEST(OnnxRefusals, AFlippedBitEndsInAModelOrAMessage) {
    const std::string whole = classifier().bytes();
    const TemporaryFolder folder;
    std::mt19937 random(7);
    for (int i = 0; i < 600; ++i) {
        std::string spoilt = whole;
        for (int flips = 1 + i % 3; flips > 0; --flips)
            spoilt[random() % spoilt.size()] ^= static_cast<char>(1 << random() % 8);
        const auto model = openModel(folder.write("flipped.onnx", spoilt));
        if (!model) {
            EXPECT_EQ(model.error().text().find('\n'), std::string::npos) << model.error().text();
            continue;
        }
        auto executor = Executor::prepare((*model)->graph, {});
        if (executor) (void)executor->run(normal({1, 3, 8, 10}, 1));  // a result or an error
    }
}

// Files of the reference data
// --------------------------------------------------------------------------------------------------

TEST(OnnxFiles, SqueezeNetNamesTheSharedPhotographs) {
    const fs::path file = kData / "weights" / "SqueezeNet_fp16.onnx";
    if (!fs::exists(file)) GTEST_SKIP() << "needs the reference data, " << file;
    const auto model = openModel(file), same = openModel(kData / "weights" / "squeezenet1_1_imagenet_f16.safetensors");
    ASSERT_TRUE(model) << model.error().text();
    ASSERT_TRUE(same) << same.error().text();
    EXPECT_EQ((*model)->parameterCount(), 1'235'496);
    for (const auto& weight : (*model)->graph.weights) EXPECT_EQ(weight.tensor.dtype, DType::f16);
    for (const char* name : {"cat_720p.jpg", "chelsea.png", "coffee.png", "parrot.jpg", "owl.jpg"}) {
        const auto image = openImage(kData / "images" / name);
        ASSERT_TRUE(image) << image.error().text();
        auto input = preprocess(image->rgb, (*model)->preprocessing);
        ASSERT_TRUE(input) << input.error().text();
        const auto x = at::from_blob(input->values.data(), input->shape, at::kFloat);
        const at::Tensor logits = observe((*model)->graph, x).logits;
        // The same weights in another file; a network of its own names the classes in a test there.
        EXPECT_LT(logits.sub(observe((*same)->graph, x).logits).abs().max().item<float>(), 1e-3F) << name;
        if (std::string(name) == "coffee.png") {
            EXPECT_EQ(logits.argmax(1).item<std::int64_t>(), 967);
        }
    }
}

TEST(OnnxFiles, SimpleCnnGivesTheStoredLogits) {
    const fs::path folder = kData / "simplecnn";
    if (!fs::exists(folder)) GTEST_SKIP() << "needs the reference data, " << folder;
    const auto model = openModel(folder / "simplecnn.onnx");
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_EQ((*model)->parameterCount(), 25'578);
    const auto io = openSafetensors(folder / "io.safetensors");
    ASSERT_TRUE(io) << io.error().text();
    const auto stored = [&](const char* name) { return tensorView(*io->find(name)).value().clone(); };
    const at::Tensor logits = observe((*model)->graph, stored("input")).logits;
    EXPECT_LT(logits.sub(stored("logits")).abs().max().item<float>(), 1e-5F);
}

}  // namespace
