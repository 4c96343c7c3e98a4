#pragma once

#include <QColor>
#include <QIcon>

namespace mantissa::ui {

enum class Glyph {
    compare,
    formats,
    dotProduct,
    layers,
    memory,
    settings,
    model,
    image,
    folder,
    play,
    theme,
    projector,
    exportChart,
    caution,
    info,
    close,
    undo,
    copy,
    cross,
    up,
    down
};

/// A line icon in `color`, sharp at any scale. Ask again after a theme change.
QIcon glyph(Glyph which, const QColor& color);
QPixmap glyphPixmap(Glyph which, const QColor& color, int size, double devicePixelRatio);

/// The program's own icon: the three fields of a stored number. Needs Theme::install to have been called.
QIcon applicationIcon();

}  // namespace mantissa::ui
