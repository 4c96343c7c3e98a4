#pragma once

#include "graph/graph.h"
#include "image/preprocess.h"
#include "result.h"
#include "train/cifar10.h"

namespace mantissa::training {

/// Share of the pictures that the Graph, in FP32, names rightly; 0 … 1. The set may not be empty.
Result<double> accuracyOf(const Graph& graph, const CifarSet& set, const Preprocessing& preprocessing);

}  // namespace mantissa::training
