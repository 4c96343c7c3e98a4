#include "formats/int8_scale.h"

#include <charconv>

#include "numerics/stated_limits.h"
#include "numerics/value_text.h"

namespace mantissa::ui {
namespace {

Error noSuchScale(std::string message, std::string_view text) {
    return {.code = ErrorCode::invalidArgument, .message = std::move(message), .where = std::string(text)};
}

}  // namespace

Result<float> readScale(std::string_view text) {
    const Format& fp32 = format("fp32");
    const auto typed = TypedValue::parse(text, fp32);
    if (!typed) return typed.error();
    const auto scale = static_cast<float>(typed->storedIn(fp32).value);
    if (!isUsableScale(scale))
        return noSuchScale("is no scale; a scale is positive and finite, and so is its reciprocal, in float32", text);
    return scale;
}

Result<int> readZeroPoint(std::string_view text) {
    const StatedLimits l = statedLimits(format(kScaledKey));
    const auto least = static_cast<int>(l.lowest), most = static_cast<int>(l.max);
    int zeroPoint = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), zeroPoint);
    if (text.empty() || problem != std::errc{} || end != text.data() + text.size() || zeroPoint < least ||
        zeroPoint > most)
        return noSuchScale("is no zero point; the zero point is a code, a whole number from " + std::to_string(least) +
                               " to " + std::to_string(most),
                           text);
    return zeroPoint;
}

std::string scaleText(float scale) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, scale).ptr};
}

}  // namespace mantissa::ui
