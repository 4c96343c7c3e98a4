#pragma once

#include <QDialog>
#include <array>

#include "image/preprocess.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QSpinBox;

namespace mantissa::ui {

/// "Resize 288, crop 256 × 256" as the image card says it.
QString preprocessingText(const Preprocessing& how);

/// How a picture becomes the model's input; starts from what is used now, can go back to the model's own.
class PreprocessingDialog final : public QDialog {
    Q_OBJECT

  public:
    PreprocessingDialog(const Preprocessing& now, const Preprocessing& modelsOwn, QWidget* parent = nullptr);

    Preprocessing value() const;

  private:
    void fill(const Preprocessing& how);
    void updateEnabled();

    QComboBox* resize_;
    QSpinBox* height_;
    QSpinBox* width_;
    QComboBox* resample_;
    QCheckBox* crop_;
    QSpinBox* cropHeight_;
    QSpinBox* cropWidth_;
    QComboBox* range_;
    QComboBox* order_;
    QCheckBox* normalize_;
    std::array<QDoubleSpinBox*, 3> mean_{}, std_{};
    Preprocessing start_;
};

}  // namespace mantissa::ui
