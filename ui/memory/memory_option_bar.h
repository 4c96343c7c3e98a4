#pragma once

#include <QFrame>
#include <QTimer>

#include "memory/memory_view.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QSpinBox;

namespace mantissa::ui {

class SegmentedControl;

/// The switches of the Memory page: stored or here, the parts that count, the batch, the scales of INT8.
class MemoryOptionBar final : public QFrame {
    Q_OBJECT

  public:
    explicit MemoryOptionBar(QWidget* parent = nullptr);

    const MemoryView& view() const { return view_; }
    int batch() const;
    void setNarrow(bool narrow);

    SegmentedControl& show() const { return *show_; }
    QSpinBox& batchBox() const { return *batch_; }
    QComboBox& scaleBox() const { return *granularity_; }
    QCheckBox& weights() const { return *weights_; }
    QCheckBox& activations() const { return *activations_; }

  signals:
    void viewChanged();
    void batchChosen();  ///< the user has settled on a batch

  private:
    QCheckBox* addPart(const QString& text, const QString& help, bool MemoryView::*part);
    void setShowNames(bool narrow);

    MemoryView view_;
    SegmentedControl* show_;
    QCheckBox* weights_;
    QCheckBox* buffers_;
    QCheckBox* activations_;
    QCheckBox* scales_;
    QSpinBox* batch_;
    QLabel* granularityLabel_;
    QComboBox* granularity_;
    QLabel* showLabel_;
    QTimer settled_;
};

}  // namespace mantissa::ui
