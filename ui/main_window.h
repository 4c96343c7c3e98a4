#pragma once

#include <QMainWindow>
#include <QPointer>
#include <filesystem>
#include <vector>

#include "charts/export_dialog.h"
#include "formats/formats_state.h"
#include "pages/page.h"
#include "session/session.h"

class QAction;
class QActionGroup;
class QButtonGroup;
class QCheckBox;
class QFrame;
class QLabel;
class QPushButton;
class QScrollArea;
class QStackedWidget;
class QToolButton;
class QVBoxLayout;

namespace mantissa::ui {

class CameraDialog;
class CameraSession;
class ComparePage;
class DownloadDialog;
class DropFrame;
class ErrorCard;
class FileBox;
class HubSession;
class JobStatus;
class ProjectorWindow;
class Settings;
class Strip;

/// The window: menus, toolbar, rail, pages, status bar. It owns no result; it hands files to the session and shows its
/// signals.
class MainWindow final : public QMainWindow {
    Q_OBJECT

  public:
    /// Settings outlive the window.
    explicit MainWindow(Settings& settings, QWidget* parent = nullptr);
    ~MainWindow() override;

    Session& session() const { return *session_; }
    HubSession& hub() const { return *hub_; }
    CameraSession& cameras() const { return *cameras_; }
    const std::vector<Page*>& pages() const { return pages_; }
    Page* currentPage() const;
    void showPage(int index);

    /// Opens what the command line names, and the bundled model and picture for what it does not.
    void start(const std::vector<std::filesystem::path>& files);
    void openFiles(const std::vector<std::filesystem::path>& files);
    /// Brings the Formats page to the front, in this state.
    void showFormats(const FormatsState& state);
    /// The comparison over the whole screen; the window comes back when it is left.
    void showProjector();
    ProjectorWindow* projector() const;  ///< null where it is not shown

  protected:
    void closeEvent(QCloseEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void makeMenus();
    void makeToolBar(QVBoxLayout& layout);
    QWidget* makeRail();
    QWidget* makeCentre();
    void makeStatusBar();
    void addPage(Page* page);
    void connectSession();

    void chooseModelFile();
    void chooseModelFolder();
    void chooseImage();
    void showDownload();
    void showCamera();
    void paste();
    void exportCharts(Chart* chosen, const QString& suffix);
    void exportAllCharts();
    void showExport(ExportDialog::Start start);
    void showProblem(const Problem& problem);
    void askForModel(const std::vector<std::filesystem::path>& models);
    void editCompare(void (ComparePage::*what)());
    void showShortcuts();
    void showAbout();
    void showSettings();
    void nextTheme();
    void setThemeMode(int mode);
    void updateTexts();
    void updateStatus();
    void updateFileBoxes();
    void updateCameraEntries();
    void updateColors();
    void updateWidthClass();
    void updateFirstOpenStrip();

    Settings& settings_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<HubSession> hub_;
    std::unique_ptr<CameraSession> cameras_;
    std::vector<Page*> pages_;
    QStackedWidget* stack_ = nullptr;
    QScrollArea* scroll_ = nullptr;
    QButtonGroup* railGroup_ = nullptr;
    std::vector<QToolButton*> railButtons_;
    QToolButton* settingsButton_ = nullptr;
    QFrame* rail_ = nullptr;
    FileBox* modelBox_ = nullptr;
    FileBox* imageBox_ = nullptr;
    QPushButton* openButton_ = nullptr;
    QCheckBox* runOnChange_ = nullptr;
    QPushButton* runButton_ = nullptr;
    QToolButton* themeButton_ = nullptr;
    QToolButton* projectorButton_ = nullptr;
    QPushButton* exportButton_ = nullptr;
    Strip* firstOpen_ = nullptr;
    ErrorCard* error_ = nullptr;
    QLabel* unchanged_ = nullptr;
    JobStatus* status_ = nullptr;
    DropFrame* dropFrame_ = nullptr;
    QActionGroup* themeActions_ = nullptr;
    QAction* cameraAction_ = nullptr;
    QPointer<ProjectorWindow> projector_;
    QPointer<DownloadDialog> download_;
    QPointer<CameraDialog> camera_;
};

}  // namespace mantissa::ui
