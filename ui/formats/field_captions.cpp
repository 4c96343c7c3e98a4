#include "formats/field_captions.h"

#include <QPainter>
#include <algorithm>
#include <vector>

#include "formats/bit_words.h"
#include "theme/theme.h"

namespace mantissa::ui {
namespace {

struct Caption {
    QColor color;
    QString name, meaning;
};

}  // namespace

FieldCaptions::FieldCaptions(QWidget* parent) : QWidget(parent), format_(mantissa::format("fp32")) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void FieldCaptions::setBits(const Format& format, std::uint64_t code) {
    format_ = format;
    code_ = code;
    update();
}

void FieldCaptions::paintEvent(QPaintEvent*) {
    const BitTokens& bits = Theme::instance().bits();
    const Tokens& t = Theme::instance().tokens();
    std::vector<Caption> captions;
    if (format_.signBits == 1) captions.push_back({bits.sign, tr("sign"), signWords(format_, code_)});
    if (format_.kind == FormatKind::integer)
        captions.push_back(
            {bits.integer, tr("value, %1 bits").arg(format_.fractionBits), fractionWords(format_, code_)});
    if (format_.exponentBits > 0)
        captions.push_back(
            {bits.exponent, tr("exponent, %1 bits").arg(format_.exponentBits), exponentWords(format_, code_)});
    if (format_.kind == FormatKind::floating && format_.fractionBits > 0)
        captions.push_back(
            {bits.fraction, tr("fraction, %1 bits").arg(format_.fractionBits), fractionWords(format_, code_)});
    const QFont names = themeFont(FontRole::words, kSecondaryPixels, FontWeight::semibold);
    const QFont numbers = themeFont(FontRole::numbers, kSecondaryPixels);
    QPainter painter(this);
    double x = 2;
    for (std::size_t i = 0; i < captions.size(); ++i) {
        const auto& [color, name, meaning] = captions[i];
        painter.setPen(bits.outline);
        painter.setBrush(color);
        painter.drawRect(QRectF(x + 0.5, 4.5, 9, 9));
        painter.setFont(names);
        painter.setPen(t.text1);
        painter.drawText(QPointF(x + 15, 13), name);
        painter.setFont(numbers);
        painter.setPen(t.text2);
        painter.drawText(QPointF(x + 15, 30), meaning);
        const double wide = 15 + std::max<double>(QFontMetricsF(names).horizontalAdvance(name),
                                                  QFontMetricsF(numbers).horizontalAdvance(meaning));
        x += wide + 22;
    }
}

}  // namespace mantissa::ui
