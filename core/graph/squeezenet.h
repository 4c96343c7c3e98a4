#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "graph/graph.h"
#include "result.h"
#include "storage/checkpoint.h"

namespace mantissa {

class WeightSource;

/// SqueezeNet (Iandola et al. 2016, arXiv:1602.07360) with torchvision's names. 1.1 has a smaller stem than 1.0 and
/// pools earlier, for less than half of the arithmetic.
struct SqueezeNetSizes {
    enum class Version { v1_0, v1_1 };
    struct Fire {
        std::int64_t in = 0, squeeze = 0, expand1x1 = 0, expand3x3 = 0;
        std::int64_t out() const { return expand1x1 + expand3x3; }
    };
    Version version = Version::v1_1;
    std::int64_t stem = 64;
    std::array<Fire, 8> fires{};
    std::int64_t classes = 1000;

    std::string name() const { return version == Version::v1_0 ? "SqueezeNet 1.0" : "SqueezeNet 1.1"; }
};

bool looksLikeSqueezeNet(const Checkpoint& checkpoint);

/// The sizes that the tensors' shapes say. Errors name the tensor that does not fit.
Result<SqueezeNetSizes> squeezeNetSizes(const Checkpoint& checkpoint);

/// Errors: those of GraphBuilder::finish.
Result<Graph> buildSqueezeNet(const SqueezeNetSizes& sizes, const WeightSource& source);

}  // namespace mantissa
