#pragma once

#include <QAbstractButton>
#include <QLabel>
#include <QMenuBar>
#include <QWidget>

namespace mantissa::ui::test {

/// The first control below `root` that the keyboard reaches and a screen reader has no name for; empty where all have
/// one.
inline QString controlWithoutName(const QWidget& root) {
    for (const auto* widget : root.findChildren<QWidget*>()) {
        if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus || widget->focusProxy() ||
            widget->window() != root.window())
            continue;
        // Parts of a control (the view in a box, the menu bar) speak through it.
        if (qobject_cast<const QMenuBar*>(widget) || widget->parentWidget()->inherits("QComboBox") ||
            widget->parentWidget()->inherits("QAbstractSpinBox") || widget->inherits("QComboBoxPrivateContainer") ||
            widget->inherits("QComboBoxListView"))
            continue;
        const auto* button = qobject_cast<const QAbstractButton*>(widget);
        const auto* label = qobject_cast<const QLabel*>(widget);
        const QString own = button ? button->text() : label ? label->text() : QString();
        if (widget->accessibleName().isEmpty() && own.isEmpty())
            return QStringLiteral("%1 in %2")
                .arg(widget->metaObject()->className(), widget->parentWidget()->metaObject()->className());
    }
    return {};
}

/// The first part of a page that ends right of it, or the page itself where it ends right of its window; empty where
/// all fits. What scrolls may be wider than its view.
inline QString partThatDoesNotFit(const QWidget& page) {
    const int end = page.mapTo(page.window(), QPoint(page.width(), 0)).x();
    if (end > page.window()->width())
        return QStringLiteral("the page ends at %1 of %2 px").arg(end).arg(page.window()->width());
    for (const auto* one : page.findChildren<QWidget*>()) {
        if (!one->isVisible() || one->width() == 0 || one->window() != page.window()) continue;
        bool scrolls = one->inherits("QHeaderView");
        for (const auto* up = one->parentWidget(); up && up != &page; up = up->parentWidget())
            scrolls = scrolls || up->inherits("QAbstractScrollArea");
        const int right = one->mapTo(&page, QPoint(one->width(), 0)).x();
        if (!scrolls && right > page.width() + 1)
            return QStringLiteral("%1 ends at %2 of %3 px")
                .arg(one->metaObject()->className())
                .arg(right)
                .arg(page.width());
    }
    return {};
}

/// Whether a visible label below `root` says these words.
inline bool labelSays(const QWidget& root, const QString& words) {
    for (const auto* label : root.findChildren<QLabel*>())
        if (label->isVisible() && label->text().contains(words)) return true;
    return false;
}

}  // namespace mantissa::ui::test
