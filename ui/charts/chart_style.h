#pragma once

#include <QFont>
#include <QSharedPointer>
#include <QSize>

#include "numerics/format.h"
#include "theme/theme.h"
#include "theme/tokens.h"

class QCPAxis;
class QCPAxisRect;
class QCPAxisTicker;
class QCustomPlot;

namespace mantissa::ui {

enum class Ink { color, greyscale };

/// Everything a chart may know about where it is drawn. The same chart is drawn on screen, in a picture of another size
/// and in another theme, so charts take every colour, font and size from here and from nowhere else.
struct ChartStyle {
    Scheme scheme = Scheme::light;
    Ink ink = Ink::color;
    Tokens tokens = ui::tokens(Scheme::light);
    QSize size{640, 400};  ///< of the plot, logical px

    QColor color(const Format& format) const;  ///< the format's own
    QColor colored(const QColor& color) const { return ink == Ink::color ? color : greyOf(color); }

    QFont axisFont() const { return themeFont(FontRole::words, kAxisPixels); }
    QFont labelFont() const { return themeFont(FontRole::words, kSecondaryPixels); }
    QFont strongFont() const { return themeFont(FontRole::words, kSecondaryPixels, FontWeight::semibold); }
    QFont numberFont() const { return themeFont(FontRole::numbers, kAxisPixels); }
};
ChartStyle chartStyle(Scheme scheme, Ink ink, QSize size);

/// Removes everything from the plot and gives it the style's background; the plot then has no axis rectangle.
void clearPlot(QCustomPlot& plot, const ChartStyle& style);

/// An axis rectangle with bottom and left axis in the style, grid behind the data, at `row`, `column` of the plot's
/// layout.
QCPAxisRect* addAxes(QCustomPlot& plot, const ChartStyle& style, int row = 0, int column = 0);

/// Colours and fonts of one axis; `label` with its unit, as in "Logit difference" or "ms per image".
void styleAxis(QCPAxis& axis, const ChartStyle& style, const QString& label);

enum class Grid { off, on };
void setGrid(QCPAxis& axis, Grid grid);

/// Ticks with a true minus and no trailing zeros; wide ranges as a×10ⁿ.
QSharedPointer<QCPAxisTicker> numberTicker(int wantedTicks = 5);
/// The same in units of 10^exponent, which then belongs into the label (see scaledLabel).
QSharedPointer<QCPAxisTicker> scaledTicker(int wantedTicks, int exponent);
/// A multiple of 3 such that values up to `largest` read well without their own exponents; 0 from 0.01 to 10⁶.
int axisExponent(double largest);
/// `label`, with ", ×10⁻³" where exponent is not 0.
QString scaledLabel(const QString& label, int exponent);
/// 1, 10, 100, 10³ …; use together with the axis' logarithmic scale.
QSharedPointer<QCPAxisTicker> logTicker();
/// Whole numbers only, for counts.
QSharedPointer<QCPAxisTicker> countTicker(int wantedTicks = 4);

/// Makes the axis logarithmic with logTicker; the range must be positive.
void makeLogarithmic(QCPAxis& axis);

}  // namespace mantissa::ui
