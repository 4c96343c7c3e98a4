#pragma once

#include <QDialog>

#include "numerics/format.h"

class QDialogButtonBox;
class QLabel;
class QSpinBox;

namespace mantissa::ui {

/// Chooses a format eXmY: 1 to 11 exponent bits, 0 to 52 fraction bits; shows what it can hold.
class CustomFormatDialog final : public QDialog {
    Q_OBJECT

  public:
    explicit CustomFormatDialog(const Format& format, QWidget* parent = nullptr);

    Format format() const;
    QSpinBox& exponentBits() const { return *exponent_; }
    QSpinBox& fractionBits() const { return *fraction_; }

  private:
    void showLimits();

    QSpinBox* exponent_;
    QSpinBox* fraction_;
    QLabel* limits_;
    QLabel* rules_;
    QDialogButtonBox* buttons_;
};

}  // namespace mantissa::ui
