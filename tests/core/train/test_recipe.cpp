#include <gtest/gtest.h>

#include "train/recipe.h"

namespace {

using namespace mantissa::training;

TEST(Schedule, RisesToThePeakAndFallsToNothing) {
    const Recipe recipe{.learningRate = 0.01, .warmup = 0.1};
    constexpr std::int64_t kSteps = 1000;
    EXPECT_DOUBLE_EQ(learningRateAt(recipe, 0, kSteps), 0.01 / 100);
    EXPECT_DOUBLE_EQ(learningRateAt(recipe, 49, kSteps), 0.005);
    EXPECT_DOUBLE_EQ(learningRateAt(recipe, 99, kSteps), 0.01);
    EXPECT_DOUBLE_EQ(learningRateAt(recipe, 100, kSteps), 0.01);
    EXPECT_NEAR(learningRateAt(recipe, 550, kSteps), 0.005, 1e-12);  // half-way down the cosine
    EXPECT_GT(learningRateAt(recipe, kSteps - 1, kSteps), 0);
    EXPECT_LT(learningRateAt(recipe, kSteps - 1, kSteps), 1e-7);
    for (std::int64_t step = 1; step < kSteps; ++step) {
        const double before = learningRateAt(recipe, step - 1, kSteps), now = learningRateAt(recipe, step, kSteps);
        EXPECT_TRUE(step <= 100 ? now >= before : now < before) << "step " << step;
    }
}

TEST(Schedule, HoldsForRunsOfOneStepAndWithoutWarmup) {
    EXPECT_GT(learningRateAt({.learningRate = 0.1}, 0, 1), 0);
    EXPECT_LE(learningRateAt({.learningRate = 0.1}, 0, 1), 0.1);
    EXPECT_DOUBLE_EQ(learningRateAt({.learningRate = 0.1, .warmup = 0}, 0, 50), 0.1);
    EXPECT_GT(learningRateAt({.learningRate = 0.1, .warmup = 1}, 49, 50), 0);
}

TEST(Schedule, TheAverageForgetsItsBeginningSoonAndThenHoldsOn) {
    const Recipe recipe{.averageDecay = 0.99};
    EXPECT_DOUBLE_EQ(averageDecayAt(recipe, 0), 0.1);
    EXPECT_LT(averageDecayAt(recipe, 10), 0.6);
    EXPECT_DOUBLE_EQ(averageDecayAt(recipe, 100'000), 0.99);
}

}  // namespace
