#pragma once

#include <QFrame>
#include <QTimer>
#include <vector>

class QComboBox;
class QLabel;
class QPushButton;
class QSpinBox;

namespace mantissa::ui {

class FormatsSession;
class SegmentedControl;
class ValueField;

/// The value, well-known values to start from, and how to round.
class ValueBar final : public QFrame {
    Q_OBJECT

  public:
    explicit ValueBar(FormatsSession& formats, QWidget* parent = nullptr);

    ValueField* field() const { return field_; }
    const std::vector<QPushButton*>& quickValues() const { return quick_; }
    SegmentedControl* roundingSegments() const { return segments_; }
    QComboBox* roundingBox() const { return roundingBox_; }
    QComboBox* overflowBox() const { return overflow_; }
    QSpinBox* seedField() const { return seed_; }
    QLabel* problemLabel() const { return problem_; }

    /// Says at once what was not understood.
    void showProblem(const QString& text);

    QSize minimumSizeHint() const override;

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void makeQuickValues();
    void makeRounding();
    void takeTyped(const QString& text);
    void follow();
    void fit();

    FormatsSession& formats_;
    ValueField* field_;
    QLabel* problem_;
    QTimer patience_;  ///< half-typed numbers are no errors yet
    QString problemText_;
    int gesture_ = 0;  ///< typing until the field is left is one step of undo
    std::vector<QPushButton*> quick_;
    QWidget* quickRow_;
    QWidget* roundingRow_;
    QLabel* roundingLabel_;
    SegmentedControl* segments_;
    QComboBox* roundingBox_;
    QLabel* seedLabel_;
    QLabel* overflowLabel_;
    QSpinBox* seed_;
    QComboBox* overflow_;
};

}  // namespace mantissa::ui
