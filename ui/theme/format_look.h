#pragma once

#include <QColor>
#include <QPainterPath>
#include <QPixmap>
#include <QRectF>

#include "numerics/format.h"
#include "theme/tokens.h"

class QCPScatterStyle;
class QPainter;

namespace mantissa::ui {

enum class Marker { disc, circle, octagon, triangleUp, square, diamond, triangleDown, plus, star };

/// Colour and marker of a format: fixed, the same on every page and in every file, so that neither depends on what else
/// is switched on. Formats without a colour of their own share that of custom formats.
struct FormatLook {
    QColor light, dark;
    Marker marker = Marker::star;

    const QColor& color(Scheme scheme) const { return scheme == Scheme::light ? light : dark; }
};
FormatLook lookOf(const Format& format);

/// The marker's outline, centred on (0, 0), its visual size about `size` px. Circle is meant to be stroked, all others
/// filled.
QPainterPath markerPath(Marker marker, double size);

/// Paints the format's marker centred in `area`, as large as fits.
void paintMarker(QPainter& painter, const QRectF& area, const FormatLook& look, const QColor& color);

/// The same as a pixmap, for buttons and menus; `size` in logical px.
QPixmap markerPixmap(const FormatLook& look, const QColor& color, int size, double devicePixelRatio);

/// The same for chart points. Its outline is a thin line of `edge`, so that overlapping points stay apart.
QCPScatterStyle scatterStyle(const FormatLook& look, const QColor& color, double size,
                             const QColor& edge = Qt::transparent);

/// Short title for narrow places: "E4M3" for "FP8 E4M3".
QString shortTitle(const Format& format);

}  // namespace mantissa::ui
