#include "widgets/elided_label.h"

#include <QPainter>

#include "widgets/card.h"

namespace mantissa::ui {

void ElidedLabel::paintEvent(QPaintEvent*) {
    constexpr int kLeast = 40;  // px; less would be an ellipsis and little else
    const bool hopeless = width() < kLeast && fontMetrics().horizontalAdvance(text()) > width();
    QPainter painter(this);
    const QString shown = hopeless ? QString() : fontMetrics().elidedText(text(), mode_, width());
    painter.setPen(palette().color(foregroundRole()));
    painter.drawText(rect(), static_cast<int>(alignment()), shown);
    setToolTip(plainToolTip(!full_.isEmpty() ? full_ : shown == text() ? QString() : text()));
}

}  // namespace mantissa::ui
