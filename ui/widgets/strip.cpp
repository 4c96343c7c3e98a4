#include "widgets/strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>
#include <utility>

#include "theme/icons.h"
#include "theme/theme.h"
#include "widgets/card.h"

namespace mantissa::ui {

Strip::Strip(Kind kind, QWidget* parent) : QFrame(parent), kind_(kind) {
    const bool caution = kind == Kind::caution;
    setProperty("role", caution ? "cautionStrip" : "infoStrip");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, caution ? 3 : 10, 6, caution ? 3 : 10);
    layout->setSpacing(8);
    icon_ = new QLabel(this);
    strong_ = roleLabel({}, caution ? "cautionText" : "", this);
    text_ = roleLabel({}, caution ? "cautionText" : "secondary", this);
    text_->setWordWrap(true);
    text_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    if (caution) {
        strong_->setFont(themeFont(FontRole::words, kBodyPixels, FontWeight::semibold));
        layout->addWidget(icon_);
        layout->addWidget(strong_);
        layout->addWidget(text_, 1);
    } else {
        icon_->hide();
        strong_->setFont(themeFont(FontRole::words, kFindingPixels - 1, FontWeight::semibold));
        auto* lines = new QVBoxLayout;
        lines->setSpacing(3);
        lines->addWidget(strong_);
        lines->addWidget(text_);
        layout->addLayout(lines, 1);
    }
    actions_ = new QHBoxLayout;
    actions_->setSpacing(10);
    layout->addLayout(actions_);
    close_ = new QToolButton(this);
    close_->setProperty("role", "icon");
    close_->setToolTip(tr("Close"));
    close_->setAccessibleName(tr("Close this notice"));
    layout->addWidget(close_);
    connect(close_, &QToolButton::clicked, this, [this] {
        hide();
        emit closed();
    });
    connect(&Theme::instance(), &Theme::changed, this, &Strip::updateIcons);
    updateIcons();
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
}

void Strip::setText(const QString& strong, const QString& text) {
    strong_->setText(strong);
    text_->setText(text);
    setAccessibleName(strong + ' ' + text);
}

QString Strip::text() const { return strong_->text() + ' ' + text_->text(); }

QPushButton* Strip::addAction(const QString& text, std::function<void()> action) {
    auto* button = new QPushButton(text, this);
    if (kind_ == Kind::caution) button->setProperty("role", "cautionLink");
    connect(button, &QPushButton::clicked, this, [action = std::move(action)] { action(); });
    actions_->addWidget(button);
    return button;
}

void Strip::updateIcons() {
    const Tokens& t = Theme::instance().tokens();
    icon_->setPixmap(glyphPixmap(Glyph::caution, t.cautionText, 16, devicePixelRatioF()));
    close_->setIcon(glyph(Glyph::close, kind_ == Kind::caution ? t.cautionText : t.text2));
}

}  // namespace mantissa::ui
