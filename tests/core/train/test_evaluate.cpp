#include <ATen/ops/equal.h>
#include <ATen/ops/from_blob.h>
#include <gtest/gtest.h>

#include <vector>

#include "graph/builder.h"
#include "tiny_data.h"
#include "train/accuracy.h"
#include "train/batch.h"
#include "train/catalogue.h"
#include "train/evaluate.h"
#include "train/trainer.h"

namespace {

using namespace mantissa;
using namespace mantissa::training;

/// SimpleCNN, trained on the tiny set until it gets most of it right but not all.
struct Trained {
    Trained() : data(test::tinyData(200, 60)), architecture(*findTrainable("simple-cnn")) {
        const auto untrained = architecture.build(WeightSource::initialised(1));
        EXPECT_TRUE(untrained) << untrained.error().text();
        auto model = train(*untrained, data,
                           {.modelName = "simple-cnn",
                            .recipe = {.epochs = 3, .batch = 20, .learningRate = 3e-3, .averageDecay = 0.8},
                            .preprocessing = architecture.preprocessing});
        EXPECT_TRUE(model) << model.error().text();
        graph = std::move(model->graph);
    }
    Cifar10 data;
    const Trainable& architecture;
    Graph graph;
};

TEST(Evaluation, CountsTheSameInFp32AsTheTrainerDoes) {
    const Trained trained;
    const auto results = evaluateFormats(trained.graph, trained.data.test, trained.architecture.preprocessing,
                                         {.formats = {format("fp32")}});
    ASSERT_TRUE(results) << results.error().text();
    const auto accuracy = accuracyOf(trained.graph, trained.data.test, trained.architecture.preprocessing);
    ASSERT_TRUE(accuracy) << accuracy.error().text();
    ASSERT_EQ(results->size(), 1u);
    EXPECT_EQ(results->front().pictures, 60u);
    EXPECT_DOUBLE_EQ(static_cast<double>(results->front().right) / 60, *accuracy);
    EXPECT_EQ(results->front().agreeing, 60u);
    EXPECT_EQ(results->front().notFinite, 0u);
}

TEST(Evaluation, FormatsWithoutADtypeAreEmulatedAndNarrowOnesFlipAnswers) {
    const Trained trained;
    // e2m1 in four bits cannot hold these weights; FP64 cannot differ from FP32 in what it names but for near ties.
    const auto results = evaluateFormats(trained.graph, trained.data.test, trained.architecture.preprocessing,
                                         {.formats = {format("fp32"), format("fp64"), format("tf32"), format("e2m1")}});
    ASSERT_TRUE(results) << results.error().text();
    ASSERT_EQ(results->size(), 4u);
    EXPECT_EQ((*results)[1].kernels, PrecisionPlan::Kernels::native);
    EXPECT_EQ((*results)[2].kernels, PrecisionPlan::Kernels::emulated);
    EXPECT_EQ((*results)[3].kernels, PrecisionPlan::Kernels::emulated);
    EXPECT_GE((*results)[1].agreeing, 59u);
    EXPECT_LT((*results)[3].agreeing, (*results)[2].agreeing);
}

TEST(Evaluation, StopsBetweenPictures) {
    const Trained trained;
    std::stop_source stop;
    std::int64_t last = 0;
    const auto results = evaluateFormats(
        trained.graph, trained.data.test, trained.architecture.preprocessing,
        {.formats = {format("fp32")}, .stop = stop.get_token(), .progress = [&](const ProgressUpdate& update) {
             last = update.done;
             if (last == 5) stop.request_stop();
         }});
    ASSERT_FALSE(results);
    EXPECT_EQ(results.error().code, ErrorCode::cancelled);
    EXPECT_EQ(last, 5);
}

TEST(Evaluation, TheTrainersPicturesAreThoseOfTheProgramsPreprocessing) {
    const auto set = test::tinySet(3, 4);
    const auto& how = findTrainable("simple-cnn")->preprocessing;
    const Batch batch = plainBatch(set, std::vector<std::size_t>{0, 1, 2}, how);
    for (std::size_t i = 0; i < 3; ++i) {
        RgbImage image{32, 32, std::vector<std::uint8_t>(3072)};
        for (std::size_t at = 0; at < 3072; ++at) image.pixels[at % 1024 * 3 + at / 1024] = set.picture(i)[at];
        auto input = preprocess(image, how);
        ASSERT_TRUE(input) << input.error().text();
        const auto own = at::from_blob(input->values.data(), input->shape, at::kFloat);
        EXPECT_LT(own.sub(batch.input[static_cast<std::int64_t>(i)]).abs().max().item<double>(), 1e-6);
    }
}

}  // namespace
