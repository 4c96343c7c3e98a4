#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/silu.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/graph/model_folder.h"
#include "core/run/graph_writer.h"
#include "graph/builder.h"
#include "run/executor.h"
#include "run/tensor_view.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

std::vector<float> valuesOf(const Graph& graph, const std::string& name) {
    for (const auto& weight : graph.weights) {
        if (weight.tensor.name != name) continue;
        std::vector<float> values(static_cast<std::size_t>(weight.tensor.numel()));
        std::memcpy(values.data(), weight.tensor.bytes.data(), weight.tensor.bytes.size());
        return values;
    }
    throw std::runtime_error("no weight " + name);
}

const Weight& weightOf(const Graph& graph, const std::string& name) {
    for (const auto& weight : graph.weights)
        if (weight.tensor.name == name) return weight;
    throw std::runtime_error("no weight " + name);
}

/// A convolution with normalisation and a classifier: one of each kind of weight.
Result<Graph> block(const WeightSource& source) {
    GraphBuilder g(source);
    ValueRef x = g.conv2d(g.input(), "stem.convolution",
                          {.outChannels = 6, .inChannels = 4, .kernel = 3, .stride = 2, .padding = 1, .groups = 2});
    x = g.silu(g.batchNorm(x, "stem.normalization", 6), "stem.activation");
    x = g.call("aten::mean", "pool", {{"self", x}, {"dim", std::vector<IntOrRef>{-2, -1}}}, "dim");
    return g.finish(
        g.linear(g.layerNorm(x, "norm", 6, 1e-3), "head", {.outFeatures = 3, .inFeatures = 6, .bias = false}));
}

Checkpoint checkpointOf(const Result<Graph>& graph) {
    return {.path = "weights.safetensors", .form = "safetensors", .tensors = recordsOf(*graph)};
}

TensorRecord& find(Checkpoint& checkpoint, const std::string& name) {
    return const_cast<TensorRecord&>(*checkpoint.find(name));
}

void drop(Checkpoint& checkpoint, const std::string& name) {
    std::erase_if(checkpoint.tensors, [&](const auto& t) { return t.name == name; });
}

// Fresh values
// ---------------------------------------------------------------------------------------------------------

TEST(FreshWeights, AreUniformWithinOneOverTheRootOfTheFanIn) {
    GraphBuilder g(WeightSource::initialised(1));
    ValueRef x = g.conv2d(g.input(), "conv", {.outChannels = 64, .inChannels = 32, .kernel = 5, .groups = 4});
    x = g.linear(x, "fc", {.outFeatures = 200, .inFeatures = 90});
    const auto graph = g.finish(x);
    ASSERT_TRUE(graph) << graph.error().text();
    for (const auto& [name, fanIn] :
         {std::pair{"conv.weight", 8 * 25}, {"conv.bias", 8 * 25}, {"fc.weight", 90}, {"fc.bias", 90}}) {
        const auto values = valuesOf(*graph, name);
        const double bound = 1 / std::sqrt(static_cast<double>(fanIn)), n = static_cast<double>(values.size());
        double sum = 0, squares = 0, largest = 0;
        for (const double v : values) {
            sum += v;
            squares += v * v;
            largest = std::max(largest, std::abs(v));
        }
        EXPECT_LE(largest, bound * (1 + 1e-6)) << name;
        EXPECT_GT(largest, bound * (1 - 6 / n)) << name;
        // Five standard deviations of the mean and of the mean square of n uniform values.
        EXPECT_LT(std::abs(sum / n), 5 * bound / std::sqrt(3 * n)) << name;
        EXPECT_LT(std::abs(squares / n - bound * bound / 3), 5 * bound * bound * std::sqrt(4 / (45 * n))) << name;
    }
}

TEST(FreshWeights, NormalisationBeginsAsTheIdentity) {
    const auto graph = block(WeightSource::initialised(1));
    ASSERT_TRUE(graph) << graph.error().text();
    for (const char* name : {"stem.normalization.weight", "stem.normalization.running_var", "norm.weight"})
        EXPECT_EQ(valuesOf(*graph, name), std::vector<float>(6, 1)) << name;
    for (const char* name : {"stem.normalization.bias", "stem.normalization.running_mean", "norm.bias"})
        EXPECT_EQ(valuesOf(*graph, name), std::vector<float>(6, 0)) << name;
    const Weight& counter = weightOf(*graph, "stem.normalization.num_batches_tracked");
    EXPECT_EQ(counter.tensor.dtype, DType::i64);
    EXPECT_TRUE(counter.tensor.shape.empty());
    ASSERT_EQ(counter.tensor.bytes.size(), 8U);
    for (const std::byte b : counter.tensor.bytes) EXPECT_EQ(b, std::byte{0});
}

