#pragma once

#include <cstdint>
#include <optional>

#include "graph/input_size.h"
#include "image/preprocess.h"

namespace mantissa {

/// How a picture is most likely made ready for a classifier whose file does not say it: a model of ImageNet's classes
/// (1000, or 1001, 21,841 and 21,843) takes the centre of the picture and ImageNet's mean and deviation, any other one
/// the whole picture scaled to 0 … 1. A guess, which the user sees and can change.
Preprocessing guessPreprocessing(InputSize size, std::optional<std::int64_t> classes);

}  // namespace mantissa
