#include "formats/bit_editor.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QToolTip>
#include <QUndoStack>
#include <QVBoxLayout>

#include "formats/bit_words.h"
#include "formats/exact_text.h"
#include "formats/field_captions.h"
#include "formats/formats_session.h"
#include "formats/neighbour_table.h"
#include "session/session.h"
#include "theme/icons.h"
#include "theme/theme.h"
#include "widgets/bit_row.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

QLabel* numberLabel(double pixels, QWidget* parent) {
    auto* label = roleLabel({}, "", parent);
    label->setFont(themeFont(FontRole::numbers, pixels));
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

}  // namespace

BitEditor::BitEditor(FormatsSession& formats, QWidget* parent)
    : QWidget(parent),
      formats_(formats),
      bits_(new BitRow(BitRow::Size::editor, this)),
      captions_(new FieldCaptions(this)),
      binary_(numberLabel(kSecondaryPixels, this)),
      fraction_(numberLabel(kSecondaryPixels, this)),
      class_(roleLabel({}, "secondary", this)),
      exact_(new ExactText(this)),
      neighbours_(new NeighbourTable(formats, this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    binary_->setAccessibleName(tr("Value in binary"));
    fraction_->setAccessibleName(tr("Value as a fraction"));
    exact_->setAccessibleName(tr("Exact decimal value"));
    class_->setWordWrap(true);
    class_->setFont(themeFont(FontRole::words, kSecondaryPixels));
    class_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    class_->setMinimumHeight(2 * QFontMetrics(class_->font()).lineSpacing() + 2);
    layout->addWidget(bits_, 0, Qt::AlignLeft);
    layout->addWidget(captions_);
    layout->addWidget(binary_);
    layout->addWidget(fraction_);
    layout->addWidget(exact_);
    layout->addWidget(class_);
    layout->addWidget(neighbours_);
    layout->addStretch(1);
    makeHeader();

    connect(bits_, &BitRow::edited, this, [this](quint64 code, bool continued) {
        if (!continued) gesture_ = FormatsSession::newGesture();
        formats_.setBits(formats_.state().selected, code, tr("Flip bits of %1").arg(entryTitle(formats_.selected())),
                         gesture_);
    });
    connect(bits_, &BitRow::stepped, this,
            [this](int direction) { formats_.step(formats_.state().selected, direction); });
    connect(bits_, &BitRow::pasted, this, [this](const QString& text) {
        const Status status = formats_.typeBits(formats_.state().selected, text);
        if (!status)
            QToolTip::showText(bits_->mapToGlobal(QPoint(0, bits_->height())),
                               plainToolTip(QString::fromStdString(status.error().text())), bits_);
    });
    connect(&formats_, &FormatsSession::changed, this, &BitEditor::follow);
    connect(&Theme::instance(), &Theme::changed, this, &BitEditor::updateIcons);
    updateIcons();
    follow();
}

void BitEditor::makeHeader() {
    hexBox_ = new QWidget;
    auto* row = new QHBoxLayout(hexBox_);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    hex_ = new QLineEdit(hexBox_);
    hex_->setFont(themeFont(FontRole::numbers, kSecondaryPixels));
    hex_->setStyleSheet(QStringLiteral("min-height: 20px; font-size: %1px;").arg(kSecondaryPixels));
    hex_->setToolTip(tr("The bits as 0x… or 0b…"));
    auto* label = roleLabel(tr("Hex"), "caption", hexBox_);
    label->setBuddy(hex_);
    row->addWidget(label);
    row->addWidget(hex_);
    connect(hex_, &QLineEdit::editingFinished, this, [this] {
        if (hex_->text() == hexText(formats_.selected().format, formats_.selected().stored.code)) return follow();
        const Status status = formats_.typeBits(formats_.state().selected, hex_->text());
        hex_->setProperty("invalid", !status.ok());
        restyle(hex_);
        if (!status)
            QToolTip::showText(hex_->mapToGlobal(QPoint(0, hex_->height())),
                               plainToolTip(QString::fromStdString(status.error().text())), hex_);
    });
    undo_ = new QPushButton(tr("Undo"));
    undo_->setProperty("small", true);
    undo_->setToolTip(tr("Undo (Ctrl+Z)"));
    QUndoStack& stack = formats_.session().undoStack();
    undo_->setEnabled(stack.canUndo());
    connect(undo_, &QPushButton::clicked, &stack, &QUndoStack::undo);
    connect(&stack, &QUndoStack::canUndoChanged, undo_, &QPushButton::setEnabled);
}

void BitEditor::updateIcons() { undo_->setIcon(glyph(Glyph::undo, Theme::instance().tokens().text2)); }

void BitEditor::follow() {
    const FormatEntry& entry = formats_.selected();
    const Format& f = entry.format;
    const std::uint64_t code = entry.stored.code;
    bits_->setBits(f, code);
    bits_->setAccessibleName(tr("Bits of %1, large").arg(entryTitle(entry)));
    captions_->setBits(f, code);
    binary_->setText(binaryFormula(f, code));
    const QString formula = entry.affine ? rowNote(entry) : fractionFormula(f, code);
    fraction_->setText(formula);
    fraction_->setVisible(!formula.isEmpty());
    exact_->setNumber(QStringLiteral("= ") + exactText(entry.stored.value));
    class_->setText(classSentence(entry));
    neighbours_->setEntry(entry);
    hex_->setText(hexText(f, code));
    hex_->setAccessibleName(tr("Hex of %1, selected").arg(entryTitle(entry)));
    hex_->setFixedWidth(QFontMetrics(hex_->font()).horizontalAdvance('0') * (2 + (f.bits() + 3) / 4) + 26);
    if (hex_->property("invalid").toBool()) {
        hex_->setProperty("invalid", false);
        restyle(hex_);
    }
}

QString BitEditor::formulaText() const { return binary_->text(); }
QString BitEditor::classText() const { return class_->text(); }
QString BitEditor::exactDecimal() const { return exact_->toPlainText().mid(2); }

}  // namespace mantissa::ui