TEST(FreshWeights, AreThoseOfTheirSeed) {
    const auto one = block(WeightSource::initialised(7)), same = block(WeightSource::initialised(7)),
               other = block(WeightSource::initialised(8));
    for (const char* name : {"stem.convolution.weight", "stem.convolution.bias", "head.weight"}) {
        EXPECT_EQ(valuesOf(*one, name), valuesOf(*same, name));
        EXPECT_NE(valuesOf(*one, name), valuesOf(*other, name));
    }
    EXPECT_NE(valuesOf(*one, "stem.convolution.bias"), std::vector<float>(6, 0));
}

TEST(FreshWeights, AreParametersAndBuffers) {
    const auto graph = block(WeightSource::initialised(1));
    std::vector<std::string> buffers;
    for (const auto& weight : graph->weights) {
        EXPECT_TRUE(weight.persistent);
        EXPECT_TRUE(weight.castable);
        if (!weight.isParameter) buffers.push_back(weight.tensor.name);
    }
    EXPECT_EQ(graph->weights.size(), 10U);
    EXPECT_EQ(buffers, (std::vector<std::string>{"stem.normalization.running_mean", "stem.normalization.running_var",
                                                 "stem.normalization.num_batches_tracked"}));
}

TEST(FreshWeights, TooLargeForAnyMemoryAreAnErrorAndNoAllocation) {
    GraphBuilder g(WeightSource::initialised(1));
    // Their product is beyond 64 bits; the bias alone would take 4 TiB.
    const ValueRef x =
        g.linear(g.input(), "vast", {.outFeatures = std::int64_t{1} << 40, .inFeatures = std::int64_t{1} << 40});
    const auto graph = g.finish(x);
    ASSERT_FALSE(graph);
    EXPECT_EQ(graph.error().text(),
              "tensor vast.weight: would have shape [1099511627776, 1099511627776], which is too large to make");
    EXPECT_EQ(graph.error().code, ErrorCode::invalidArgument);
}

// Descriptions
// ---------------------------------------------------------------------------------------------------------

TEST(DescribedWeights, HaveTheNamesAndShapesOfFreshOnesAndNoMemory) {
    const auto fresh = block(WeightSource::initialised(1)), described = block(WeightSource::described());
    ASSERT_TRUE(described) << described.error().text();
    ASSERT_EQ(described->weights.size(), fresh->weights.size());
    for (std::size_t i = 0; i < fresh->weights.size(); ++i) {
        const Weight &a = fresh->weights[i], &b = described->weights[i];
        EXPECT_EQ(a.tensor.name, b.tensor.name);
        EXPECT_EQ(a.tensor.shape, b.tensor.shape);
        EXPECT_EQ(a.tensor.dtype, b.tensor.dtype);
        EXPECT_EQ(a.isParameter, b.isParameter);
        EXPECT_TRUE(b.tensor.bytes.empty());
        EXPECT_EQ(b.tensor.owner, nullptr);
    }
}

TEST(DescribedWeights, CountWhatNoMemoryHolds) {
    GraphBuilder g(WeightSource::described());
    const auto graph =
        g.finish(g.linear(g.input(), "vast", {.outFeatures = 1 << 20, .inFeatures = 1 << 20, .bias = false}));
    ASSERT_TRUE(graph) << graph.error().text();
    EXPECT_EQ(graph->weights.front().tensor.numel(), std::int64_t{1} << 40);
}

TEST(DescribedWeights, DoNotRun) {
    const auto graph = block(WeightSource::described());
    const auto executor = Executor::prepare(*graph, {});
    ASSERT_FALSE(executor);
    EXPECT_EQ(executor.error().text(),
              "tensor stem.convolution.weight: has no values; the model was described, not loaded");
}

// Files
// ----------------------------------------------------------------------------------------------------------------

TEST(FileWeights, StayWhereTheyAre) {
    const auto fresh = block(WeightSource::initialised(3));
    std::optional<Checkpoint> checkpoint = checkpointOf(fresh);
    const auto graph = block(WeightSource::fromCheckpoint(*checkpoint));
    ASSERT_TRUE(graph) << graph.error().text();
    checkpoint.reset();
    for (std::size_t i = 0; i < graph->weights.size(); ++i) {
        EXPECT_EQ(graph->weights[i].tensor.bytes.data(), fresh->weights[i].tensor.bytes.data());
        EXPECT_EQ(graph->weights[i].tensor.owner, fresh->weights[i].tensor.owner);
        EXPECT_EQ(graph->weights[i].isParameter, fresh->weights[i].isParameter);
    }
}

