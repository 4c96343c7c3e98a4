#include <ATen/ops/conv2d.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/relu.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <unordered_map>
#include <vector>

#include "graph/builder.h"
#include "graph/simple_cnn.h"
#include "run/executor.h"
#include "tiny_data.h"
#include "train/adamw.h"
#include "train/batch.h"
#include "train/catalogue.h"

namespace {

using namespace mantissa;
using namespace mantissa::training;
using NamedTensors = std::unordered_map<std::string, at::Tensor>;

Batch someBatch(const Preprocessing& how, std::size_t count = 16) {
    const auto set = test::tinySet(count, 3);
    std::vector<std::size_t> pictures(count);
    std::iota(pictures.begin(), pictures.end(), 0);
    return plainBatch(set, pictures, how);
}

/// SimpleCNN written out in LibTorch's own calls.
at::Tensor simpleCnn(const NamedTensors& w, const at::Tensor& input) {
    auto x = at::max_pool2d(at::relu(at::conv2d(input, w.at("conv1.weight"), w.at("conv1.bias"), 1, 1)), 2);
    x = at::max_pool2d(at::relu(at::conv2d(x, w.at("conv2.weight"), w.at("conv2.bias"), 1, 1)), 2);
    return at::linear(x.flatten(1), w.at("fc.weight"), w.at("fc.bias"));
}

TEST(TrainingExecutor, GradientsAreThoseOfLibTorchsOwnCalls) {
    const auto* architecture = findTrainable("simple-cnn");
    const auto graph = architecture->build(WeightSource::initialised(4));
    ASSERT_TRUE(graph) << graph.error().text();
    auto executor = Executor::prepareForTraining(*graph);
    ASSERT_TRUE(executor) << executor.error().text();
    const Batch batch = someBatch(architecture->preprocessing);

    NamedTensors own;
    for (const auto& [name, tensor] : executor->weights()) own[name] = tensor.detach().clone().requires_grad_(true);
    const c10::AutoGradMode gradients(true);
    at::cross_entropy_loss(simpleCnn(own, batch.input), batch.labels).backward();
    const auto logits = executor->run(batch.input);
    ASSERT_TRUE(logits) << logits.error().text();
    at::cross_entropy_loss(*logits, batch.labels).backward();

    ASSERT_EQ(executor->parameterNames().size(), 6u);
    for (const auto& name : executor->parameterNames()) {
        const auto gradient = executor->weights().at(name).grad();
        ASSERT_TRUE(gradient.defined()) << name;
        EXPECT_GT(gradient.abs().max().item<double>(), 0) << name;
        EXPECT_TRUE(at::equal(gradient, own.at(name).grad())) << name;
    }
}

TEST(TrainingExecutor, BatchNormLearnsItsStatisticsInTrainingOnly) {
    const auto* architecture = findTrainable("mobilevit-xxs");
    const auto graph = architecture->build(WeightSource::initialised(4));
    ASSERT_TRUE(graph) << graph.error().text();
    auto executor = Executor::prepareForTraining(*graph);
    ASSERT_TRUE(executor) << executor.error().text();
    const Batch batch = someBatch(architecture->preprocessing, 4);
    const auto statistics = executor->weights().at("mobilevit.conv_stem.normalization.running_mean");
    const auto before = statistics.clone();
    executor->setTraining(false);
    ASSERT_TRUE(executor->run(batch.input));
    EXPECT_TRUE(at::equal(statistics, before));
    executor->setTraining(true);
    const auto logits = executor->run(batch.input);
    ASSERT_TRUE(logits) << logits.error().text();
    EXPECT_EQ(logits->sizes().vec(), (std::vector<std::int64_t>{4, 10}));
    EXPECT_FALSE(at::equal(statistics, before));
}

TEST(AdamW, TheFirstStepGoesByTheLearningRateAgainstTheGradient) {
    // With bias correction the first step is −lr · g / (|g| + ε); decay takes lr · decay · w off first, from matrices
    // only.
    const c10::AutoGradMode gradients(true);
    const at::Tensor matrix = at::full({1, 2}, 2.0).requires_grad_(true);
    const at::Tensor bias = at::full({2}, 2.0).requires_grad_(true);
    AdamW optimiser(0.5);
    optimiser.add("matrix", matrix);
    optimiser.add("bias", bias);
    matrix.sum().mul(3).sub(bias.sum().mul(0.001)).backward();
    optimiser.step(0.1);
    EXPECT_NEAR(matrix[0][1].item<double>(), 2 * (1 - 0.1 * 0.5) - 0.1, 1e-6);
    EXPECT_NEAR(bias[0].item<double>(), 2 + 0.1 * 0.001 / (0.001 + 1e-8), 1e-6);
    EXPECT_FALSE(matrix.grad().defined());
}

TEST(AdamW, FindsTheMinimumOfAParabola) {
    const c10::AutoGradMode gradients(true);
    const at::Tensor x = at::full({1}, 5.0).requires_grad_(true);
    AdamW optimiser(0);
    optimiser.add("x", x);
    for (int step = 0; step < 400; ++step) {
        x.sub(3).square().sum().backward();
        optimiser.step(0.05);
    }
    EXPECT_NEAR(x.item<double>(), 3, 0.01);
}

}  // namespace
