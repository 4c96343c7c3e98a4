#pragma once

#include <QLayout>
#include <QWidget>

namespace mantissa::ui {

/// Empties a layout and deletes its widgets, which are hidden at once: one that waits for its end must not be seen.
inline void clearLayout(QLayout& layout) {
    while (QLayoutItem* item = layout.takeAt(0)) {
        if (QWidget* widget = item->widget()) {
            widget->hide();
            widget->deleteLater();
        }
        delete item;
    }
}

}  // namespace mantissa::ui
