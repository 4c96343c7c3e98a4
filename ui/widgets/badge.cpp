#include "widgets/badge.h"

#include <QFontMetrics>
#include <QPainter>

#include "theme/theme.h"

namespace mantissa::ui {
namespace {

QFont badgeFont() { return themeFont(FontRole::words, kAxisPixels, FontWeight::semibold); }

}  // namespace

QString badgeWord(BadgeKind kind) {
    switch (kind) {
        case BadgeKind::native:
            return QStringLiteral("native");
        case BadgeKind::nativeSlow:
            return QStringLiteral("native, slow");
        case BadgeKind::emulated:
            return QStringLiteral("emulated");
        case BadgeKind::error:
            return QStringLiteral("did not run");
        case BadgeKind::neutral:
            break;
    }
    return {};
}

QSize badgeSize(const QString& text) {
    const QFontMetrics metrics(badgeFont());
    return {metrics.horizontalAdvance(text) + 12, metrics.height() + 4};
}

void paintBadge(QPainter& painter, const QRectF& area, BadgeKind kind, const QString& text) {
    const Tokens& t = Theme::instance().tokens();
    QColor ink = t.text2, fill = t.sunken;
    QPen outline(Qt::NoPen);
    switch (kind) {
        case BadgeKind::native:
            ink = t.nativeText, fill = t.nativeFill;
            break;
        case BadgeKind::nativeSlow:
            ink = t.cautionText, fill = t.cautionFill;
            break;
        case BadgeKind::error:
            ink = t.errorText, fill = t.errorFill;
            break;
        case BadgeKind::emulated:
            fill = Qt::transparent, outline = QPen(t.inputLine, 1, Qt::DashLine);
            break;
        case BadgeKind::neutral:
            break;
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(outline);
    painter.setBrush(fill);
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3);
    painter.setPen(ink);
    painter.setFont(badgeFont());
    painter.drawText(area, Qt::AlignCenter, text);
    painter.restore();
}

Badge::Badge(BadgeKind kind, const QString& text, QWidget* parent) : QWidget(parent), kind_(kind) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setKind(kind, text);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void Badge::setKind(BadgeKind kind, const QString& text) {
    kind_ = kind;
    text_ = text.isEmpty() ? badgeWord(kind) : text;
    setAccessibleName(text_);
    updateGeometry();
    update();
}

QSize Badge::sizeHint() const { return badgeSize(text_); }

void Badge::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintBadge(painter, rect(), kind_, text_);
}

}  // namespace mantissa::ui
