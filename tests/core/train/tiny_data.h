#pragma once

#include "train/cifar10.h"
#include "train/random.h"

namespace mantissa::test {

/// Pictures of ten classes that can be learnt: each class has a colour and a bright stripe of its own, plus noise.
inline training::CifarSet tinySet(std::size_t pictures, std::uint64_t seed) {
    training::Random random(seed, 0);
    training::CifarSet set;
    for (std::size_t i = 0; i < pictures; ++i) {
        const auto label = static_cast<std::uint8_t>(i % kCifarClasses);
        set.labels.push_back(label);
        for (std::size_t at = 0; at < kCifarPixelBytes; ++at) {
            const std::size_t plane = at / 1024, row = at % 1024 / 32;
            double value = 60 + 15 * static_cast<double>((label + 3 * plane) % 10) + random.uniform(-20, 20);
            if (row / 3 == label) value += 60;
            set.pixels.push_back(static_cast<std::uint8_t>(value < 0 ? 0 : value > 255 ? 255 : value));
        }
    }
    return set;
}

inline training::Cifar10 tinyData(std::size_t train = 120, std::size_t test = 40) {
    return {tinySet(train, 1),
            tinySet(test, 2),
            {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"}};
}

}  // namespace mantissa::test
