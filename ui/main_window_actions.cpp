// The window's menus and what their entries do.

#include <QAction>
#include <QActionGroup>
#include <QClipboard>
#include <QDir>
#include <QFileDialog>
#include <QGuiApplication>
#include <QInputDialog>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QUndoStack>
#include <algorithm>

#include "camera/camera_dialog.h"
#include "charts/chart.h"
#include "charts/export_dialog.h"
#include "compare/run_words.h"
#include "hub/download_dialog.h"
#include "main_window.h"
#include "pages/compare_page.h"
#include "projector/comparison_projection.h"
#include "projector/page_projection.h"
#include "projector/projector_window.h"
#include "session/camera_session.h"
#include "session/settings.h"
#include "theme/theme.h"
#include "window/drop_frame.h"
#include "window/job_status.h"
#include "window/settings_dialog.h"
#include "window/shortcut_list.h"

namespace mantissa::ui {

void MainWindow::makeMenus() {
    const auto add = [this](QMenu* menu, const QString& text, const QKeySequence& keys, auto action) {
        QAction* entry = menu->addAction(text);
        entry->setShortcut(keys);
        connect(entry, &QAction::triggered, this, action);
        return entry;
    };
    QMenu* file = menuBar()->addMenu(tr("&File"));
    add(file, tr("Open &model file…"), QKeySequence(QStringLiteral("Ctrl+O")), [this] { chooseModelFile(); });
    add(file, tr("Open model &folder…"), QKeySequence(QStringLiteral("Ctrl+Alt+O")), [this] { chooseModelFolder(); });
    add(file, tr("&Download from Hugging Face…"), QKeySequence(QStringLiteral("Ctrl+D")), [this] { showDownload(); });
    add(file, tr("Open &image…"), QKeySequence(QStringLiteral("Ctrl+Shift+O")), [this] { chooseImage(); });
    cameraAction_ =
        add(file, tr("Picture from &camera…"), QKeySequence(QStringLiteral("Ctrl+Shift+P")), [this] { showCamera(); });
    updateCameraEntries();
    connect(file, &QMenu::aboutToShow, cameras_.get(), &CameraSession::look);
    file->addSeparator();
    add(file, tr("&Quit"), QKeySequence::Quit, [this] { close(); });

    QMenu* edit = menuBar()->addMenu(tr("&Edit"));
    QAction* undo = session_->undoStack().createUndoAction(this, tr("&Undo"));
    undo->setShortcut(QKeySequence(QStringLiteral("Ctrl+Z")));
    QAction* redo = session_->undoStack().createRedoAction(this, tr("&Redo"));
    redo->setShortcut(QKeySequence(QStringLiteral("Ctrl+Shift+Z")));
    edit->addActions({undo, redo});
    edit->addSeparator();
    add(edit, tr("&Paste image"), QKeySequence::Paste, [this] { paste(); });
    edit->addSeparator();
    add(edit, tr("&Settings…"), QKeySequence(QStringLiteral("Ctrl+,")), [this] { showSettings(); });

    QMenu* view = menuBar()->addMenu(tr("&View"));
    for (std::size_t i = 0; i < pages_.size(); ++i)
        add(view, pages_[i]->title(), QKeySequence(QStringLiteral("Ctrl+%1").arg(i + 1)),
            [this, i] { showPage(static_cast<int>(i)); });
    view->addSeparator();
    QMenu* theme = view->addMenu(tr("&Theme"));
    themeActions_ = new QActionGroup(this);
    const QString names[]{tr("&System"), tr("&Light"), tr("&Dark")};
    for (int mode = 0; mode < 3; ++mode) {
        QAction* entry = theme->addAction(names[mode], this, [this, mode] { setThemeMode(mode); });
        entry->setCheckable(true);
        entry->setChecked(mode == static_cast<int>(Theme::instance().mode()));
        themeActions_->addAction(entry);
    }
    add(view, tr("S&witch light and dark"), QKeySequence(QStringLiteral("Ctrl+T")), [this] { nextTheme(); });
    QAction* full = add(view, tr("&Full screen"), QKeySequence(Qt::Key_F11),
                        [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    full->setCheckable(true);
    add(view, tr("&Projector"), QKeySequence(Qt::Key_F9), [this] { showProjector(); });

    QMenu* compareMenu = menuBar()->addMenu(tr("&Compare"));
    add(compareMenu, tr("&Run"), QKeySequence(Qt::Key_F5), [this] { currentPage()->run(); });
    add(compareMenu, tr("&Cancel"), {}, [this] { session_->cancel(); })->setToolTip(tr("Esc"));
    compareMenu->addSeparator();
    add(compareMenu, tr("&Preprocessing…"), {}, [this] { editCompare(&ComparePage::editPreprocessing); });
    add(compareMenu, tr("Custom &format…"), {}, [this] { editCompare(&ComparePage::editCustomFormat); });
    add(compareMenu, tr("&Scales…"), {}, [this] { editCompare(&ComparePage::editScales); });

    QMenu* exportMenu = menuBar()->addMenu(tr("E&xport"));
    add(exportMenu, tr("&Export chart…"), QKeySequence(QStringLiteral("Ctrl+E")),
        [this] { exportCharts(nullptr, {}); });
    add(exportMenu, tr("Export &all charts…"), QKeySequence(QStringLiteral("Ctrl+Shift+E")),
        [this] { exportAllCharts(); });

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    add(help, tr("&Keyboard shortcuts"), QKeySequence(QStringLiteral("Ctrl+/")), [this] { showShortcuts(); });
    add(help, tr("&About Mantissa"), QKeySequence(Qt::Key_F1), [this] { showAbout(); });
}

void MainWindow::editCompare(void (ComparePage::*what)()) {
    for (auto* page : pages_)
        if (auto* comparePage = qobject_cast<ComparePage*>(page)) (comparePage->*what)();
}

ProjectorWindow* MainWindow::projector() const { return projector_; }

void MainWindow::showProjector() {
    if (projector_) return projector_->activateWindow();
    if (qobject_cast<ComparePage*>(currentPage())) {
        projector_ = new ProjectorWindow(new ComparisonProjection(*session_), this);
    } else {
        auto* projection = new PageProjection(*currentPage(), *stack_);
        projector_ = new ProjectorWindow(projection, this);
        connect(projector_, &ProjectorWindow::left, this, [this, projection] {
            projection->giveBack();
            updateWidthClass();
        });
    }
    projector_->setAttribute(Qt::WA_DeleteOnClose);
    connect(projector_, &ProjectorWindow::left, this, [this] {
        projector_ = nullptr;  // it deletes itself
        activateWindow();
    });
    projector_->showFullScreen();
}

void MainWindow::askForModel(const std::vector<std::filesystem::path>& models) {
    QStringList names;
    for (const auto& model : models) names << QString::fromStdString(model.string());
    auto* dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(tr("Which model?"));
    dialog->setLabelText(tr("One model is open at a time. The others stay in the list of recent files."));
    dialog->setComboBoxItems(names);
    connect(dialog, &QInputDialog::textValueSelected, session_.get(),
            [this](const QString& chosen) { session_->openModel(chosen.toStdString()); });
    dialog->open();
}

void MainWindow::chooseModelFile() {
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open a model"), settings_.folder(QStringLiteral("model")),
        tr("Models (*.pt2 *.onnx *.pt *.pth *.ts *.torchscript *.safetensors *.bin config.json);;All files (*)"));
    if (path.isEmpty()) return;
    settings_.setFolder(QStringLiteral("model"), QFileInfo(path).absolutePath());
    session_->openModel(path.toStdString());
}

void MainWindow::chooseModelFolder() {
    const QString path = QFileDialog::getExistingDirectory(this, tr("Open a Hugging Face model folder"),
                                                           settings_.folder(QStringLiteral("model")));
    if (path.isEmpty()) return;
    settings_.setFolder(QStringLiteral("model"), QFileInfo(path).absolutePath());
    session_->openModel(path.toStdString());
}

void MainWindow::showDownload() {
    if (!download_) {
        download_ = new DownloadDialog(*hub_, this);
        download_->setAttribute(Qt::WA_DeleteOnClose);
        connect(download_, &DownloadDialog::openRequested, session_.get(),
                [this](const QString& folder) { session_->openModel(folder.toStdString()); });
        download_->show();
    }
    download_->raise();
    download_->activateWindow();
}

void MainWindow::showCamera() {
    camera_ = new CameraDialog(*cameras_, this);
    camera_->setAttribute(Qt::WA_DeleteOnClose);
    camera_->open();
}

void MainWindow::chooseImage() {
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open an image"), settings_.folder(QStringLiteral("image")),
                                     tr("Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff);;All files (*)"));
    if (path.isEmpty()) return;
    settings_.setFolder(QStringLiteral("image"), QFileInfo(path).absolutePath());
    session_->openImage(path.toStdString());
}

void MainWindow::paste() {
    const QMimeData* held = QGuiApplication::clipboard()->mimeData();
    if (!held) return;
    const DropPlan plan = planDrop(*held);
    if (!plan.files.empty())
        openFiles(plan.files);
    else if (held->hasImage())
        session_->pasteImage(QGuiApplication::clipboard()->image());
    else
        status_->setText(tr("The clipboard holds no image."));
}

void MainWindow::exportCharts(Chart* chosen, const QString& suffix) {
    ExportDialog::Start start{.charts = {}, .chosen = 0, .suffix = suffix, .allText = tr("All charts of this page")};
    for (Chart* chart : currentPage()->charts())
        if (chart->emptyText().isEmpty()) start.charts.push_back(chart);
    // Without a chart named, the one that has the keyboard focus is meant.
    const auto wanted = std::find_if(start.charts.begin(), start.charts.end(),
                                     [&](const Chart* chart) { return chosen ? chart == chosen : chart->hasFocus(); });
    if (wanted != start.charts.end()) start.chosen = static_cast<int>(wanted - start.charts.begin());
    showExport(std::move(start));
}

void MainWindow::showExport(ExportDialog::Start start) {
    if (start.charts.empty()) {
        status_->setText(tr("There is no chart to export yet."));
        return;
    }
    start.comparison = session_->report();
    auto* dialog = new ExportDialog(settings_, start, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ExportDialog::exported, status_, &JobStatus::setText);
    dialog->open();
}

void MainWindow::exportAllCharts() {
    ExportDialog::Start start{.charts = {}, .chosen = -1, .suffix = {}, .allText = tr("All charts of all pages")};
    for (Page* page : pages_)
        for (Chart* chart : page->charts())
            if (chart->emptyText().isEmpty()) start.charts.push_back(chart);
    showExport(std::move(start));
}

void MainWindow::nextTheme() {
    // To the other one that can be seen; “System” looks like one of them, and is chosen in the menu.
    const int mode = static_cast<int>(Theme::instance().scheme() == Scheme::dark ? ThemeMode::light : ThemeMode::dark);
    setThemeMode(mode);
    status_->setText(tr("Theme: %1").arg(themeActions_->actions().at(mode)->text().remove('&')));
}

void MainWindow::setThemeMode(int mode) {
    settings_.set(option::kTheme, mode);
    Theme::instance().setMode(static_cast<ThemeMode>(mode));
    themeActions_->actions().at(mode)->setChecked(true);
    updateColors();  // the tool tip names the mode, also where the scheme stays the same
}

void MainWindow::showSettings() {
    auto* dialog = new SettingsDialog(settings_, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &SettingsDialog::themeChosen, this, &MainWindow::setThemeMode);
    connect(dialog, &SettingsDialog::measurementChanged, session_.get(), [this] {
        if (session_->runOnChange()) session_->run();
    });
    dialog->open();
}

void MainWindow::showShortcuts() {
    auto* dialog = new ShortcutList(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::showAbout() {
    const Environment here = environment();
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("About Mantissa"),
                                tr("Mantissa %1\nShows what a number format does to a neural network.")
                                    .arg(QString::fromStdString(here.mantissa)),
                                QMessageBox::Close, this);
    box->setInformativeText(tr("LibTorch %1\nQt %2\nOpenCV %3\nQCustomPlot\n%4, %5 threads\n\nFree software under the "
                               "GNU General Public License, version 3.")
                                .arg(QString::fromStdString(here.libtorch), QString::fromLatin1(qVersion()),
                                     QString::fromStdString(here.opencv), QString::fromStdString(here.cpu))
                                .arg(here.threads));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

}  // namespace mantissa::ui
