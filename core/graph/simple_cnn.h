#pragma once

#include <cstdint>

#include "graph/graph.h"
#include "result.h"
#include "storage/checkpoint.h"

namespace mantissa {

/// A small network to start with: conv1, ReLU, max-pool 2, conv2, ReLU, max-pool 2, linear. Convolutions keep height and width.
/// Weights: conv1.weight, conv1.bias, conv2.weight, conv2.bias, fc.weight, fc.bias.
struct SimpleCnnSizes {
    std::int64_t inputChannels = 3;
    std::int64_t inputSize = 32;  ///< px, height and width
    std::int64_t conv1Channels = 16;
    std::int64_t conv2Channels = 32;
    std::int64_t kernel = 3;  ///< odd
    std::int64_t classes = 10;
};

/// Whether a state dict is a SimpleCNN's: exactly its six names.
bool looksLikeSimpleCnn(const Checkpoint& checkpoint);

/// The sizes that the tensors' shapes say; the input is square.
Result<SimpleCnnSizes> simpleCnnSizes(const Checkpoint& checkpoint);

Result<Graph> buildSimpleCnn(const SimpleCnnSizes& sizes, const class WeightSource& source);

}  // namespace mantissa
