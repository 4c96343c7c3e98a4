#pragma once

#include <memory>

#include "graph/model.h"

namespace mantissa::test {

/// A model whose modules nest: 1 × 3 × 8 × 8 in, five classes. `stem` convolves and writes over its result in place;
/// `blocks.0` and `blocks.1` hold a convolution, an activation and, of their own, the addition of what passed them by;
/// `head` pools, flattens and classifies. `act` in a block is called twice.
std::shared_ptr<Model> nestedModel();

}  // namespace mantissa::test