TEST(FileWeights, UsedTwiceStandInTheGraphOnce) {
    GraphBuilder g(WeightSource::initialised(1));
    const ValueRef x = g.linear(g.input(), "tied", {.outFeatures = 4, .inFeatures = 4});
    const auto graph = g.finish(g.linear(x, "tied", {.outFeatures = 4, .inFeatures = 4}));
    ASSERT_TRUE(graph) << graph.error().text();
    EXPECT_EQ(graph->weights.size(), 2U);
    EXPECT_EQ(std::get<ValueRef>(graph->nodes[0].arguments[1].value),
              std::get<ValueRef>(graph->nodes[1].arguments[1].value));
}

TEST(FileWeights, MissingOnesAreNamedWithTheirShapes) {
    auto checkpoint = checkpointOf(block(WeightSource::initialised(3)));
    drop(checkpoint, "head.weight");
    auto graph = block(WeightSource::fromCheckpoint(checkpoint));
    ASSERT_FALSE(graph);
    EXPECT_EQ(graph.error().text(),
              "weights.safetensors: lacks 1 tensor that the architecture needs: head.weight [3, 6]");
    EXPECT_EQ(graph.error().code, ErrorCode::unsupported);
    for (const char* name : {"norm.weight", "norm.bias", "stem.convolution.weight", "stem.normalization.running_var"})
        drop(checkpoint, name);
    graph = block(WeightSource::fromCheckpoint(checkpoint));
    ASSERT_FALSE(graph);
    EXPECT_EQ(graph.error().text(),
              "weights.safetensors: lacks 5 tensors that the architecture needs: stem.convolution.weight [6, 2, 3, 3], "
              "stem.normalization.running_var [6], norm.weight [6] and 2 more");
}

TEST(FileWeights, UnexpectedOnesAreNamed) {
    auto checkpoint = checkpointOf(block(WeightSource::initialised(3)));
    checkpoint.tensors.push_back(floats("other.num_batches_tracked", {}));
    checkpoint.tensors.push_back(floats("other.weight", {3}));
    const auto graph = block(WeightSource::fromCheckpoint(checkpoint));
    ASSERT_FALSE(graph);
    EXPECT_EQ(graph.error().text(),
              "weights.safetensors: holds 2 tensors that the architecture has no place for: other.weight, "
              "other.num_batches_tracked");
}

TEST(FileWeights, PartsOfBlocksAreNoWeights) {
    for (const DType dtype : {DType::f4, DType::f6e2m3, DType::f6e3m2, DType::f8e8m0}) {
        auto checkpoint = checkpointOf(block(WeightSource::initialised(3)));
        find(checkpoint, "head.weight").dtype = dtype;
        const auto graph = block(WeightSource::fromCheckpoint(checkpoint));
        ASSERT_FALSE(graph) << dtypeName(dtype);
        EXPECT_EQ(graph.error().text(), "weights.safetensors: tensor head.weight: its dtype “" +
                                            std::string(dtypeName(dtype)) +
                                            "” belongs to blocks with scales of their own, which Mantissa does not put "
                                            "together to weights");
        EXPECT_EQ(graph.error().code, ErrorCode::unsupported);
    }
}

TEST(FileWeights, ARenamedTensorIsBothMissingAndUnexpected) {
    auto checkpoint = checkpointOf(block(WeightSource::initialised(3)));
    find(checkpoint, "head.weight").name = "classifier.weight";
    find(checkpoint, "norm.weight").shape = {7};  // the lesser trouble of the two
    const auto graph = block(WeightSource::fromCheckpoint(checkpoint));
    ASSERT_FALSE(graph);
    EXPECT_EQ(graph.error().text(),
              "weights.safetensors: lacks 1 tensor that the architecture needs: head.weight [3, 6]; holds 1 "
              "tensor that the architecture has no place for: classifier.weight");
}

TEST(FileWeights, AnotherShapeIsNamedBesideTheOneExpected) {
    auto checkpoint = checkpointOf(block(WeightSource::initialised(3)));
    find(checkpoint, "stem.convolution.weight") = floats("stem.convolution.weight", {6, 4, 3, 3});
    find(checkpoint, "norm.bias") = floats("norm.bias", {});
    auto graph = block(WeightSource::fromCheckpoint(checkpoint));
    ASSERT_FALSE(graph);
    EXPECT_EQ(graph.error().text(),
              "weights.safetensors: tensor stem.convolution.weight: has shape [6, 4, 3, 3], and the "
              "architecture needs [6, 2, 3, 3]");
    find(checkpoint, "stem.convolution.weight") = floats("stem.convolution.weight", {6, 2, 3, 3});
    graph = block(WeightSource::fromCheckpoint(checkpoint));
    ASSERT_FALSE(graph);
    EXPECT_EQ(graph.error().text(),
              "weights.safetensors: tensor norm.bias: has shape [], and the architecture needs [6]");
}

