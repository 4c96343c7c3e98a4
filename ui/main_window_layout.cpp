// How the window's parts are put together: toolbar, rail, the page area, status bar.

#include <QButtonGroup>
#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolButton>
#include <QVBoxLayout>

#include "main_window.h"
#include "number_text.h"
#include "session/camera_session.h"
#include "session/folder_session.h"
#include "session/hub_session.h"
#include "session/settings.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/error_card.h"
#include "widgets/strip.h"
#include "window/file_box.h"
#include "window/job_status.h"

namespace mantissa::ui {

void MainWindow::makeToolBar(QVBoxLayout& layout) {
    auto* bar = new QFrame(this);
    bar->setProperty("role", "toolbar");
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(kPageMargin, 7, kPageMargin, 7);
    row->setSpacing(8);
    modelBox_ = new FileBox(Glyph::model, tr("Model"), bar);
    modelBox_->setMoreText(tr("Download from Hugging Face…"));
    imageBox_ = new FileBox(Glyph::image, tr("Image"), bar);
    openButton_ = new QPushButton(tr("Open…"), bar);
    openButton_->setToolTip(tr("Open a model file (Ctrl+O)"));
    openButton_->setProperty("role", "link");
    runOnChange_ = new QCheckBox(tr("Run on change"), bar);
    runOnChange_->setChecked(session_->runOnChange());
    runOnChange_->setToolTip(tr("Compare again at once when a format, the model or the image changes"));
    runButton_ = new QPushButton(tr("Run"), bar);
    runButton_->setProperty("role", "primary");
    runButton_->setToolTip(tr("Compare now (F5)"));
    projectorButton_ = new QToolButton(bar);
    projectorButton_->setProperty("role", "button");
    projectorButton_->setText(tr("Projector"));
    projectorButton_->setToolTip(tr("This page over the whole screen, large enough for a room (F9)"));
    themeButton_ = new QToolButton(bar);
    themeButton_->setProperty("role", "button");
    themeButton_->setAccessibleName(tr("Theme"));
    exportButton_ = new QPushButton(tr("Export…"), bar);
    exportButton_->setToolTip(tr("Save or copy charts (Ctrl+E)"));
    const auto label = [bar](const QString& text, QWidget* buddy) {
        auto* one = roleLabel(text, "caption", bar);
        one->setBuddy(buddy);
        return one;
    };
    row->addWidget(label(tr("Model"), modelBox_));
    row->addWidget(modelBox_);
    row->addSpacing(6);
    row->addWidget(label(tr("Image"), imageBox_));
    row->addWidget(imageBox_);
    row->addWidget(openButton_);
    row->addStretch(1);
    row->addWidget(runOnChange_);
    row->addWidget(runButton_);
    row->addSpacing(4);
    row->addWidget(projectorButton_);
    row->addWidget(themeButton_);
    row->addWidget(exportButton_);
    layout.addWidget(bar);

    connect(modelBox_, &FileBox::fileChosen, this,
            [this](const QString& path) { session_->openModel(path.toStdString()); });
    connect(imageBox_, &FileBox::fileChosen, this,
            [this](const QString& path) { session_->openImage(path.toStdString()); });
    connect(modelBox_, &FileBox::openRequested, this, &MainWindow::chooseModelFile);
    connect(modelBox_, &FileBox::moreRequested, this, &MainWindow::showDownload);
    connect(modelBox_, &FileBox::aboutToOpen, hub_.get(), &HubSession::lookIntoCache);
    connect(imageBox_, &FileBox::openRequested, this, &MainWindow::chooseImage);
    connect(imageBox_, &FileBox::moreRequested, this, &MainWindow::showCamera);
    connect(imageBox_, &FileBox::aboutToOpen, cameras_.get(), &CameraSession::look);
    connect(openButton_, &QPushButton::clicked, this, &MainWindow::chooseModelFile);
    connect(runOnChange_, &QCheckBox::toggled, session_.get(), &Session::setRunOnChange);
    connect(runButton_, &QPushButton::clicked, this, [this] { currentPage()->run(); });
    connect(projectorButton_, &QToolButton::clicked, this, &MainWindow::showProjector);
    connect(themeButton_, &QToolButton::clicked, this, &MainWindow::nextTheme);
    connect(exportButton_, &QPushButton::clicked, this, [this] { exportCharts(nullptr, {}); });
}

QWidget* MainWindow::makeRail() {
    rail_ = new QFrame(this);
    rail_->setProperty("role", "rail");
    auto* layout = new QVBoxLayout(rail_);
    layout->setContentsMargins(0, 8, 0, 8);
    layout->setSpacing(0);
    layout->addStretch(1);
    settingsButton_ = new QToolButton(rail_);
    settingsButton_->setProperty("role", "rail");
    settingsButton_->setText(tr("Settings"));
    settingsButton_->setToolTip(tr("Settings (Ctrl+,)"));
    settingsButton_->setIconSize({20, 20});
    connect(settingsButton_, &QToolButton::clicked, this, &MainWindow::showSettings);
    layout->addWidget(settingsButton_);
    railGroup_ = new QButtonGroup(this);
    connect(railGroup_, &QButtonGroup::idClicked, this, &MainWindow::showPage);
    return rail_;
}

QWidget* MainWindow::makeCentre() {
    scroll_ = new QScrollArea(this);
    scroll_->setWidgetResizable(true);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->setFocusPolicy(Qt::NoFocus);
    auto* content = new QWidget(scroll_);
    content->setProperty("role", "page");
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(kPageMargin, kPageMargin, kPageMargin, kPageMargin);
    layout->setSpacing(kCardGap);
    error_ = new ErrorCard(content);
    unchanged_ = roleLabel({}, "secondary", content);
    unchanged_->hide();
    firstOpen_ = new Strip(Strip::Kind::info, content);
    firstOpen_->addAction(tr("Open model…"), [this] { chooseModelFile(); })->setProperty("role", "primary");
    firstOpen_->addAction(tr("Open image…"), [this] { chooseImage(); });
    firstOpen_->hide();
    connect(firstOpen_, &Strip::closed, this, [this] { settings_.set(option::kFirstOpenStrip, false); });
    connect(error_, &ErrorCard::dismissed, session_.get(), &Session::dismissProblem);
    connect(error_, &ErrorCard::anotherFileRequested, this,
            [this](Problem::Kind kind) { kind == Problem::Kind::image ? chooseImage() : chooseModelFile(); });
    connect(error_, &ErrorCard::tryAgainRequested, this, [this](const Problem& problem) {
        switch (problem.kind) {
            case Problem::Kind::model:
                return session_->openModel(problem.path);
            case Problem::Kind::image:
                return session_->openImage(problem.path);
            case Problem::Kind::file:
                return session_->open(problem.path);
            case Problem::Kind::comparison:
                return session_->run();
            case Problem::Kind::memory:
            case Problem::Kind::layers:
                return currentPage()->run();
            case Problem::Kind::evaluation:
                return session_->folder().run();
        }
    });
    stack_ = new QStackedWidget(content);
    layout->addWidget(error_);
    layout->addWidget(unchanged_);
    layout->addWidget(firstOpen_);
    layout->addWidget(stack_, 1);
    scroll_->setWidget(content);
    return scroll_;
}

void MainWindow::makeStatusBar() {
    status_ = new JobStatus(this);
    statusBar()->addWidget(status_, 1);
    statusBar()->setSizeGripEnabled(false);
    const Environment here = environment();
    const QString cpu = QString::fromStdString(here.cpu);
    auto* machine =
        new QLabel(tr("CPU: %1, %2").arg(elidedMiddle(cpu, 40), threadsText(here.threads)), this);
    machine->setToolTip(cpu);
    statusBar()->addPermanentWidget(machine);
    auto* library = new QLabel(tr("LibTorch %1").arg(QString::fromStdString(here.libtorch)), this);
    library->setContentsMargins(8, 0, 10, 0);
    statusBar()->addPermanentWidget(library);
    connect(status_, &JobStatus::cancelRequested, session_.get(), &Session::cancel);
}

}  // namespace mantissa::ui
