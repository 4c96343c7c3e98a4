#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "graph/builder.h"
#include "temporary_folder.h"
#include "tiny_data.h"
#include "train/catalogue.h"
#include "train/trainer.h"

namespace {

using namespace mantissa;
using namespace mantissa::training;
using test::TemporaryFolder;

Graph untrained(const std::string& model = "simple-cnn") {
    auto graph = findTrainable(model)->build(WeightSource::initialised(7));
    EXPECT_TRUE(graph) << graph.error().text();
    return *std::move(graph);
}

TrainingOptions tinyOptions(const std::string& model = "simple-cnn") {
    return {.modelName = model,
            .recipe = {.epochs = 4, .batch = 20, .seed = 7, .learningRate = 3e-3, .averageDecay = 0.8},
            .preprocessing = findTrainable(model)->preprocessing};
}

void expectSameWeights(const Graph& a, const Graph& b) {
    ASSERT_EQ(a.weights.size(), b.weights.size());
    for (std::size_t i = 0; i < a.weights.size(); ++i) {
        const auto &one = a.weights[i].tensor, &other = b.weights[i].tensor;
        ASSERT_EQ(one.bytes.size(), other.bytes.size()) << one.name;
        EXPECT_EQ(std::memcmp(one.bytes.data(), other.bytes.data(), one.bytes.size()), 0) << one.name;
    }
}

/// Trains until an epoch and a half are done, then stops, as Ctrl+C does.
void interrupt(const Graph& graph, const Cifar10& data, TrainingOptions options) {
    std::stop_source stop;
    options.stop = stop.get_token();
    int epochs = 0;
    options.afterEpoch = [&](const EpochReport&) { ++epochs; };
    options.afterStep = [&](std::int64_t step, std::int64_t) {
        if (epochs == 1 && step == 3) stop.request_stop();
    };
    const auto stopped = train(graph, data, options);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
    EXPECT_EQ(epochs, 1);
}

TEST(Training, LearnsWhatCanBeLearnt) {
    const Cifar10 data = test::tinyData(200, 50);
    auto options = tinyOptions();
    options.recipe.epochs = 12;
    std::vector<double> losses;
    options.afterEpoch = [&](const EpochReport& epoch) { losses.push_back(epoch.loss); };
    const auto model = train(untrained(), data, options);
    ASSERT_TRUE(model) << model.error().text();
    EXPECT_LT(losses.back(), 0.5 * losses.front());
    EXPECT_GT(model->testAccuracy, 0.8);
}

TEST(Training, AResumedRunGivesTheSameWeightsAsAnUninterruptedOne) {
    const TemporaryFolder folder;
    for (const std::string name : {"simple-cnn", "mobilevit-xxs"}) {
        // MobileViT adds what could go wrong: dropout, BatchNorm's statistics and its counters.
        const Cifar10 data = test::tinyData(name == "simple-cnn" ? 120 : 80, 20);
        const Graph graph = untrained(name);
        auto options = tinyOptions(name);
        options.recipe.epochs = 3;
        const auto whole = train(graph, data, options);
        ASSERT_TRUE(whole) << whole.error().text();

        options.checkpoint = folder.path() / (name + ".safetensors");
        interrupt(graph, data, options);
        options.start = Start::resume;
        int epochs = 0;
        options.afterEpoch = [&](const EpochReport&) { ++epochs; };
        const auto resumed = train(graph, data, options);
        ASSERT_TRUE(resumed) << resumed.error().text();
        EXPECT_EQ(epochs, 2) << "the first epoch was kept";
        EXPECT_EQ(resumed->testAccuracy, whole->testAccuracy);
        expectSameWeights(resumed->graph, whole->graph);
    }
}

TEST(Training, AFinishedRunIsResumedWithoutTrainingAgain) {
    const TemporaryFolder folder;
    const Cifar10 data = test::tinyData();
    const Graph graph = untrained();
    auto options = tinyOptions();
    options.checkpoint = folder.path() / "c.safetensors";
    const auto first = train(graph, data, options);
    ASSERT_TRUE(first) << first.error().text();
    options.start = Start::resume;
    options.afterStep = [](std::int64_t, std::int64_t) { ADD_FAILURE() << "trained again"; };
    const auto second = train(graph, data, options);
    ASSERT_TRUE(second) << second.error().text();
    expectSameWeights(first->graph, second->graph);
}

TEST(Training, TheSeedDecides) {
    const Cifar10 data = test::tinyData();
    const Graph graph = untrained();
    auto options = tinyOptions();
    options.recipe.epochs = 1;
    const auto one = train(graph, data, options), same = train(graph, data, options);
    options.recipe.seed = 8;
    const auto other = train(graph, data, options);
    ASSERT_TRUE(one && same && other);
    expectSameWeights(one->graph, same->graph);
    const auto &a = one->graph.weights[0].tensor, &b = other->graph.weights[0].tensor;
    EXPECT_NE(std::memcmp(a.bytes.data(), b.bytes.data(), a.bytes.size()), 0);
}

TEST(Training, ACheckpointOfAnotherRunIsRefusedAndSaysWhy) {
    const TemporaryFolder folder;
    const Cifar10 data = test::tinyData();
    const Graph graph = untrained();
    auto options = tinyOptions();
    options.checkpoint = folder.path() / "c.safetensors";
    interrupt(graph, data, options);
    options.start = Start::resume;
    options.recipe.learningRate = 1e-3;
    const auto resumed = train(graph, data, options);
    ASSERT_FALSE(resumed);
    EXPECT_EQ(resumed.error().code, ErrorCode::invalidArgument);
    EXPECT_NE(resumed.error().message.find("learning_rate 0.003 in the file, 0.001 now"), std::string::npos)
        << resumed.error().text();
}

TEST(Training, ADamagedOrForeignCheckpointIsAnError) {
    const TemporaryFolder folder;
    const Cifar10 data = test::tinyData();
    auto options = tinyOptions();
    options.start = Start::resume;
    options.checkpoint = folder.write("damaged.safetensors", "not a checkpoint");
    EXPECT_FALSE(train(untrained(), data, options));
    // A safetensors file, but somebody else's: {} and no data.
    options.checkpoint = folder.write("foreign.safetensors", std::string_view("\x08\0\0\0\0\0\0\0{}      ", 16));
    const auto foreign = train(untrained(), data, options);
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, ErrorCode::unsupported) << foreign.error().text();
}

TEST(Training, ABatchLargerThanTheSetIsAnError) {
    const auto refused = train(untrained(), test::tinyData(10, 10), tinyOptions());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::invalidArgument);
}

TEST(Training, ALossThatExplodesIsReported) {
    auto options = tinyOptions();
    options.recipe.learningRate = 1e30;
    const auto exploded = train(untrained(), test::tinyData(), options);
    ASSERT_FALSE(exploded);
    EXPECT_NE(exploded.error().message.find("no longer finite"), std::string::npos) << exploded.error().text();
}

}  // namespace
