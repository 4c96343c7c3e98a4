#include "compare/custom_format_dialog.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "number_text.h"
#include "run/precision_plan.h"
#include "widgets/card.h"

namespace mantissa::ui {

CustomFormatDialog::CustomFormatDialog(const Format& format, QWidget* parent)
    : QDialog(parent),
      exponent_(new QSpinBox),
      fraction_(new QSpinBox),
      limits_(roleLabel({}, "secondary")),
      rules_(roleLabel({}, "caption")),
      buttons_(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel)) {
    setWindowTitle(tr("Custom format"));
    exponent_->setRange(1, 11);
    exponent_->setValue(format.exponentBits);
    exponent_->setAccessibleName(tr("Exponent bits"));
    fraction_->setRange(0, 52);
    fraction_->setValue(format.fractionBits);
    fraction_->setAccessibleName(tr("Fraction bits"));
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(14);
    form->setVerticalSpacing(8);
    form->addRow(tr("Exponent bits"), exponent_);
    form->addRow(tr("Fraction bits"), fraction_);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(limits_);
    layout->addWidget(rules_);
    layout->addWidget(buttons_);
    connect(buttons_, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons_, &QDialogButtonBox::rejected, this, &QDialog::reject);
    for (auto* box : {exponent_, fraction_})
        connect(box, &QSpinBox::valueChanged, this, &CustomFormatDialog::showLimits);
    showLimits();
}

Format CustomFormatDialog::format() const {
    // Every pair that the boxes allow is a format.
    return *findFormat("e" + std::to_string(exponent_->value()) + "m" + std::to_string(fraction_->value()));
}

void CustomFormatDialog::showLimits() {
    const Format chosen = format();
    const FormatLimits l = limits(chosen);
    limits_->setText(tr("%1: %2 bits, stored in %3\nLargest %4\nSmallest normal %5, subnormal %6\nGap after 1: %7")
                         .arg(QString::fromStdString(chosen.title), QString::number(chosen.bits()),
                              QString::number(chosen.storageBits), compactText(l.max), compactText(l.minNormal),
                              compactText(l.minSubnormal), compactText(l.epsilon)));
    const bool taken = chosen.name == "e4m3" || chosen.name == "e5m2";
    const bool finer = holdsEveryFp32(chosen) && (chosen.exponentBits > 8 || chosen.fractionBits > 23);
    rules_->setText(taken ? tr("This is %1, which has a toggle of its own.").arg(QString::fromStdString(chosen.title))
                    : finer
                        ? tr("Finer than FP32, in which emulation computes, so a model cannot run in it.\nThe Formats "
                             "and Dot product pages can show it.")
                    : chosen.specials == Specials::none
                        ? tr("One sign bit and subnormals, no infinities and no NaN, as OCP MX has it. Emulated.")
                        : tr("One sign bit, subnormals, infinities and NaN as IEEE 754 has them. Emulated."));
    buttons_->button(QDialogButtonBox::Ok)->setEnabled(!taken && !finer);
}

}  // namespace mantissa::ui
