#pragma once

#include <cstdint>
#include <optional>

#include "graph/input_size.h"
#include "image/preprocess.h"

namespace mantissa {

/// Preprocessing for models whose files say nothing of it: what most models of their kind were trained with. All have
/// fromFile false, by which the user is told, and may be changed.

/// ImageNet classifiers: RGB / 255, less the data set's mean, over its deviation. A square input is the centre crop of
/// a picture whose shortest edge is 8/7 as long, 224 of 256 as since AlexNet; any other one the whole picture.
Preprocessing guessedImageNetInput(InputSize size = {.height = 224, .width = 224});

/// CIFAR-10 classifiers: 32 × 32, RGB / 255, less CIFAR-10's mean, over its deviation (0.4914 0.4822 0.4465 and 0.2470
/// 0.2435 0.2616, of the pixels of the 50,000 training pictures).
Preprocessing guessedCifarInput();

/// By the number of classes: those of ImageNet (1000, or 1001, 21,841 and 21,843) as above, any other number, or one
/// that is not known, the whole picture scaled to 0 … 1.
Preprocessing guessedInput(InputSize size, std::optional<std::int64_t> classes);

/// The data set's mean and deviation in every channel, for inputs of another size.
void normalizeAsImageNet(Preprocessing& preprocessing);

}  // namespace mantissa
