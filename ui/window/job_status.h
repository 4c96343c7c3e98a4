#pragma once

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

#include "progress.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace mantissa::ui {

/// The left of the status bar: what was done, or, once a job takes longer than a moment, what runs; after a second how
/// far it is and a Cancel button as well.
class JobStatus final : public QWidget {
    Q_OBJECT

  public:
    explicit JobStatus(QWidget* parent = nullptr);

    void setText(const QString& text);
    void setErrorText(const QString& text);
    /// A job has begun, named so ("Comparing formats"), or nothing runs any more.
    void setRunning(const QString& work);
    void setIdle();
    void setProgress(const ProgressUpdate& update);
    QString text() const;  ///< as shown
    QPushButton* cancelButton() const { return cancel_; }

  signals:
    void cancelRequested();

  private:
    QLabel* text_;
    QLabel* stage_;
    QProgressBar* bar_;
    QPushButton* cancel_;
    QTimer moment_, delay_;
    QElapsedTimer running_;
};

}  // namespace mantissa::ui
