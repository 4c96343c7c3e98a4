#pragma once

#include <QWidget>

#include "formats/custom_parts.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;

namespace mantissa::ui {

/// Edits a custom format: a slider and a field each for exponent and fraction bits; special codes, bias and subnormals
/// behind "More". Whoever shows it answers `chosen` with setFormat() or refuse().
class CustomFormatEditor : public QWidget {
    Q_OBJECT

  public:
    explicit CustomFormatEditor(const Format& custom, QWidget* parent = nullptr);

    void setFormat(const Format& custom);
    void refuse(const Error& error);  ///< says why, and shows the format that there is

    QSlider* exponentSlider() const { return exponent_.slider; }
    QSlider* fractionSlider() const { return fraction_.slider; }
    QSpinBox* exponentField() const { return exponent_.field; }
    QSpinBox* fractionField() const { return fraction_.field; }
    QPushButton* moreButton() const { return more_; }
    QComboBox* specialsBox() const { return specials_; }
    QSpinBox* biasField() const { return bias_; }
    QCheckBox* subnormalsBox() const { return subnormals_; }
    QString summary() const;

  signals:
    /// Parts other than those of the format; `gesture` is the same, and not 0, while one slider is dragged.
    void chosen(const mantissa::ui::CustomParts& parts, int gesture);

  private:
    struct Choice {
        QSlider* slider = nullptr;
        QSpinBox* field = nullptr;
    };
    Choice makeChoice(const QString& name, int least, int most);
    QWidget* makeMore();
    void updateIcons();

    Format format_;
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
