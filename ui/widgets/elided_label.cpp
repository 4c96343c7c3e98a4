#include "widgets/elided_label.h"

#include <QPainter>

namespace mantissa::ui {

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QString shown = fontMetrics().elidedText(text(), mode_, width());
    painter.setPen(palette().color(foregroundRole()));
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter, shown);
    setToolTip(!full_.isEmpty() ? full_ : shown == text() ? QString() : text());
}

}  // namespace mantissa::ui
