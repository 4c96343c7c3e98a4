#pragma once

#include <QDialog>

#include "formats/custom_format_editor.h"

class QDialogButtonBox;
class QLabel;

namespace mantissa::ui {

/// Edits the custom format of a comparison; shows what it can hold.
class CustomFormatDialog final : public QDialog {
    Q_OBJECT

  public:
    explicit CustomFormatDialog(const Format& format, QWidget* parent = nullptr);

    const Format& format() const { return format_; }
    CustomFormatEditor& editor() const { return *editor_; }

  private:
    void choose(const CustomParts& parts);
    void showLimits();

    Format format_;
    CustomFormatEditor* editor_;
    QLabel* limits_;
    QLabel* rules_;
    QDialogButtonBox* buttons_;
};

}  // namespace mantissa::ui
