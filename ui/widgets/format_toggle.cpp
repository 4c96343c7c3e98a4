#include "widgets/format_toggle.h"

#include <QFontMetrics>
#include <QPainter>
#include <QShortcut>
#include <algorithm>

#include "theme/theme.h"

namespace mantissa::ui {
namespace {

constexpr int kHeight = 30, kBox = 14, kMarkerSize = 12, kPadding = 9, kGap = 8;

QFont fontOf(bool on) {
    return themeFont(FontRole::words, kBodyPixels, on ? FontWeight::semibold : FontWeight::regular);
}

}  // namespace

FormatToggle::FormatToggle(const Format& format, int number, QWidget* parent)
    : QAbstractButton(parent), format_(format) {
    setCheckable(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    setAttribute(Qt::WA_Hover);
    setFormat(format);
    if (number >= 1 && number <= 9) {
        auto* shortcut = new QShortcut(QKeySequence(QStringLiteral("Alt+%1").arg(number)), this);
        connect(shortcut, &QShortcut::activated, this, &QAbstractButton::click);
    }
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void FormatToggle::setShort(bool narrow) {
    narrow_ = narrow;
    updateGeometry();
    update();
}

void FormatToggle::setFormat(const Format& format) {
    format_ = format;
    const auto known = knownFormats();
    const bool named = std::find(known.begin(), known.end(), format) != known.end();
    const QString title = QString::fromStdString(format.title);
    setText(named ? title : tr("Custom %1").arg(title));
    updateGeometry();
    update();
}

QString FormatToggle::textWhen(bool narrow) const { return narrow ? shortTitle(format_) : text(); }

int FormatToggle::widthWhen(bool narrow) const {
    const int words = QFontMetrics(fontOf(true)).horizontalAdvance(textWhen(narrow));
    return 2 * kPadding + kBox + kGap + kMarkerSize + 6 + words;
}

QSize FormatToggle::sizeHint() const { return {widthWhen(narrow_), kHeight}; }

QSize FormatToggle::minimumSizeHint() const { return {widthWhen(true), kHeight}; }

void FormatToggle::paintEvent(QPaintEvent*) {
    const Tokens& t = Theme::instance().tokens();
    const QColor color = Theme::instance().formatColor(format_);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF area = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    const bool on = isChecked();
    painter.setPen(QPen(on ? color : underMouse() ? t.inputLine : t.buttonLine, 1));
    painter.setBrush(on ? t.card : t.sunken);
    painter.drawRoundedRect(area, 4, 4);
    if (on) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(color);
        painter.drawRoundedRect(QRectF(area.left(), area.bottom() - 3, area.width(), 3), 1.5, 1.5);
    }
    const double middle = area.center().y() - (on ? 1 : 0);
    const QRectF box(kPadding, middle - kBox / 2.0, kBox, kBox);
    painter.setPen(QPen(on ? t.accent : t.inputLine, 1));
    painter.setBrush(on ? t.accent : t.card);
    painter.drawRoundedRect(box, 3, 3);
    if (on) {
        painter.setPen(QPen(t.onAccent, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPolyline(QPolygonF{box.topLeft() + QPointF(3, 7.3), box.topLeft() + QPointF(6, 10),
                                       box.topLeft() + QPointF(11, 4.4)});
    }
    paintMarker(painter, QRectF(box.right() + kGap, middle - kMarkerSize / 2.0, kMarkerSize, kMarkerSize),
                lookOf(format_), color);
    painter.setFont(fontOf(on));
    painter.setPen(on ? t.text1 : t.text2);
    const double textLeft = box.right() + kGap + kMarkerSize + 6;
    painter.drawText(QRectF(textLeft, 0, width() - textLeft, 2 * middle), Qt::AlignVCenter | Qt::AlignLeft,
                     textWhen(narrow_));
    if (hasFocus()) {
        painter.setPen(QPen(t.accent, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(QRectF(rect()).adjusted(1, 1, -1, -1), 4, 4);
    }
}

}  // namespace mantissa::ui
