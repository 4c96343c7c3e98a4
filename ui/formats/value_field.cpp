#include "formats/value_field.h"

#include <QKeyEvent>

#include "widgets/card.h"

namespace mantissa::ui {

ValueField::ValueField(QWidget* parent) : QLineEdit(parent) {}

void ValueField::setStateText(const QString& text) {
    stateText_ = text;
    if (hasFocus() && this->text().trimmed() == text.trimmed()) return;
    if (this->text() != text) setText(text);
    setInvalid(false);
}

void ValueField::setInvalid(bool invalid) {
    if (property("invalid").toBool() == invalid) return;
    setProperty("invalid", invalid);
    restyle(this);
}

bool ValueField::event(QEvent* event) {
    if (event->type() == QEvent::ShortcutOverride) {
        auto* key = static_cast<QKeyEvent*>(event);
        const bool undo = key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo);
        if (undo && text().trimmed() == stateText_) {
            event->ignore();
            return false;
        }
    }
    return QLineEdit::event(event);
}

void ValueField::keyPressEvent(QKeyEvent* event) {
    const bool up = event->key() == Qt::Key_Up, down = event->key() == Qt::Key_Down;
    if ((up || down) && event->modifiers() == Qt::AltModifier) {
        emit added(up ? 1 : -1);
        return;
    }
    if ((up || down) && !(event->modifiers() & ~Qt::KeypadModifier)) {
        emit stepped(up ? 1 : -1);
        return;
    }
    if (event->key() == Qt::Key_Escape && (text() != stateText_ || property("invalid").toBool())) {
        setText(stateText_);
        setInvalid(false);
        emit abandoned();
        return;
    }
    QLineEdit::keyPressEvent(event);
}

}  // namespace mantissa::ui
