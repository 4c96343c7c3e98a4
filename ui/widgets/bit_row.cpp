#include "widgets/bit_row.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QPainter>
#include <QStaticText>
#include <algorithm>
#include <cmath>

#include "numerics/value_text.h"
#include "theme/theme.h"

namespace mantissa::ui {
namespace {

constexpr int kOverviewWidth = 9, kOverviewHeight = 19;                   // px a cell
constexpr int kEditorWidth = 27, kEditorHeight = 27, kNumberHeight = 13;  // px
constexpr int kWrappedHeight = 24;                                        // px a cell where there are lines
constexpr int kEditorCells = 16, kOverviewCells = 64;                     // on a line, unless told
constexpr int kAroundDigit = 9;     // px of an overview cell above and below its digit, together with its frame
constexpr int kFrame = 2;           // px of the focus frame around an overview row
constexpr int kEditorDigit = 15;    // px
constexpr int kNarrowestDigit = 6;  // px of a cell that still holds a digit

enum class Field { sign, exponent, fraction, integer };

Field fieldOf(const Format& f, int bit) {
    if (f.signBits == 1 && bit == f.bits() - 1) return Field::sign;
    if (f.kind == FormatKind::integer) return Field::integer;
    return bit >= f.fractionBits ? Field::exponent : Field::fraction;
}

QColor colorOf(Field field, const BitTokens& t) {
    switch (field) {
        case Field::sign:
            return t.sign;
        case Field::exponent:
            return t.exponent;
        case Field::fraction:
            return t.fraction;
        case Field::integer:
            return t.integer;
    }
    return t.integer;
}

}  // namespace

BitRow::BitRow(Size size, QWidget* parent)
    : QWidget(parent),
      size_(size),
      format_(mantissa::format("fp32")),
      cellWidth_(size == Size::overview ? kOverviewWidth : kEditorWidth),
      cellsALine_(size == Size::overview ? kOverviewCells : kEditorCells) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setCursor(Qt::PointingHandCursor);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void BitRow::setBits(const Format& format, std::uint64_t code) {
    const bool sameLayout = format.bits() == format_.bits();
    code_ = code;
    format_ = format;
    cursor_ = std::min(cursor_, format.bits() - 1);
    if (!sameLayout) updateGeometry();
    setAccessibleDescription(QString::fromStdString(bitText(format, code)));
    update();
}

void BitRow::setCellWidth(int pixels) {
    if (cellWidth_ == pixels) return;
    cellWidth_ = pixels;
    updateGeometry();
    update();
}

void BitRow::setCellsALine(int cells) {
    if (cellsALine_ == cells) return;
    cellsALine_ = cells;
    updateGeometry();
    update();
}

int BitRow::digitPixels() const {
    if (size_ == Size::editor) return kEditorDigit;
    return cellWidth_ < kNarrowestDigit ? 0 : cellWidth_ + 2;
}

int BitRow::linesOfCells() const { return (format_.bits() + cellsALine_ - 1) / cellsALine_; }

int BitRow::cellHeight() const {
    if (size_ == Size::overview) return std::max(kOverviewHeight, cellWidth_ + kAroundDigit);
    return linesOfCells() > 1 ? kWrappedHeight : kEditorHeight;
}

int BitRow::lineHeight() const { return size_ == Size::overview ? cellHeight() : kNumberHeight + cellHeight(); }

QRect BitRow::cellRect(int bit) const {
    if (size_ == Size::overview) {
        // All begin at the left, sign first, so that fields of several formats compare.
        const int index = format_.bits() - 1 - bit;
        return {kFrame + index % cellsALine_ * cellWidth_, kFrame + index / cellsALine_ * lineHeight(), cellWidth_,
                cellHeight()};
    }
    // The last bit ends the last line; lines are flush right, so that equal places stand below each other.
    const int line = linesOfCells() - 1 - bit / cellsALine_;
    const int columns = std::min(format_.bits(), cellsALine_);
    const int column = columns - 1 - bit % cellsALine_;
    return {kFrame + column * cellWidth_, kFrame + line * lineHeight() + kNumberHeight, cellWidth_, cellHeight()};
}

QSize BitRow::sizeHint() const {
    const int columns = std::min(format_.bits(), cellsALine_);
    return {2 * kFrame + columns * cellWidth_ + 1, 2 * kFrame + linesOfCells() * lineHeight() + 1};
}

int BitRow::bitAt(QPoint position) const {
    for (int bit = 0; bit < format_.bits(); ++bit)
        if (cellRect(bit).contains(position)) return bit;
    return -1;
}

void BitRow::setBit(int bit, bool on, bool continued) {
    const std::uint64_t mask = std::uint64_t{1} << bit;
    const std::uint64_t code = on ? code_ | mask : code_ & ~mask;
    if (code == code_) return;
    code_ = code;
    update();
    emit edited(code, continued);
}

void BitRow::moveCursor(int bit) {
    cursor_ = std::clamp(bit, 0, format_.bits() - 1);
    update();
}

bool BitRow::jumpToField(int key) {
    const int fractionTop = format_.fractionBits - 1, exponentTop = fractionTop + format_.exponentBits;
    if (key == Qt::Key_S && format_.signBits == 1)
        moveCursor(format_.bits() - 1);
    else if (key == Qt::Key_E && format_.exponentBits > 0)
        moveCursor(exponentTop);
    else if (key == Qt::Key_F && format_.fractionBits > 0)
        moveCursor(fractionTop);
    else
        return key == Qt::Key_S || key == Qt::Key_E || key == Qt::Key_F;
    return true;
}

void BitRow::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
    const int bit = bitAt(event->position().toPoint());
    if (bit < 0) {
        emit chosen();
        return;
    }
    moveCursor(bit);
    painting_ = true;
    paintedBit_ = ((code_ >> bit) & 1) == 0;
    setBit(bit, paintedBit_, false);
}

