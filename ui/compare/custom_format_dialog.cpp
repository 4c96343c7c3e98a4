#include "compare/custom_format_dialog.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "number_text.h"
#include "run/precision_plan.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

constexpr int kCustomFormatWidth = 420;  // px: all of the special codes' words

}  // namespace

CustomFormatDialog::CustomFormatDialog(const Format& format, QWidget* parent)
    : QDialog(parent),
      format_(format),
      editor_(new CustomFormatEditor(format)),
      limits_(roleLabel({}, "secondary")),
      rules_(roleLabel({}, "caption")),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel)) {
    setWindowTitle(tr("Custom format"));
    editor_->setMinimumWidth(kCustomFormatWidth);
    editor_->moreButton()->setChecked(true);  // a dialog has room for all of them
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(editor_);
    layout->addWidget(limits_);
    layout->addWidget(rules_);
    layout->addWidget(buttons_);
    connect(buttons_, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(editor_, &CustomFormatEditor::chosen, this, &CustomFormatDialog::choose);
    showLimits();
}

void CustomFormatDialog::choose(const CustomParts& parts) {
    auto chosen = customFormatOf(parts);
    if (!chosen) return editor_->refuse(chosen.error());
    format_ = *std::move(chosen);
    editor_->setFormat(format_);
    showLimits();
}

void CustomFormatDialog::showLimits() {
    const FormatLimits l = limits(format_);
    limits_->setText(tr("%1: %2 bits, stored in %3\nLargest %4\nSmallest normal %5, subnormal %6\nGap after 1: %7")
                         .arg(QString::fromStdString(format_.title), QString::number(format_.bits()),
                              QString::number(format_.storageBits), compactText(l.max), compactText(l.minNormal),
                              format_.subnormals ? compactText(l.minSubnormal) : tr("none"), compactText(l.epsilon)));
    const bool taken = format_.name == "e4m3" || format_.name == "e5m2";
    const bool finer = holdsEveryFp32(format_) && (format_.exponentBits > 8 || format_.fractionBits > 23);
    rules_->setText(taken ? tr("This is %1, which has a toggle of its own.").arg(QString::fromStdString(format_.title))
                    : finer
                        ? tr("Finer than FP32, in which emulation computes, so a model cannot run in it.\nThe Formats "
                             "and Dot product pages can show it.")
                        : tr("Emulated."));
    buttons_->button(QDialogButtonBox::Ok)->setEnabled(!taken && !finer);
}

}  // namespace mantissa::ui
