#pragma once

#include <QFrame>

#include "session/session.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace mantissa::ui {

class MissingBytesBar;

/// A problem, in place: what, where, what to do, and its details for a report. The last good result stays below.
class ErrorCard final : public QFrame {
    Q_OBJECT

  public:
    explicit ErrorCard(QWidget* parent = nullptr);

    void showProblem(const Problem& problem);
    const Problem& problem() const { return problem_; }
    QString details() const;  ///< what "Copy details" copies

  signals:
    void anotherFileRequested(mantissa::ui::Problem::Kind kind);
    void tryAgainRequested(const mantissa::ui::Problem& problem);
    void dismissed();

  private:
    void updateIcons();

    Problem problem_;
    QLabel* icon_;
    QLabel* title_;
    QLabel* message_;
    MissingBytesBar* missing_;  ///< of a file that ends early
    QLabel* facts_;
    QLabel* advice_;
    QPushButton* another_;
    QPushButton* again_;
    QToolButton* close_;
};

/// What a user can do about it, one sentence a line.
QStringList adviceFor(const Problem& problem);

}  // namespace mantissa::ui
