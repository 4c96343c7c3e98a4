#include "widgets/card.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

#include "theme/theme.h"
#include "widgets/elided_label.h"

namespace mantissa::ui {
Card::Card(const QString& title, QWidget* parent) : QFrame(parent) {
    setProperty("role", "card");
    setAccessibleName(title);
    title_ = roleLabel(title, "", this);
    title_->setFont(themeFont(FontRole::words, kCardTitlePixels, FontWeight::semibold));
    title_->setVisible(!title.isEmpty());
    subtitle_ = new ElidedLabel(Qt::ElideRight, this);
    subtitle_->setProperty("role", "caption");
    subtitle_->hide();
    busy_ = new ElidedLabel(Qt::ElideRight, this);
    busy_->setProperty("role", "caption");
    busy_->hide();

    header_ = new QHBoxLayout;
    header_->setSpacing(8);
    header_->addWidget(title_);
    header_->addWidget(subtitle_, 1);
    header_->addWidget(busy_);
    header_->addStretch(0);

    body_ = new QVBoxLayout;
    body_->setSpacing(6);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 10, 12, 10);
    layout->setSpacing(6);
    layout->addLayout(header_);
    layout->addLayout(body_, 1);
}

void Card::setTitle(const QString& title) {
    title_->setText(title);
    title_->setVisible(!title.isEmpty());
    setAccessibleName(title);
}

QString Card::title() const { return title_->text(); }

void Card::setSubtitle(const QString& subtitle) {
    subtitle_->setText(subtitle);
    subtitle_->setVisible(!subtitle.isEmpty());
}

void Card::addHeaderWidget(QWidget* widget) { header_->addWidget(widget); }

void Card::addHeaderStretch() { header_->addStretch(1); }

void Card::addBody(QWidget* body, int stretch) { body_->addWidget(body, stretch); }

void Card::setBusyText(const QString& text) {
    busy_->setText(text);
    busy_->setVisible(!text.isEmpty());
}

QPushButton* linkButton(const QString& text, QWidget* parent) {
    auto* button = new QPushButton(text, parent);
    button->setProperty("role", "link");
    button->setCursor(Qt::PointingHandCursor);
    return button;
}

QLabel* roleLabel(const QString& text, const char* role, QWidget* parent) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setText(text);
    label->setProperty("role", QString::fromLatin1(role));
    return label;
}

QString plainToolTip(const QString& text) {
    if (text.isEmpty()) return {};
    return QStringLiteral("<p style='white-space:pre-wrap'>") + text.toHtmlEscaped() + QStringLiteral("</p>");
}

void restyle(QWidget* widget) {
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
    widget->update();
}

}  // namespace mantissa::ui
