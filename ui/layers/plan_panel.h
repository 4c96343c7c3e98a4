#pragma once

#include <QWidget>

#include "session/layers_session.h"

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QProgressBar;
class QPushButton;

namespace mantissa::ui {

class ElidedLabel;

/// Tries each layer alone in the format, and finds the fewest to keep in FP32 for a target.
class PlanPanel final : public QWidget {
    Q_OBJECT

  public:
    explicit PlanPanel(Session& session, QWidget* parent = nullptr);

    QComboBox& measureBox() const { return *measure_; }
    QDoubleSpinBox& targetBox() const { return *target_; }
    QPushButton& sweepButton() const { return *sweep_; }
    QPushButton& planButton() const { return *find_; }
    QPushButton& useButton() const { return *use_; }
    QPushButton& castButton() const { return *cast_; }
    QString resultText() const;
    PlanTarget target() const;

  private:
    void showMeasure();
    void rememberTarget();
    void follow();
    void showProgress(const ProgressUpdate& update);
    QString planText(const SensitivityReport& report) const;

    Session& session_;
    LayersSession& layers_;
    QComboBox* measure_;
    QDoubleSpinBox* target_;
    QPushButton* sweep_;
    QPushButton* find_;
    QProgressBar* bar_;
    QLabel* result_;
    ElidedLabel* names_;
    QPushButton* use_;
    QPushButton* cast_;
};

}  // namespace mantissa::ui
