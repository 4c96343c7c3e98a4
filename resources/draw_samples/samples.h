#pragma once

#include <QImage>
#include <span>
#include <string_view>

namespace mantissa::samples {

/// One sample picture and the program that draws it. Its name, which is its file's too, begins with the CIFAR-10 class
/// it shows; what tells it from others of that class follows a hyphen.
struct Sample {
    std::string_view name;
    QImage (*draw)();  ///< kSide × kSide RGB, the same on every call
};

/// All of them, in the order of CIFAR-10's class indices.
std::span<const Sample> allSamples();

}  // namespace mantissa::samples
