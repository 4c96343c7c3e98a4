#pragma once

#include <string>
#include <string_view>

#include "numerics/affine.h"
#include "result.h"

namespace mantissa::ui {

/// The format of the page that takes a scale and a zero point.
inline constexpr std::string_view kScaledKey = "int8";

/// What the codes of INT8 stand for: (q − zeroPoint) × scale. As it is at the start, they are the integers themselves.
struct Int8Scale {
    float scale = 1;
    int zeroPoint = 0;

    bool operator==(const Int8Scale&) const = default;
    bool isPlain() const { return *this == Int8Scale{}; }
    Affine affine() const { return {.scale = scale, .zeroPoint = zeroPoint}; }
};

/// A scale as a person types it, `0.05`, `1/127` or `2^-5`, rounded to float32. Errors (ErrorCode::invalidArgument) say
/// what a scale is.
Result<float> readScale(std::string_view text);
/// A zero point, which is a code of INT8.
Result<int> readZeroPoint(std::string_view text);
/// The shortest decimal number that readScale reads back to this scale.
std::string scaleText(float scale);

}  // namespace mantissa::ui