void BitRow::mouseMoveEvent(QMouseEvent* event) {
    if (!painting_) return;
    // A fast pointer skips cells: all between the last one and this one are painted.
    const QPoint at = event->position().toPoint();
    int bit = bitAt(at);
    if (bit < 0 && size_ == Size::overview) bit = bitAt({at.x(), cellRect(cursor_).center().y()});
    if (bit < 0) return;
    const int from = cursor_, step = bit > from ? 1 : -1;
    for (int each = from; each != bit + step; each += step) setBit(each, paintedBit_, true);
    moveCursor(bit);
}

void BitRow::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) painting_ = false;
}

bool BitRow::event(QEvent* event) {
    // Copy and paste belong to the bits while they have the focus, not to the window's menu.
    if (event->type() == QEvent::ShortcutOverride) {
        auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Copy) || key->matches(QKeySequence::Paste)) {
            event->accept();
            return true;
        }
    }
    return QWidget::event(event);
}

void BitRow::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy))
        return QGuiApplication::clipboard()->setText(QStringLiteral("0b") +
                                                     QString::fromStdString(bitText(format_, code_)).replace(' ', '_'));
    if (event->matches(QKeySequence::Paste)) {
        emit pasted(QGuiApplication::clipboard()->text());
        return;
    }
    if (event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier))
        return QWidget::keyPressEvent(event);
    switch (event->key()) {
        case Qt::Key_Left:
            return moveCursor(cursor_ + 1);
        case Qt::Key_Right:
            return moveCursor(cursor_ - 1);
        case Qt::Key_Home:
            return moveCursor(format_.bits() - 1);
        case Qt::Key_End:
            return moveCursor(0);
        case Qt::Key_Up:
        case Qt::Key_Down:
            emit stepped(event->key() == Qt::Key_Up ? 1 : -1);
            return;
        case Qt::Key_Space:
            return setBit(cursor_, ((code_ >> cursor_) & 1) == 0, false);
        case Qt::Key_0:
        case Qt::Key_1:
            setBit(cursor_, event->key() == Qt::Key_1, false);
            return moveCursor(cursor_ - 1);
        case Qt::Key_Return:
        case Qt::Key_Enter:
            emit chosen();
            return;
        default:
            if (!jumpToField(event->key())) QWidget::keyPressEvent(event);
    }
}

void BitRow::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}

void BitRow::focusOutEvent(QFocusEvent* event) {
    painting_ = false;
    QWidget::focusOutEvent(event);
    update();
}

void BitRow::paintDigits(QPainter& painter, bool on) const {
    const BitTokens& t = Theme::instance().bits();
    const auto ink = [&](int bit) { return fieldOf(format_, bit) == Field::sign ? t.digitOnDark : t.digitOnLight; };
    const int pixels = digitPixels();
    // Laid out once: a page has hundreds of digits, and each change paints them all.
    QStaticText digit(on ? QStringLiteral("1") : QStringLiteral("0"));
    digit.setTextFormat(Qt::PlainText);
    if (pixels > 0) {
        painter.setFont(themeFont(FontRole::numbers, pixels, on ? FontWeight::semibold : FontWeight::regular));
        digit.prepare({}, painter.font());
    }
    const QSizeF size = digit.size();
    for (int bit = 0; bit < format_.bits(); ++bit) {
        if ((((code_ >> bit) & 1) != 0) != on) continue;
        const QRect cell = cellRect(bit);
        if (pixels > 0) {
            painter.setPen(ink(bit));
            painter.drawStaticText(QPointF(cell.left() + 1 + std::round((cell.width() - size.width()) / 2),
                                           cell.top() + std::floor((cell.height() - size.height()) / 2)),
                                   digit);
        } else if (on) {
            // No room for digits: a bar is 1, an empty cell 0.
            painter.fillRect(cell.adjusted(2, 4, -1, -3), ink(bit));
        }
    }
}

void BitRow::paintEvent(QPaintEvent*) {
    const BitTokens& t = Theme::instance().bits();
    const Tokens& colors = Theme::instance().tokens();
    QPainter painter(this);
    const bool large = size_ == Size::editor;
    painter.setPen(t.outline);
    for (int bit = 0; bit < format_.bits(); ++bit) {
        painter.setBrush(colorOf(fieldOf(format_, bit), t));
        painter.drawRect(cellRect(bit));
    }
    for (const bool on : {false, true}) paintDigits(painter, on);
    if (large) {
        painter.setFont(themeFont(FontRole::words, kAxisPixels));
        painter.setPen(colors.text3);
        for (int bit = 0; bit < format_.bits(); ++bit) {
            const QRect cell = cellRect(bit);
            painter.drawText(QRect(cell.left(), cell.top() - kNumberHeight, cell.width(), kNumberHeight - 1),
                             Qt::AlignCenter, QString::number(bit));
        }
    }
    if (!hasFocus()) return;
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colors.card, 4));
    const QRectF frame = QRectF(cellRect(cursor_)).adjusted(0.5, 0.5, 0.5, 0.5);
    if (large) painter.drawRect(frame);
    painter.setPen(QPen(colors.accent, 2));
    painter.drawRect(frame.adjusted(-1, -1, 1, 1));
    if (!large) painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
}

}  // namespace mantissa::ui
