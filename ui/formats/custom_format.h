#pragma once

#include <QWidget>

class QLabel;
class QSlider;
class QSpinBox;

namespace mantissa::ui {

class FormatsSession;

/// The custom format: a slider and a field each for exponent and fraction bits.
class CustomFormat final : public QWidget {
    Q_OBJECT

  public:
    explicit CustomFormat(FormatsSession& formats, QWidget* parent = nullptr);

    QSlider* exponentSlider() const { return exponent_.slider; }
    QSlider* fractionSlider() const { return fraction_.slider; }
    QSpinBox* exponentField() const { return exponent_.field; }
    QSpinBox* fractionField() const { return fraction_.field; }
    QString summary() const;

  private:
    struct Choice {
        QSlider* slider = nullptr;
        QSpinBox* field = nullptr;
    };
    Choice makeChoice(const QString& name, int least, int most);
    void choose(int exponentBits, int fractionBits);
    void follow();
    void updateIcons();

    FormatsSession& formats_;
    QLabel* marker_;
    QLabel* title_;
    QLabel* summary_;
    Choice exponent_, fraction_;
    int gesture_ = 0;  ///< of the slider that is being dragged
};

}  // namespace mantissa::ui
