#pragma once

#include <QDialog>

#include "session/scale_choices.h"

class QComboBox;
class QDoubleSpinBox;
class QLineEdit;
class QPushButton;

namespace mantissa::ui {

/// How values of emulated integers and FP8 are scaled, and what the scales of activations are taken from.
class ScalesDialog final : public QDialog {
    Q_OBJECT

  public:
    explicit ScalesDialog(const ScaleChoices& now, QWidget* parent = nullptr);

    ScaleChoices value() const;

    QComboBox& weightScales() const { return *weights_; }
    QComboBox& activationScales() const { return *activations_; }
    QComboBox& calibration() const { return *calibration_; }
    QDoubleSpinBox& percentile() const { return *percentile_; }
    QLineEdit& pictures() const { return *pictures_; }

  private:
    void fill(const ScaleChoices& choices);
    void choosePictures();
    void updateEnabled();

    QComboBox* weights_;
    QComboBox* activations_;
    QComboBox* calibration_;
    QDoubleSpinBox* percentile_;
    QLineEdit* pictures_;
    QPushButton* browse_;
};

}  // namespace mantissa::ui
