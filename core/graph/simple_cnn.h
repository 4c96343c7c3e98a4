#pragma once

#include <cstdint>
#include <optional>

#include "graph/graph.h"
#include "graph/input_size.h"
#include "result.h"
#include "storage/checkpoint.h"

namespace mantissa {

class WeightSource;

/// A small network to start with: conv1, ReLU, max-pool 2, conv2, ReLU, max-pool 2, linear. Convolutions keep height
/// and width. Weights: conv1.weight, conv1.bias, conv2.weight, conv2.bias, fc.weight, fc.bias.
struct SimpleCnnSizes {
    std::int64_t inputChannels = 3;
    InputSize input{.height = 32, .width = 32};
    std::int64_t conv1Channels = 16;
    std::int64_t conv2Channels = 32;
    std::int64_t kernel1 = 3;  ///< odd
    std::int64_t kernel2 = 3;  ///< odd
    std::int64_t classes = 10;
};

/// Whether a state dict is a SimpleCNN's: exactly its six names.
bool looksLikeSimpleCnn(const Checkpoint& checkpoint);

/// The sizes that the tensors' shapes say. What they leave open is the input's size, of which fc.weight knows only the
/// number of cells after two poolings: it is `input` where the caller knows it (a config.json), else the smallest
/// square that fits. Errors name the tensor that does not fit.
Result<SimpleCnnSizes> simpleCnnSizes(const Checkpoint& checkpoint, std::optional<InputSize> input = std::nullopt);

/// Errors: a size below 1 or absurdly large, an even kernel; and those of GraphBuilder::finish.
Result<Graph> buildSimpleCnn(const SimpleCnnSizes& sizes, const WeightSource& source);

}  // namespace mantissa
