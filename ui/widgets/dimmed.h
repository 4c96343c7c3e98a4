#pragma once

#include <QGraphicsOpacityEffect>
#include <QWidget>

namespace mantissa::ui {

/// Draws a widget with all in it pale, or as usual again.
inline void setDimmed(QWidget& widget, bool dimmed) {
    if (dimmed == (widget.graphicsEffect() != nullptr)) return;
    if (!dimmed) return widget.setGraphicsEffect(nullptr);
    auto* pale = new QGraphicsOpacityEffect(&widget);
    pale->setOpacity(0.4);
    widget.setGraphicsEffect(pale);
}

}  // namespace mantissa::ui
