#include "formats/format_row.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "number_text.h"
#include "theme/format_look.h"
#include "theme/theme.h"
#include "widgets/bit_row.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

constexpr int kMostBits = 64, kRowGap = 12, kTightGap = 8, kMarker = 12;
constexpr int kProjectedBits = 32;                                     // on a line
constexpr int kNarrowestProjectedCell = 9, kWidestProjectedCell = 16;  // px
constexpr int kNarrowestScale = 24;              // px of a column that still shows errors as lines
constexpr int kAroundBits = 2, kBesideBits = 8;  // px
constexpr int kNarrowestDots = 90, kWidestDots = 220;
constexpr double kNumberPixels = 12;

double digitWidth() { return QFontMetricsF(themeFont(FontRole::numbers, kNumberPixels)).horizontalAdvance('0'); }

}  // namespace

RowLayout RowLayout::of(int width) {
    RowLayout l;
    const double digit = digitWidth();
    const bool tight = width < 1100;
    l.shortNames = tight;
    l.nameWidth = tight ? 112 : 150;
    l.hexWidth = static_cast<int>(18 * digit) + 2;
    l.errorWidth = static_cast<int>(10 * digit) + 4;
    l.storedLength = tight ? 16 : width < 1250 ? 18 : 22;
    l.storedWidth = static_cast<int>(l.storedLength * digit) + 4;
    const int gap = tight ? kTightGap : kRowGap;
    const int others = l.name + l.nameWidth + l.hexWidth + l.storedWidth + l.errorWidth + 4 * gap + 8;
    l.cell = std::clamp((width - others - kNarrowestDots) / kMostBits, 5, 9);
    l.place(gap, width);
    return l;
}

RowLayout RowLayout::forProjector(int width) {
    RowLayout l;
    const double digit = digitWidth();
    l.shortNames = true;
    l.cellsALine = kProjectedBits;
    l.hexLength = 10;
    l.storedLength = 15;
    l.nameWidth = 112;
    l.hexWidth = static_cast<int>(l.hexLength * digit) + 2;
    l.storedWidth = static_cast<int>(l.storedLength * digit) + 4;
    l.errorWidth = static_cast<int>(10 * digit) + 4;
    l.rowHeight = 30;
    const int others = l.name + l.nameWidth + l.hexWidth + l.storedWidth + l.errorWidth + 3 * kTightGap + 6;
    l.cell = std::clamp((width - others) / kProjectedBits, kNarrowestProjectedCell, kWidestProjectedCell);
    l.place(kTightGap, width);
    return l;
}

void RowLayout::place(int gap, int width) {
    bits = name + nameWidth;
    bitsWidth = cellsALine * cell + 6;
    hex = bits + bitsWidth + gap;
    stored = hex + hexWidth + gap;
    error = stored + storedWidth + gap;
    dots = error + errorWidth + gap;
    dotsWidth = std::clamp(width - dots - 8, 0, kWidestDots);
}

