#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "graph/graph.h"
#include "image/preprocess.h"
#include "numerics/format.h"
#include "progress.h"
#include "result.h"
#include "run/precision_plan.h"
#include "train/cifar10.h"

namespace mantissa::training {

/// What a model gets right in one format.
struct FormatAccuracy {
    Format format;
    PrecisionPlan::Kernels kernels = PrecisionPlan::Kernels::native;
    std::optional<Error> fallbackFrom;  ///< why it is emulated although LibTorch has the dtype
    std::size_t pictures = 0;
    std::size_t right = 0;      ///< pictures whose class has the largest logit
    std::size_t agreeing = 0;   ///< pictures for which it gives the same class as the first format
    std::size_t notFinite = 0;  ///< pictures with a NaN or an infinity among the logits
};

struct EvaluationOptions {
    std::vector<Format> formats;  ///< the first is what the others are compared with
    RoundOptions rounding{};      ///< of emulated formats
    std::stop_token stop{};
    Progress progress{};
};

/// Runs every picture through the model in every format, one at a time and by the same preprocessing as the program, so
/// that each answer is the one that a comparison of that picture shows. Native kernels where LibTorch has them, else
/// emulated.
Result<std::vector<FormatAccuracy>> evaluateFormats(const Graph& graph, const CifarSet& set,
                                                    const Preprocessing& preprocessing,
                                                    const EvaluationOptions& options);

}  // namespace mantissa::training
