#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "graph/builder.h"
#include "storage/safetensors.h"
#include "temporary_folder.h"
#include "tiny_data.h"
#include "train/model_folder.h"
#include "train/trainer.h"

namespace {

using namespace mantissa;
using namespace mantissa::training;
using test::TemporaryFolder;

nlohmann::json jsonOf(const std::filesystem::path& path) {
    std::ifstream in(path);
    return nlohmann::json::parse(in);
}

TEST(ModelFolder, HoldsWhatAHuggingFaceFolderHolds) {
    const TemporaryFolder temporary;
    for (const auto& architecture : trainables()) {
        const auto graph = architecture.build(WeightSource::initialised(1));
        ASSERT_TRUE(graph) << graph.error().text();
        const auto path = temporary.path() / "new" / architecture.name;
        const auto status = writeModelFolder({.path = path,
                                              .architecture = architecture,
                                              .graph = *graph,
                                              .classNames = test::tinyData(10, 10).classNames,
                                              .metadata = {{"seed", "1"}}});
        ASSERT_TRUE(status) << status.error().text();

        const auto config = jsonOf(path / "config.json");
        EXPECT_EQ(config.at("id2label").at("3"), "cat");
        EXPECT_EQ(config.at("label2id").at("cat"), 3);
        EXPECT_EQ(config.at("id2label").size(), 10u);
        EXPECT_TRUE(config.contains("model_type"));
        const auto preprocessor = jsonOf(path / "preprocessor_config.json");
        EXPECT_EQ(preprocessor.at("do_normalize"), architecture.preprocessing.normalize);
        EXPECT_EQ(preprocessor.at("resample"), 2);

        const auto file = openSafetensors(path / "model.safetensors");
        ASSERT_TRUE(file) << file.error().text();
        EXPECT_EQ(file->metadata.at("format"), "pt");
        EXPECT_EQ(file->metadata.at("seed"), "1");
        for (const auto& weight : graph->weights) {
            if (!weight.persistent) continue;
            const auto* stored = file->find(weight.tensor.name);
            ASSERT_NE(stored, nullptr) << weight.tensor.name;
            ASSERT_EQ(stored->shape, weight.tensor.shape);
            EXPECT_EQ(std::memcmp(stored->bytes.data(), weight.tensor.bytes.data(), stored->bytes.size()), 0);
        }
    }
}

TEST(ModelFolder, TrainingGoesOnFromTheWeightsOfAFolder) {
    const TemporaryFolder temporary;
    const auto& architecture = trainables().front();
    const auto graph = architecture.build(WeightSource::initialised(1));
    ASSERT_TRUE(graph) << graph.error().text();
    ASSERT_TRUE(writeModelFolder(
        {.path = temporary.path(), .architecture = architecture, .graph = *graph, .classNames = {}, .metadata = {}}));

    const auto again = readModelFolder(architecture, temporary.path());
    ASSERT_TRUE(again) << again.error().text();
    ASSERT_EQ(again->weights.size(), graph->weights.size());
    for (std::size_t i = 0; i < graph->weights.size(); ++i) {
        const auto &read = again->weights[i].tensor, &written = graph->weights[i].tensor;
        EXPECT_EQ(read.name, written.name);
        EXPECT_TRUE(std::ranges::equal(read.bytes, written.bytes)) << written.name;
    }

    const auto trained = train(*again, test::tinyData(8, 8),
                               {.modelName = architecture.name,
                                .recipe = {.epochs = 1, .batch = 4},
                                .preprocessing = architecture.preprocessing});
    ASSERT_TRUE(trained) << trained.error().text();
    const auto kept = readModelFolder(architecture, temporary.path());
    ASSERT_TRUE(kept);
    EXPECT_TRUE(std::ranges::equal(kept->weights[0].tensor.bytes, graph->weights[0].tensor.bytes));
}

TEST(ModelFolder, AFolderOfAnotherArchitectureIsNothingToGoOnFrom) {
    const TemporaryFolder temporary;
    const auto &one = trainables()[0], &other = trainables()[1];
    const auto graph = one.build(WeightSource::initialised(1));
    ASSERT_TRUE(graph) << graph.error().text();
    ASSERT_TRUE(writeModelFolder(
        {.path = temporary.path(), .architecture = one, .graph = *graph, .classNames = {}, .metadata = {}}));
    EXPECT_FALSE(readModelFolder(other, temporary.path()));
    EXPECT_FALSE(readModelFolder(one, temporary.path() / "elsewhere"));
}

TEST(ModelFolder, AFolderThatCannotBeMadeIsAnError) {
    const TemporaryFolder temporary;
    const auto blocked = temporary.write("file", "a file, where the folder should stand");
    const auto& architecture = trainables().front();
    const auto graph = architecture.build(WeightSource::initialised(1));
    ASSERT_TRUE(graph);
    const auto status = writeModelFolder(
        {.path = blocked / "below", .architecture = architecture, .graph = *graph, .classNames = {}, .metadata = {}});
    ASSERT_FALSE(status);
    EXPECT_FALSE(status.error().where.empty());
}

}  // namespace