FormatRow::FormatRow(const std::string& key, QWidget* parent)
    : QWidget(parent), key_(key), bits_(new BitRow(BitRow::Size::overview, this)) {
    bits_->installEventFilter(this);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(bits_, &BitRow::chosen, this, &FormatRow::chosen);
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void FormatRow::setEntry(const FormatEntry& entry, bool selected) {
    entry_ = entry;
    selected_ = selected;
    bits_->setBits(entry.format, entry.stored.code);
    placeBits();
    const QString title = entryTitle(entry);
    bits_->setAccessibleName(selected ? tr("Bits of %1, selected").arg(title) : tr("Bits of %1").arg(title));
    const QString word = outcomeWord(entry.outcome);
    bits_->setAccessibleDescription(
        QStringList{QString::fromStdString(bitText(entry.format, entry.stored.code)),
                    hexText(entry.format, entry.stored.code), exactText(entry.stored.value, 40),
                    word.isEmpty() ? tr("relative error %1").arg(relativeErrorText(entry.stored)) : word}
            .join(QStringLiteral(", ")));
    const QString note = rowNote(entry);
    setToolTip(plainToolTip(tr("%1: %2\nerror %3, relative %4, in ULP %5%6")
                                .arg(title, exactText(entry.stored.value), absoluteErrorText(entry.stored),
                                     relativeErrorText(entry.stored), ulpText(entry.stored),
                                     note.isEmpty() ? QString() : QStringLiteral("\n") + note)));
    update();
}

void FormatRow::setErrors(ErrorKind kind, const ErrorScale& scale) {
    kind_ = kind;
    scale_ = scale;
    update();
}

void FormatRow::setLayoutOf(const RowLayout& layout) {
    layout_ = layout;
    bits_->setCellWidth(layout.cell);
    bits_->setCellsALine(layout.cellsALine);
    placeBits();
    update();
}

void FormatRow::setFields(QWidget* fields) {
    fields_ = fields;
    fields_->setParent(this);
    fields_->show();
    placeBits();
}

void FormatRow::placeBits() {
    bits_->resize(bits_->sizeHint());
    setFixedHeight(std::max(layout_.rowHeight, bits_->height() + kAroundBits));
    bits_->move(layout_.bits, (height() - bits_->height()) / 2);
    if (fields_) fields_->move(bits_->geometry().right() + kBesideBits, (height() - 1 - fields_->height()) / 2);
}

bool FormatRow::drawsErrors() const { return layout_.dotsWidth >= kNarrowestScale; }

QRect FormatRow::cellRect(Cell cell) const {
    return cell == Cell::hex ? QRect(layout_.hex, 0, layout_.hexWidth, height())
                             : QRect(layout_.stored, 0, layout_.storedWidth, height());
}

void FormatRow::paintEvent(QPaintEvent*) {
    const Tokens& t = Theme::instance().tokens();
    const QColor color = Theme::instance().formatColor(entry_.format);
    QPainter painter(this);
    if (selected_) {
        painter.fillRect(rect().adjusted(0, 0, 0, -1), t.accentFill);
        painter.fillRect(QRect(0, 0, 3, height() - 1), t.accent);
    }
    painter.fillRect(QRect(0, height() - 1, width(), 1), t.cardLine);
    const QRect line = rect().adjusted(0, 0, 0, -1);
    const int middle = line.center().y();
    paintMarker(painter, QRectF(layout_.name, middle - kMarker / 2.0, kMarker, kMarker), lookOf(entry_.format), color);
    const auto text = [&](int x, int w, Qt::Alignment alignment, const QString& what, const QFont& font,
                          const QColor& ink) {
        painter.setFont(font);
        painter.setPen(ink);
        painter.drawText(QRect(x, line.top(), w, line.height()), static_cast<int>(alignment | Qt::AlignVCenter),
                         QFontMetrics(font).elidedText(what, Qt::ElideRight, w));
    };
    const QFont words = themeFont(FontRole::words, kBodyPixels, selected_ ? FontWeight::semibold : FontWeight::regular);
    const QFont small = themeFont(FontRole::words, kSecondaryPixels);
    const QFont numbers = themeFont(FontRole::numbers, kNumberPixels);
    constexpr int kCount = 22;
    text(layout_.name + kMarker + 7, layout_.nameWidth - kMarker - kCount - 14, Qt::AlignLeft,
         layout_.shortNames ? shortEntryTitle(entry_) : entryTitle(entry_), words, t.text1);
    text(layout_.name + layout_.nameWidth - kCount - 7, kCount, Qt::AlignRight, QString::number(entry_.format.bits()),
         small, t.text3);
    const int noteLeft = (fields_ ? fields_ : bits_)->geometry().right() + kBesideBits;
    const int noteWidth = layout_.hex - 8 - noteLeft;
    if (noteWidth > 60) text(noteLeft, noteWidth, Qt::AlignLeft, rowNote(entry_), small, t.text3);
    const QString hex = hexText(entry_.format, entry_.stored.code);
    if (hex.size() <= layout_.hexLength) {
        text(layout_.hex, layout_.hexWidth, Qt::AlignLeft, hex, numbers, t.text1);
    } else {
        painter.setFont(numbers);
        painter.setPen(t.text1);
        painter.drawText(QRect(layout_.hex, line.top(), layout_.hexWidth + kTightGap, line.height()),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         hex.left(layout_.hexLength) + '\n' + QStringLiteral("  ") + hex.mid(layout_.hexLength));
    }
    const bool loss = isLoss(entry_.outcome);
    QFont strong = numbers;
    if (loss) strong.setWeight(QFont::DemiBold);
    text(layout_.stored, layout_.storedWidth, Qt::AlignLeft, exactText(entry_.stored.value, layout_.storedLength),
         strong, loss ? t.errorText : t.text1);
    // The word of an outcome stands where errors are drawn, or else in their place.
    const QString word = drawsErrors() ? QString() : outcomeWord(entry_.outcome);
    if (word.isEmpty())
        text(layout_.error, layout_.errorWidth, Qt::AlignLeft, errorText(entry_, kind_), numbers, t.text1);
    else
        text(layout_.error, layout_.errorWidth, Qt::AlignLeft, word, small, t.errorText);
    paintError(painter, color);
}

void FormatRow::paintError(QPainter& painter, const QColor& color) const {
    const Tokens& t = Theme::instance().tokens();
    if (!drawsErrors()) return;
    const int left = layout_.dots, right = left + layout_.dotsWidth - 8, middle = (height() - 1) / 2;
    painter.setPen(t.chartGrid);
    for (const int mark : scale_.marks(layout_.dotsWidth / kMarkSpacing)) {
        const double place = static_cast<double>(mark - scale_.low) / (scale_.high - scale_.low);
        const int x = left + static_cast<int>(std::lround(place * (right - left)));
        painter.drawLine(x, 0, x, height() - 2);
    }
    if (const QString word = outcomeWord(entry_.outcome); !word.isEmpty()) {
        const QFont font = themeFont(FontRole::words, kSecondaryPixels);
        painter.setFont(font);
        const QRect area(left + 3, 0, QFontMetrics(font).horizontalAdvance(word) + 4, height() - 1);
        painter.fillRect(area.adjusted(0, 2, 0, -2), selected_ ? t.accentFill : t.card);
        painter.setPen(t.errorText);
        painter.drawText(area, Qt::AlignVCenter | Qt::AlignLeft, word);
        return;
    }
    const double size = errorSize(entry_, kind_);
    if (std::isnan(size)) return;
    const double x = left + scale_.placeOf(size) * (right - left);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color, 1.6));
    painter.drawLine(QPointF(left, middle + 0.5), QPointF(x, middle + 0.5));
    paintMarker(painter, QRectF(x - 5, middle - 4.5, 10, 10), lookOf(entry_.format), color);
}

