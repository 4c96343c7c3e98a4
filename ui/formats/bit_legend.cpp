#include "formats/bit_legend.h"

#include <QPainter>

#include "theme/theme.h"

namespace mantissa::ui {
namespace {

constexpr int kSwatch = 10, kTextGap = 5, kEntryGap = 14, kLegendHeight = 22;

QStringList names() {
    return {BitLegend::tr("sign"), BitLegend::tr("exponent"), BitLegend::tr("fraction"),
            BitLegend::tr("integer value")};
}

QFont legendFont() { return themeFont(FontRole::words, kSecondaryPixels); }

}  // namespace

BitLegend::BitLegend(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAccessibleName(tr("Colours of the bits: %1").arg(names().join(QStringLiteral(", "))));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

QSize BitLegend::sizeHint() const {
    const QFontMetrics metrics(legendFont());
    int width = 0;
    for (const auto& name : names()) width += kSwatch + kTextGap + metrics.horizontalAdvance(name) + kEntryGap;
    return {width, kLegendHeight};
}

void BitLegend::paintEvent(QPaintEvent*) {
    const BitTokens& bits = Theme::instance().bits();
    const QColor colors[]{bits.sign, bits.exponent, bits.fraction, bits.integer};
    QPainter painter(this);
    painter.setFont(legendFont());
    double x = 0;
    int index = 0;
    for (const auto& name : names()) {
        painter.setPen(bits.outline);
        painter.setBrush(colors[index++]);
        painter.drawRect(QRectF(x + 0.5, (height() - kSwatch) / 2.0 + 0.5, kSwatch - 1, kSwatch - 1));
        painter.setPen(Theme::instance().tokens().text2);
        const int width = painter.fontMetrics().horizontalAdvance(name);
        painter.drawText(QRectF(x + kSwatch + kTextGap, 0, width + 2, height()), Qt::AlignVCenter | Qt::AlignLeft,
                         name);
        x += kSwatch + kTextGap + width + kEntryGap;
    }
}

}  // namespace mantissa::ui