TEST(FileWeights, IntegersAreNoWeights) {
    auto checkpoint = checkpointOf(block(WeightSource::initialised(3)));
    find(checkpoint, "head.weight").dtype = DType::i32;
    const auto graph = block(WeightSource::fromCheckpoint(checkpoint));
    ASSERT_FALSE(graph);
    EXPECT_EQ(graph.error().text(),
              "weights.safetensors: tensor head.weight: holds I32 values, and the architecture needs floating ones");
}

TEST(FileWeights, ACounterMayBeOneDimensionalOrAbsent) {
    const std::string name = "stem.normalization.num_batches_tracked";
    auto checkpoint = checkpointOf(block(WeightSource::initialised(3)));
    find(checkpoint, name).shape = {1};
    auto graph = block(WeightSource::fromCheckpoint(checkpoint));
    ASSERT_TRUE(graph) << graph.error().text();
    EXPECT_EQ(weightOf(*graph, name).tensor.shape, std::vector<std::int64_t>{1});
    EXPECT_TRUE(Executor::prepare(*graph, {}));
    find(checkpoint, name).shape = {2};
    EXPECT_FALSE(block(WeightSource::fromCheckpoint(checkpoint)));
    drop(checkpoint, name);
    graph = block(WeightSource::fromCheckpoint(checkpoint));
    ASSERT_TRUE(graph) << graph.error().text();
    EXPECT_EQ(weightOf(*graph, name).tensor.dtype, DType::i64);
    EXPECT_EQ(weightOf(*graph, name).tensor.bytes.size(), 8U);
    EXPECT_FALSE(weightOf(*graph, name).isParameter);
    EXPECT_TRUE(Executor::prepare(*graph, {}));
}

// Calls
// ----------------------------------------------------------------------------------------------------------------

TEST(GraphBuilderCalls, ComputeWhatATenComputes) {
    auto checkpoint = checkpointOf(block(WeightSource::initialised(3)));
    const auto own = [&checkpoint](const std::string& name, const at::Tensor& tensor) {
        find(checkpoint, name) = recordOf(name, tensor);
        return tensor;
    };
    const at::Tensor scale = own("stem.normalization.weight", normal({6}, 1)),
                     shift = own("stem.normalization.bias", normal({6}, 2)),
                     mean = own("stem.normalization.running_mean", normal({6}, 3)),
                     variance = own("stem.normalization.running_var", normal({6}, 4).abs().add(0.5)),
                     normScale = own("norm.weight", normal({6}, 5)), normShift = own("norm.bias", normal({6}, 6));
    const auto graph = block(WeightSource::fromCheckpoint(checkpoint));
    ASSERT_TRUE(graph) << graph.error().text();
    auto executor = Executor::prepare(*graph, {});
    ASSERT_TRUE(executor) << executor.error().text();
    const at::Tensor x = normal({2, 4, 9, 7}, 7);
    const auto logits = executor->run(x);
    ASSERT_TRUE(logits) << logits.error().text();

    const auto weight = [&](const std::string& name) { return *tensorView(weightOf(*graph, name).tensor); };
    at::Tensor y = at::conv2d(x, weight("stem.convolution.weight"), weight("stem.convolution.bias"), 2, 1, 1, 2);
    y = at::silu(at::batch_norm(y, scale, shift, mean, variance, false, 0.1, 1e-5, true));
    y = at::layer_norm(y.mean({-2, -1}), {6}, normScale, normShift, 1e-3);
    EXPECT_TRUE(sameBits(*logits, at::linear(y, weight("head.weight"))));
    EXPECT_GT(logits->abs().max().item<float>(), 0.01F);
}

TEST(GraphBuilderCalls, AreNamedByTheirModulePath) {
    const auto graph = block(WeightSource::described());
    std::vector<std::string> layers;
    for (const auto& node : graph->nodes) layers.push_back(node.layer);
    EXPECT_EQ(layers, (std::vector<std::string>{"stem.convolution", "stem.normalization", "stem.activation", "pool",
                                                "norm", "head"}));
    for (const auto& weight : graph->weights) EXPECT_GE(weight.value, 0);
}

}  // namespace
