#include "widgets/segmented_control.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QToolButton>
#include <algorithm>

#include "theme/theme.h"

namespace mantissa::ui {

SegmentedControl::SegmentedControl(const QString& accessibleName, QWidget* parent)
    : QWidget(parent), group_(new QButtonGroup(this)) {
    setAccessibleName(accessibleName);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(2, 2, 2, 2);
    layout->setSpacing(0);
    connect(group_, &QButtonGroup::idClicked, this, &SegmentedControl::chosen);
    connect(&Theme::instance(), &Theme::changed, this, &SegmentedControl::updateColors);
}

void SegmentedControl::setSegments(const std::vector<Segment>& segments) {
    for (auto* old : buttons_) {
        group_->removeButton(old);
        old->hide();
        old->deleteLater();
    }
    buttons_.clear();
    for (const auto& segment : segments) {
        auto* one = new QToolButton(this);
        one->setText(segment.text);
        one->setIcon(segment.icon);
        one->setIconSize({12, 12});
        one->setToolButtonStyle(segment.icon.isNull()    ? Qt::ToolButtonTextOnly
                                : segment.text.isEmpty() ? Qt::ToolButtonIconOnly
                                                         : Qt::ToolButtonTextBesideIcon);
        one->setToolTip(segment.toolTip);
        one->setAccessibleName(segment.text.isEmpty() ? segment.toolTip : segment.text);
        one->setCheckable(true);
        one->setFocusPolicy(Qt::NoFocus);
        group_->addButton(one, static_cast<int>(buttons_.size()));
        layout()->addWidget(one);
        buttons_.push_back(one);
    }
    if (!buttons_.empty()) buttons_.front()->setChecked(true);
    updateColors();
    updateGeometry();
}

int SegmentedControl::current() const { return group_->checkedId(); }

void SegmentedControl::setCurrent(int index) {
    if (index >= 0 && index < count()) button(index)->setChecked(true);
}

void SegmentedControl::keyPressEvent(QKeyEvent* event) {
    const bool forward = event->key() == Qt::Key_Right || event->key() == Qt::Key_Down;
    const bool back = event->key() == Qt::Key_Left || event->key() == Qt::Key_Up;
    if (!forward && !back) return QWidget::keyPressEvent(event);
    const int next = std::clamp(current() + (forward ? 1 : -1), 0, std::max(0, count() - 1));
    if (next == current()) return;
    setCurrent(next);
    emit chosen(next);
}

void SegmentedControl::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void SegmentedControl::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

void SegmentedControl::paintEvent(QPaintEvent*) {
    if (!hasFocus()) return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(Theme::instance().tokens().accent, 2));
    painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 5, 5);
}

void SegmentedControl::updateColors() {
    const Tokens& t = Theme::instance().tokens();
    for (std::size_t i = 0; i < buttons_.size(); ++i) {
        const bool first = i == 0, last = i + 1 == buttons_.size();
        buttons_[i]->setStyleSheet(
            QStringLiteral("QToolButton { background: %1; color: %2; border: 1px solid %3; %4 min-height: 20px;"
                           " padding: 0 %10px; font-size: 12px;"
                           " border-top-left-radius: %5px; border-bottom-left-radius: %5px;"
                           " border-top-right-radius: %6px; border-bottom-right-radius: %6px; }"
                           "QToolButton:checked { background: %7; color: %8; font-weight: 600; }"
                           "QToolButton:hover:!checked { background: %9; }"
                           "QToolButton:disabled { color: %3; }")
                .arg(t.card.name(), t.text2.name(), t.buttonLine.name(),
                     first ? QString() : QStringLiteral("border-left: none;"))
                .arg(first ? 4 : 0)
                .arg(last ? 4 : 0)
                .arg(t.accentFill.name(), t.accent.name(), t.sunken.name())
                .arg(buttons_[i]->text().isEmpty() ? 5 : 7));
    }
    update();
}

}  // namespace mantissa::ui
