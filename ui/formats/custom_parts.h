#pragma once

#include <optional>

#include "numerics/format.h"
#include "result.h"

namespace mantissa::ui {

/// What a custom format consists of; without a bias it has the usual one of its shape.
struct CustomParts {
    int exponentBits = 1;  ///< to 11
    int fractionBits = 0;  ///< to 52
    std::optional<int> bias;
    Specials specials = Specials::ieee;
    bool subnormals = true;
};

/// The format of these parts; the Error says why there is none.
Result<Format> customFormatOf(const CustomParts& parts);

/// What a custom format consists of; without a bias where it is the usual one of its shape, so that another shape has
/// its own usual one.
CustomParts customPartsOf(const Format& custom);

}  // namespace mantissa::ui
