#pragma once

#include <QDialog>
#include <array>

#include "graph/model.h"
#include "graph/sidecar.h"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QSpinBox;

namespace mantissa::ui {

/// "Resize 288, crop 256 × 256" as the image card says it.
QString preprocessingText(const Preprocessing& how);

/// How a picture becomes the model's input; starts from what is used now, can go back to the model's own. What is said
/// here, and the names of the classes, can be kept in a file beside the model.
class PreprocessingDialog final : public QDialog {
    Q_OBJECT

  public:
    PreprocessingDialog(const Preprocessing& now, const Model& model, QWidget* parent = nullptr);

    Preprocessing value() const;

    /// Whether the user wants it kept, and it is not yet so; what there is to keep.
    bool remembers() const;
    Sidecar remembered() const;
    /// Whether the user no longer wants kept what is kept.
    bool forgets() const;

    /// Takes the names of the classes from a file (graph/label_file.h), or says in place what is wrong with it.
    void useLabels(const std::filesystem::path& file);

  private:
    void fill(const Preprocessing& how);
    void updateEnabled();
    void addMemory(QFormLayout& form, const Model& model);
    void chooseLabels();
    void showLabels(std::size_t count);

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
    QCheckBox* remember_;
    QLabel* labelCount_;
    std::optional<Sidecar> kept_;
    std::vector<std::string> labels_;  ///< to keep; empty leaves the model's own
    std::size_t modelsLabels_ = 0;
    QString folder_;
};

}  // namespace mantissa::ui