void FormatRow::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
    emit chosen();
    bits_->setFocus(Qt::MouseFocusReason);
}

void FormatRow::mouseDoubleClickEvent(QMouseEvent* event) {
    for (const Cell cell : {Cell::hex, Cell::stored})
        if (cellRect(cell).contains(event->position().toPoint())) return editCell(cell);
}

bool FormatRow::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        if (watched == bits_ && (key == Qt::Key_F2 || key == Qt::Key_F3)) {
            editCell(key == Qt::Key_F2 ? Cell::hex : Cell::stored);
            return true;
        }
        if (watched == editor_ && key == Qt::Key_Escape) {
            finishEditing();
            return true;
        }
    }
    if (watched == editor_ && event->type() == QEvent::FocusOut) finishEditing();
    return QWidget::eventFilter(watched, event);
}

void FormatRow::editCell(Cell cell) {
    finishEditing();
    edited_ = cell;
    const bool hex = cell == Cell::hex;
    editor_ = new QLineEdit(this);
    editor_->setFont(themeFont(FontRole::numbers, kNumberPixels));
    editor_->setStyleSheet(QStringLiteral("min-height: 18px; padding: 0 2px;"));
    editor_->setAccessibleName(hex ? tr("Hex of %1").arg(entryTitle(entry_))
                                   : tr("Value of %1").arg(entryTitle(entry_)));
    editor_->setText(hex ? hexText(entry_.format, entry_.stored.code)
                         : QString::fromStdString(exactInputText(entry_.stored.value)));
    editor_->setGeometry(cellRect(cell).adjusted(-5, 1, 4, -2));
    editor_->installEventFilter(this);
    connect(editor_, &QLineEdit::returnPressed, this, [this] {
        const QString text = editor_->text();
        editor_->setProperty("done", true);
        if (edited_ == Cell::hex)
            emit hexTyped(text);
        else
            emit valueTyped(text);
        if (editor_ && editor_->property("done").toBool()) finishEditing();
    });
    editor_->show();
    editor_->selectAll();
    editor_->setFocus();
}

void FormatRow::refuse(const QString& why) {
    if (!editor_) return QToolTip::showText(bits_->mapToGlobal(QPoint(0, bits_->height())), plainToolTip(why), bits_);
    editor_->setProperty("done", false);
    editor_->setProperty("invalid", true);
    restyle(editor_);
    editor_->setAccessibleDescription(why);
    QToolTip::showText(editor_->mapToGlobal(QPoint(0, editor_->height())), plainToolTip(why), editor_);
}

void FormatRow::finishEditing() {
    if (!editor_) return;
    QLineEdit* editor = editor_;
    editor_ = nullptr;
    const bool focused = editor->hasFocus();
    editor->hide();
    editor->deleteLater();
    if (focused) bits_->setFocus();
}

}  // namespace mantissa::ui
