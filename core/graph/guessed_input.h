#pragma once

#include "image/preprocess.h"

namespace mantissa {

/// Preprocessing for models whose files say nothing of it: what most models of their kind were trained with. All have
/// fromFile false, by which the user is told, and may be changed.

/// ImageNet classifiers: shortest edge 256, centre crop 224, RGB / 255, less the data set's mean, over its deviation.
Preprocessing guessedImageNetInput();

/// CIFAR-10 classifiers: 32 × 32, RGB / 255, less CIFAR-10's mean, over its deviation (0.4914 0.4822 0.4465 and 0.2470
/// 0.2435 0.2616, of the pixels of the 50,000 training pictures).
Preprocessing guessedCifarInput();

/// The data set's mean and deviation in every channel, for inputs of another size.
void normalizeAsImageNet(Preprocessing& preprocessing);

}  // namespace mantissa
