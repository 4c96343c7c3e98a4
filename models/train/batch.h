#pragma once

// Includes LibTorch: private to the trainer.

#include <ATen/core/Tensor.h>

#include <span>

#include "image/preprocess.h"
#include "train/cifar10.h"
#include "train/random.h"
#include "train/recipe.h"

namespace mantissa::training {

/// Pictures as a model's input, and their classes.
struct Batch {
    at::Tensor input;   ///< [N, 3, height, width], FP32, as the model's Preprocessing says
    at::Tensor labels;  ///< [N], I64
};

/// The pictures named, as they are.
Batch plainBatch(const CifarSet& set, std::span<const std::size_t> pictures, const Preprocessing& preprocessing);

/// Chance changes to pictures: the recipe says how large, `random` which.
struct Augmentation {
    const Recipe& recipe;
    Random& random;
};

/// The pictures named, each moved, half of them mirrored, and changed in colour.
Batch augmentedBatch(const CifarSet& set, std::span<const std::size_t> pictures, const Preprocessing& preprocessing,
                     const Augmentation& augmentation);

}  // namespace mantissa::training
