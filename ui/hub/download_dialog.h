#pragma once

#include <QDialog>
#include <QElapsedTimer>

#include "progress.h"

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QTreeWidget;

namespace mantissa::ui {

class ElidedLabel;
class HubSession;

/// "Download from Hugging Face…": a name, the files that would be fetched with their sizes, then the download. The
/// window stays in use meanwhile. Closing it cancels; what was fetched is gone on from next time.
class DownloadDialog final : public QDialog {
    Q_OBJECT

  public:
    /// The session outlives the dialog.
    explicit DownloadDialog(HubSession& hub, QWidget* parent = nullptr);

    void reject() override;

  signals:
    void openRequested(const QString& folder);

  protected:
    void closeEvent(QCloseEvent* event) override;

  private:
    QWidget* makeNameRow();
    void fillSuggestions();
    void showSuggestion();
    void ask();
    void openModel();
    void showState();
    void updateFiles();
    void updateStatus();
    void setStatus(const QString& text, const char* role);
    void showProgress(const ProgressUpdate& progress);

    HubSession& hub_;
    QLineEdit* name_;
    QPushButton* ask_;
    QTreeWidget* suggestions_;
    QLabel* facts_;
    QLabel* caution_;
    QTreeWidget* files_;
    ElidedLabel* place_;
    QProgressBar* bar_;
    QLabel* status_;
    QPushButton* download_;
    QPushButton* open_;
    QPushButton* close_;
    QElapsedTimer running_;
    std::int64_t firstByte_ = 0;  ///< bytes that were here when the download began
};

}  // namespace mantissa::ui
