#pragma once

#include <memory>

#include "graph/model.h"
#include "image/image.h"
#include "study/compare.h"

namespace mantissa::test {

/// A SimpleCNN of seeded random weights: 3 × 16 × 16 in, five classes, the first four of which have names.
std::shared_ptr<Model> smallModel();

/// A picture with structure, the same every time.
SourceImage smallPicture();

/// A model of this Graph, without labels.
std::shared_ptr<Model> modelOf(Graph graph);

/// One 1 × 3 × 2 × 2 input with these twelve values.
TensorInput twelve(std::vector<float> values);

}  // namespace mantissa::test
