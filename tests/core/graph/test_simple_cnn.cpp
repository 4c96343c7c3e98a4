#include <gtest/gtest.h>

#include "core/graph/model_folder.h"
#include "core/graph/observed_run.h"
#include "core/run/graph_writer.h"
#include "graph/builder.h"
#include "graph/simple_cnn.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

Checkpoint weightsOf(const SimpleCnnSizes& sizes) {
    const auto graph = buildSimpleCnn(sizes, WeightSource::initialised(1));
    if (!graph) throw std::runtime_error(graph.error().text());
    return {.path = "cnn.safetensors", .form = "safetensors", .tensors = recordsOf(*graph)};
}

void replace(Checkpoint& checkpoint, const TensorRecord& record) {
    for (auto& tensor : checkpoint.tensors)
        if (tensor.name == record.name) tensor = record;
}

TEST(SimpleCnn, HasTheSizesOfTheIssueByDefault) {
    const auto graph = buildSimpleCnn({}, WeightSource::initialised(1));
    ASSERT_TRUE(graph) << graph.error().text();
    std::vector<std::string> weights, layers;
    for (const auto& w : graph->weights) weights.push_back(w.tensor.name);
    for (const auto& n : graph->nodes) layers.push_back(n.layer + " " + n.op);
    EXPECT_EQ(weights, (std::vector<std::string>{"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias",
                                                 "fc.weight", "fc.bias"}));
    EXPECT_EQ(layers, (std::vector<std::string>{"conv1 aten::conv2d", "relu1 aten::relu", "pool1 aten::max_pool2d",
                                                "conv2 aten::conv2d", "relu2 aten::relu", "pool2 aten::max_pool2d",
                                                "flatten aten::flatten", "fc aten::linear"}));
    EXPECT_EQ(graph->weights[4].tensor.shape, (std::vector<std::int64_t>{10, 2048}));
    std::int64_t parameters = 0;
    for (const auto& w : graph->weights) parameters += w.tensor.numel();
    EXPECT_EQ(parameters, 25'578);
}

struct Shape {
    SimpleCnnSizes sizes;
    std::string name;
};

class FoundInTheFile : public testing::TestWithParam<Shape> {};

TEST_P(FoundInTheFile, SizesAreThoseThatWereWritten) {
    const SimpleCnnSizes& wanted = GetParam().sizes;
    const Checkpoint checkpoint = weightsOf(wanted);
    EXPECT_TRUE(looksLikeSimpleCnn(checkpoint));
    const auto found = simpleCnnSizes(checkpoint);
    ASSERT_TRUE(found) << found.error().text();
    EXPECT_EQ(found->inputChannels, 3);
    EXPECT_EQ(found->input.height, wanted.input.height);
    EXPECT_EQ(found->input.width, wanted.input.width);
    EXPECT_EQ(found->conv1Channels, wanted.conv1Channels);
    EXPECT_EQ(found->conv2Channels, wanted.conv2Channels);
    EXPECT_EQ(found->kernel1, wanted.kernel1);
    EXPECT_EQ(found->kernel2, wanted.kernel2);
    EXPECT_EQ(found->classes, wanted.classes);

    const auto graph = buildSimpleCnn(*found, WeightSource::fromCheckpoint(checkpoint));
    ASSERT_TRUE(graph) << graph.error().text();
    const auto run = observe(*graph, normal({2, 3, wanted.input.height, wanted.input.width}, 2));
    EXPECT_EQ(run.logits.sizes().vec(), (std::vector<std::int64_t>{2, wanted.classes}));
    // Convolutions keep height and width whatever their kernel.
    EXPECT_EQ(run.last("conv1").sizes().vec(),
              (std::vector<std::int64_t>{2, wanted.conv1Channels, wanted.input.height, wanted.input.width}));
    EXPECT_EQ(run.last("conv2").size(2), wanted.input.height / 2);
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, FoundInTheFile,
    testing::Values(Shape{{}, "usual"}, Shape{{.kernel1 = 5, .kernel2 = 3}, "kernels_5_and_3"},
                    Shape{{.kernel1 = 1, .kernel2 = 7}, "kernels_1_and_7"},
                    Shape{{.input = {64, 64}, .conv1Channels = 5, .conv2Channels = 7, .classes = 3}, "wide"},
                    Shape{{.input = {4, 4}, .conv1Channels = 1, .conv2Channels = 1, .classes = 1}, "least"}),
    [](const auto& p) { return p.param.name; });

TEST(SimpleCnn, TakesTheInputSizeThatIsKnownElsewhere) {
    const Checkpoint rectangle = weightsOf({.input = {.height = 24, .width = 32}});
    auto sizes = simpleCnnSizes(rectangle, InputSize{.height = 24, .width = 32});
    ASSERT_TRUE(sizes) << sizes.error().text();
    const auto graph = buildSimpleCnn(*sizes, WeightSource::fromCheckpoint(rectangle));
    ASSERT_TRUE(graph) << graph.error().text();
    EXPECT_EQ(observe(*graph, normal({1, 3, 24, 32}, 1)).logits.size(1), 10);

    // Pooling drops what is odd: 30 px and 31 px leave the same 7 cells as 28 px.
    const Checkpoint odd = weightsOf({.input = {.height = 30, .width = 31}});
    EXPECT_EQ(simpleCnnSizes(odd)->input.height, 28);
    sizes = simpleCnnSizes(odd, InputSize{.height = 30, .width = 31});
    ASSERT_TRUE(sizes) << sizes.error().text();
    EXPECT_EQ(sizes->input.width, 31);
}

TEST(SimpleCnn, RefusesAnInputSizeThatDoesNotFit) {
    const auto sizes = simpleCnnSizes(weightsOf({}), InputSize{.height = 64, .width = 64});
    ASSERT_FALSE(sizes);
    EXPECT_EQ(sizes.error().text(),
              "cnn.safetensors: tensor fc.weight: takes 2048 numbers, and pictures of 64 × 64 px come to 8192");
}

TEST(SimpleCnn, IsToldByItsSixNames) {
    Checkpoint checkpoint = weightsOf({});
    checkpoint.tensors.push_back(floats("bn.weight", {3}));
    EXPECT_FALSE(looksLikeSimpleCnn(checkpoint));
    checkpoint.tensors.pop_back();
    checkpoint.tensors.back().name = "head.bias";
    EXPECT_FALSE(looksLikeSimpleCnn(checkpoint));
    const auto sizes = simpleCnnSizes(checkpoint);
    ASSERT_FALSE(sizes);
    EXPECT_EQ(sizes.error().text(),
              "cnn.safetensors: is no SimpleCNN: it needs exactly conv1, conv2 and fc, each with weight and bias");
}

struct Misfit {
    std::string name;
    std::vector<std::int64_t> shape;
    std::string says;
};

class MisfitTensor : public testing::TestWithParam<Misfit> {};

TEST_P(MisfitTensor, IsNamed) {
    Checkpoint checkpoint = weightsOf({});
    TensorRecord record;  // its bytes do not matter: the shape is judged first
    record.name = GetParam().name;
    record.shape = GetParam().shape;
    replace(checkpoint, record);
    auto sizes = simpleCnnSizes(checkpoint);
    Error error;
    if (sizes) {
        const auto graph = buildSimpleCnn(*sizes, WeightSource::fromCheckpoint(checkpoint));
        ASSERT_FALSE(graph);
        error = graph.error();
    } else {
        error = sizes.error();
    }
    EXPECT_NE(error.text().find(GetParam().says), std::string::npos) << error.text();
    EXPECT_EQ(error.text().find("cnn.safetensors: "), 0U) << error.text();
    EXPECT_EQ(error.text().find('\n'), std::string::npos);
}

const std::int64_t kVast = std::int64_t{1} << 40;

INSTANTIATE_TEST_SUITE_P(
    Shapes, MisfitTensor,
    testing::Values(
        Misfit{"conv1.weight", {16, 3, 4, 4}, "tensor conv1.weight: is no square kernel of odd size up to 31"},
        Misfit{"conv1.weight", {16, 3, 3, 5}, "is no square kernel"},
        Misfit{"conv1.weight", {16, 3, 3}, "is no square kernel"},
        Misfit{"conv1.weight", {16, 3, 33, 33}, "is no square kernel"},
        Misfit{"conv1.weight", {}, "is no square kernel"},
        Misfit{"conv1.weight", {16, 1, 3, 3}, "does not take 3 colour channels"},
        Misfit{"conv1.weight", {0, 3, 3, 3}, "has 1 to 65536 channels, not 0"},
        Misfit{"conv1.weight", {17, 3, 3, 3}, "tensor conv1.bias: has shape [16], and the architecture needs [17]"},
        Misfit{"conv2.weight", {32, 16, 2, 2}, "tensor conv2.weight: is no square kernel"},
        Misfit{"conv2.weight", {0, 16, 3, 3}, "tensor fc.weight: does not fit the channels of conv2"},
        Misfit{"conv2.weight", {32, 8, 3, 3}, "has shape [32, 8, 3, 3], and the architecture needs [32, 16, 3, 3]"},
        Misfit{"fc.weight", {10, 2049}, "tensor fc.weight: does not fit the channels of conv2"},
        Misfit{"fc.weight", {10, 32 * 48}, "belongs to an input that is not square"},
        Misfit{"fc.weight", {10}, "does not fit the channels"}, Misfit{"fc.weight", {10, 0}, "is not square"},
        Misfit{"fc.weight", {0, 2048}, "tells 1 to 1,000,000 classes apart, not 0"},
        Misfit{"fc.weight", {0, kVast}, "belongs to an input that is not square"},
        Misfit{"fc.bias", {9}, "tensor fc.bias: has shape [9], and the architecture needs [10]"}));

TEST(SimpleCnn, IsNotBuiltOfAbsurdSizes) {
    const auto says = [](const SimpleCnnSizes& sizes, const std::string& what) {
        for (const auto& source : {WeightSource::initialised(1), WeightSource::described()}) {
            const auto graph = buildSimpleCnn(sizes, source);
            ASSERT_FALSE(graph) << what;
            EXPECT_NE(graph.error().text().find(what), std::string::npos) << graph.error().text();
        }
    };
    says({.input = {3, 32}}, "takes pictures of 4 to 4096 px a side, not 3 × 32 px");
    says({.input = {32, kVast}}, "takes pictures of 4 to 4096 px a side");
    says({.input = {-32, 32}}, "takes pictures of 4 to 4096 px a side");
    says({.conv1Channels = kVast}, "has 1 to 65536 channels");
    says({.conv2Channels = 0}, "has 1 to 65536 channels, not 0");
    says({.kernel1 = 2}, "has kernels of odd size up to 31, not 2");
    says({.kernel2 = -3}, "has kernels of odd size up to 31, not -3");
    says({.classes = 0}, "tells 1 to 1,000,000 classes apart, not 0");
}

}  // namespace
