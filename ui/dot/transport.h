#pragma once

#include <QTimer>
#include <QWidget>

class QPushButton;
class QSpinBox;

namespace mantissa::ui {

/// Step, play and reset: moves the step that is looked at.
class Transport final : public QWidget {
    Q_OBJECT

  public:
    explicit Transport(QWidget* parent = nullptr);

    /// The last step there is, and where it stands.
    void setRange(quint64 last);
    void setStep(quint64 step);
    bool playing() const { return timer_.isActive(); }
    void setPlaying(bool on);

    QPushButton* back() const { return back_; }
    QPushButton* forward() const { return forward_; }
    QPushButton* play() const { return play_; }
    QPushButton* reset() const { return reset_; }
    QSpinBox* speed() const { return speed_; }

  signals:
    void stepChosen(quint64 step);

  private:
    void moveBy(qint64 by);
    void tick();
    void updateButtons();

    quint64 step_ = 1;
    quint64 last_ = 1;
    double owed_ = 0;  ///< steps due that are less than one
    QTimer timer_;
    QPushButton* back_;
    QPushButton* forward_;
    QPushButton* play_;
    QPushButton* reset_;
    QSpinBox* speed_;
};

}  // namespace mantissa::ui
