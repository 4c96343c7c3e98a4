#pragma once

#include <cstdint>

namespace mantissa::training {

/// How a model is trained. The defaults are those that the bundled SimpleCNN was trained with.
struct Recipe {
    int epochs = 30;
    int smallEpochs = 0;          ///< first epochs in which pictures keep their own size: cheaper where a model enlarges them
    int batch = 128;              ///< pictures a step; what is left over of an epoch is not used
    std::uint64_t seed = 1;       ///< of the initial weights, the order of the pictures and their augmentation
    double learningRate = 4e-3;   ///< highest, at the end of the warm-up
    double warmup = 0.05;         ///< share of all steps over which the learning rate rises from 0
    double weightDecay = 0.01;    ///< decoupled (AdamW); of weights of two or more dimensions only
    double labelSmoothing = 0.0;  ///< share of the target that is spread over all classes
    double averageDecay = 0.998;  ///< of the exponential moving average of the weights, which is what is kept
    int cropPadding = 2;          ///< px by which a picture is moved at most, edges filled with black
    double colourJitter = 0.1;    ///< brightness, contrast and saturation change by at most this share

    bool operator==(const Recipe&) const = default;
};

/// Learning rate of a step (0 … steps − 1): linear warm-up, then half a cosine down to 0 (Loshchilov and Hutter 2017).
double learningRateAt(const Recipe& recipe, std::int64_t step, std::int64_t steps);

/// Decay of the weight average after `step` steps: smaller in the beginning, so that the initial weights are soon
/// forgotten.
double averageDecayAt(const Recipe& recipe, std::int64_t step);

}  // namespace mantissa::training
