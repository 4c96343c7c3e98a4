#pragma once

#include <vector>

#include "graph/graph.h"

namespace mantissa {

/// Along which dimension a tensor's blocks lie. A scale can be drawn out of a dot product only where its whole block is
/// summed, so blocks lie along the dimension that what reads the tensor sums over (OCP MX v1.0, clause 6.2).
enum class BlockAxis {
    last,     ///< matrices, sequences, attention: the features
    channels  ///< pictures and what convolutions make of them, N × C × H × W: a convolution sums over C
};

/// The axis of each node's results. Convolutions, pooling and what is normalised by channel make channels; products of
/// matrices and whatever moves dimensions make `last`; all others keep what their first tensor has.
std::vector<BlockAxis> blockAxes(const Graph& graph);

}  // namespace mantissa
