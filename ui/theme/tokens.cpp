#include "theme/tokens.h"

#include <algorithm>
#include <cmath>

namespace mantissa::ui {
namespace {

const Tokens kLight{
    .window = QColor("#E6E9EE"),
    .page = QColor("#F2F4F7"),
    .card = QColor("#FFFFFF"),
    .sunken = QColor("#F6F7F9"),
    .cardLine = QColor("#D6DBE2"),
    .buttonLine = QColor("#AEB6C2"),
    .inputLine = QColor("#7A8493"),
    .chartGrid = QColor("#E7EAEF"),
    .accent = QColor("#3446A0"),
    .accentFill = QColor("#E8EBF8"),
    .onAccent = QColor("#FFFFFF"),
    .cautionText = QColor("#6E4300"),
    .cautionFill = QColor("#FFF3D9"),
    .cautionLine = QColor("#DDB055"),
    .errorText = QColor("#9C1C18"),
    .errorFill = QColor("#FDECEA"),
    .errorLine = QColor("#E0A19C"),
    .nativeText = QColor("#0B6B4F"),
    .nativeFill = QColor("#E3F3EC"),
    .text1 = QColor("#1B2028"),
    .text2 = QColor("#434C5A"),
    .text3 = QColor("#5A6474"),
};

const Tokens kDark{
    .window = QColor("#0F1216"),
    .page = QColor("#14171C"),
    .card = QColor("#1B1F26"),
    .sunken = QColor("#171A20"),
    .cardLine = QColor("#2E3540"),
    .buttonLine = QColor("#4A5362"),
    .inputLine = QColor("#828D9B"),
    .chartGrid = QColor("#272D37"),
    .accent = QColor("#A3B4FF"),
    .accentFill = QColor("#262D4A"),
    .onAccent = QColor("#14171C"),
    .cautionText = QColor("#F5CF85"),
    .cautionFill = QColor("#382B10"),
    .cautionLine = QColor("#7A5E20"),
    .errorText = QColor("#FFA59E"),
    .errorFill = QColor("#3B1B1A"),
    .errorLine = QColor("#7D3A37"),
    .nativeText = QColor("#5FD3AC"),
    .nativeFill = QColor("#16322A"),
    .text1 = QColor("#E8EBF0"),
    .text2 = QColor("#BAC3CE"),
    .text3 = QColor("#9AA4B2"),
};

const BitTokens kLightBits{
    .sign = QColor("#8E2A62"),
    .exponent = QColor("#3E93B0"),
    .fraction = QColor("#F0CF78"),
    .integer = QColor("#C9D1DC"),
    .outline = QColor("#5A6474"),
    .digitOnDark = QColor("#FFFFFF"),
    .digitOnLight = QColor("#10131A"),
};

const BitTokens kDarkBits{
    .sign = QColor("#B5508A"),
    .exponent = QColor("#46A0BE"),
    .fraction = QColor("#F0CF78"),
    .integer = QColor("#AEB8C6"),
    .outline = QColor("#0F1216"),
    .digitOnDark = QColor("#FFFFFF"),
    .digitOnLight = QColor("#10131A"),
};

/// WCAG 2.1 relative luminance: sRGB to linear light, Rec. 709 weights.
double luminance(const QColor& color) {
    const auto linear = [](double channel) {
        return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF());
}

}  // namespace

const Tokens& tokens(Scheme scheme) { return scheme == Scheme::light ? kLight : kDark; }

const BitTokens& bitTokens(Scheme scheme) { return scheme == Scheme::light ? kLightBits : kDarkBits; }

QColor greyOf(const QColor& color) {
    const double light = luminance(color);
    const double grey = light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055;
    const auto level = static_cast<float>(std::clamp(grey, 0.0, 1.0));
    return QColor::fromRgbF(level, level, level, color.alphaF());
}

Tokens greyOf(const Tokens& colored) {
    Tokens grey = colored;
    for (QColor* color :
         {&grey.window,      &grey.page,        &grey.card,      &grey.sunken,     &grey.cardLine,  &grey.buttonLine,
          &grey.inputLine,   &grey.chartGrid,   &grey.accent,    &grey.accentFill, &grey.onAccent,  &grey.cautionText,
          &grey.cautionFill, &grey.cautionLine, &grey.errorText, &grey.errorFill,  &grey.errorLine, &grey.nativeText,
          &grey.nativeFill,  &grey.text1,       &grey.text2,     &grey.text3})
        *color = greyOf(*color);
    return grey;
}

QColor blended(const QColor& top, const QColor& bottom, double opacity) {
    const auto mix = [opacity](float a, float b) { return static_cast<float>(a * opacity + b * (1 - opacity)); };
    return QColor::fromRgbF(mix(top.redF(), bottom.redF()), mix(top.greenF(), bottom.greenF()),
                            mix(top.blueF(), bottom.blueF()));
}

double contrastRatio(const QColor& a, const QColor& b) {
    const auto [dark, light] = std::minmax({luminance(a), luminance(b)});
    return (light + 0.05) / (dark + 0.05);
}

QColor readableOn(const QColor& fill) {
    const QColor white("#FFFFFF"), black("#10131A");
    return contrastRatio(fill, white) >= contrastRatio(fill, black) ? white : black;
}

}  // namespace mantissa::ui
