#pragma once

#include <QWidget>

#include "formats/formats_session.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;

namespace mantissa::ui {

/// The custom format: a slider and a field each for exponent and fraction bits; special codes, bias and subnormals
/// behind "More".
class CustomFormat final : public QWidget {
    Q_OBJECT

  public:
    explicit CustomFormat(FormatsSession& formats, QWidget* parent = nullptr);

    QSlider* exponentSlider() const { return exponent_.slider; }
    QSlider* fractionSlider() const { return fraction_.slider; }
    QSpinBox* exponentField() const { return exponent_.field; }
    QSpinBox* fractionField() const { return fraction_.field; }
    QPushButton* moreButton() const { return more_; }
    QComboBox* specialsBox() const { return specials_; }
    QSpinBox* biasField() const { return bias_; }
    QCheckBox* subnormalsBox() const { return subnormals_; }
    QString summary() const;

  private:
    struct Choice {
        QSlider* slider = nullptr;
        QSpinBox* field = nullptr;
    };
    Choice makeChoice(const QString& name, int least, int most);
    QWidget* makeMore();
    void choose(const FormatsSession::CustomParts& parts, int gesture = 0);
    void follow();
    void updateIcons();

    FormatsSession& formats_;
    QLabel* marker_;
    QLabel* title_;
    QLabel* summary_;
    Choice exponent_, fraction_;
    QPushButton* more_;
    QComboBox* specials_;
    QSpinBox* bias_;
    QCheckBox* subnormals_;
    int gesture_ = 0;  ///< of the slider that is being dragged
};

}  // namespace mantissa::ui
