#include "train/recipe.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mantissa::training {

double learningRateAt(const Recipe& recipe, std::int64_t step, std::int64_t steps) {
    const double warmupSteps = std::max(1.0, std::floor(recipe.warmup * static_cast<double>(steps)));
    const auto at = static_cast<double>(step);
    if (at < warmupSteps) return recipe.learningRate * (at + 1) / warmupSteps;
    const double done = (at - warmupSteps) / std::max(1.0, static_cast<double>(steps) - warmupSteps);
    return recipe.learningRate * 0.5 * (1 + std::cos(std::numbers::pi * std::min(1.0, done)));
}

double averageDecayAt(const Recipe& recipe, std::int64_t step) {
    const auto done = static_cast<double>(step);
    return std::min(recipe.averageDecay, (1 + done) / (10 + done));
}

}  // namespace mantissa::training
