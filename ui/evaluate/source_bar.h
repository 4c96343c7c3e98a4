#pragma once

#include <QFrame>

#include "session/folder_session.h"

class QLabel;
class QProgressBar;
class QPushButton;

namespace mantissa::ui {

class ElidedLabel;

/// Which pictures, their classes, and the run: Run, Continue or Cancel, how far it is, and what it found written to
/// files.
class SourceBar final : public QFrame {
    Q_OBJECT

  public:
    explicit SourceBar(Session& session, QWidget* parent = nullptr);

    QPushButton* runButton() const { return run_; }
    QPushButton* saveButton() const { return save_; }

  private:
    void chooseFolder();
    void chooseCifar();
    void chooseLabels();
    void save(bool asJson);
    void follow();
    void showProgress(const ProgressUpdate& update);
    QString stateText() const;

    Session& session_;
    FolderSession& folder_;
    ElidedLabel* path_;
    QLabel* state_;
    QProgressBar* bar_;
    QPushButton* labels_;
    QPushButton* run_;
    QPushButton* save_;
};

}  // namespace mantissa::ui
