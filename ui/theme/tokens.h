#pragma once

#include <QColor>

namespace mantissa::ui {

enum class Scheme { light, dark };

/// Every colour of the interface that is not a format's or a bit field's (design, section 1). Text roles reach 4.5:1 on
/// the surfaces they stand on, chart and input lines 3:1.
struct Tokens {
    QColor window, page, card, sunken;
    QColor cardLine, buttonLine, inputLine, chartGrid;
    QColor accent, accentFill, onAccent;
    QColor cautionText, cautionFill, cautionLine;
    QColor errorText, errorFill, errorLine;
    QColor nativeText, nativeFill;
    QColor text1, text2, text3;  ///< words, secondary words, captions and axes
};
const Tokens& tokens(Scheme scheme);

/// Colours of the parts of a stored number, the same on every page.
struct BitTokens {
    QColor sign, exponent, fraction, integer, outline;
    QColor digitOnDark, digitOnLight;  ///< on the sign, and on every other field
};
const BitTokens& bitTokens(Scheme scheme);

/// The same colour as a grey of equal luminance (Rec. 709), for greyscale export.
QColor greyOf(const QColor& color);
Tokens greyOf(const Tokens& colored);

/// `top` painted over `bottom` at `opacity` (0 to 1), as one opaque colour: vector files then need no transparency.
QColor blended(const QColor& top, const QColor& bottom, double opacity);

/// White or near black, whichever contrasts more with `fill` (WCAG 2.1 contrast ratio).
QColor readableOn(const QColor& fill);

/// WCAG 2.1 contrast ratio of two opaque colours, 1 to 21.
double contrastRatio(const QColor& a, const QColor& b);

}  // namespace mantissa::ui
