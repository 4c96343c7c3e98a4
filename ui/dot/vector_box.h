#pragma once

#include <QStringList>
#include <QWidget>

#include "dot/dot_session.h"

class QButtonGroup;
class QComboBox;
class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;

namespace mantissa::ui {

/// Which vectors: made up by a rule, from a file, or a neuron of the loaded model; how many terms; the seed.
class VectorBox final : public QWidget {
    Q_OBJECT

  public:
    VectorBox(Session& session, DotSession& dot, QWidget* parent = nullptr);

    QAbstractButton* button(DotData kind) const;
    QSpinBox* terms() const { return terms_; }
    QSlider* slider() const { return slider_; }
    QSpinBox* seed() const { return seed_; }
    QComboBox* layer() const { return layer_; }
    QSpinBox* output() const { return output_; }
    QComboBox* tensor(int which) const { return which == 0 ? tensorA_ : tensorB_; }
    /// As if it were chosen in the dialog.
    void setFile(const QString& path);

  private:
    QWidget* makeLengthRow();
    QWidget* makeFileRows();
    QWidget* makeNeuronRows();
    void chooseData(DotData kind);
    void chooseFile();
    void chooseTerms(int terms);
    void chooseNeuron();
    void showTensors(const QString& file, const QStringList& names, const QString& problem);
    void fillLayers();
    void follow();

    Session& session_;
    DotSession& dot_;
    QButtonGroup* data_;
    QWidget* lengthRow_;
    QSpinBox* terms_;
    QLabel* power_;
    QSlider* slider_;
    QSpinBox* seed_;
    QLabel* seedNote_;
    QWidget* fileRows_;
    QPushButton* fileButton_;
    QComboBox* tensorA_;
    QComboBox* tensorB_;
    QLabel* fileProblem_;
    QWidget* neuronRows_;
    QComboBox* layer_;
    QSpinBox* output_;
};

}  // namespace mantissa::ui
