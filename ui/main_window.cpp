#include "main_window.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QClipboard>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QStatusBar>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "bundled.h"
#include "camera/camera_dialog.h"
#include "charts/chart.h"
#include "compare/run_words.h"
#include "formats/formats_session.h"
#include "hub/download_dialog.h"
#include "number_text.h"
#include "pages/formats_page.h"
#include "pages/page_list.h"
#include "projector/projector_window.h"
#include "session/camera_session.h"
#include "session/hub_session.h"
#include "session/job_runner.h"
#include "session/settings.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/error_card.h"
#include "widgets/strip.h"
#include "window/drop_frame.h"
#include "window/file_box.h"
#include "window/job_status.h"

namespace mantissa::ui {
namespace {

namespace fs = std::filesystem;

constexpr int kNarrowBelow = 1240, kRailWide = 84, kRailNarrow = 52;  // px

QString nameOf(const fs::path& path) {
    const fs::path name = path.filename().empty() ? path.parent_path().filename() : path.filename();
    return QString::fromStdString(name.string());
}

bool contains(const std::vector<fs::path>& paths, const fs::path& path) {
    return std::find(paths.begin(), paths.end(), path) != paths.end();
}

FileBox::Group entriesOf(const std::vector<fs::path>& paths, const QString& remark) {
    FileBox::Group entries;
    for (const auto& path : paths) entries.push_back({nameOf(path) + remark, QString::fromStdString(path.string())});
    return entries;
}

FileBox::Group entriesOf(const QStringList& paths) {
    FileBox::Group entries;
    for (const auto& path : paths) entries.push_back({nameOf(path.toStdString()), path});
    return entries;
}

/// Models of the Hugging Face cache: "apple/mobilevit-small: MobileViTForImageClassification, 22.36 MB".
FileBox::Group entriesOf(const std::vector<ListedModel>& models) {
    FileBox::Group entries;
    for (const ListedModel& model : models) {
        QString name = QString::fromStdString(model.name);
        const bool main = std::find(model.refs.begin(), model.refs.end(), "main") != model.refs.end();
        if (!main)
            name += '@' + QString::fromStdString(model.refs.empty() ? model.commit.substr(0, 12) : model.refs.front());
        QStringList facts;
        if (!model.architecture.empty()) facts << QString::fromStdString(model.architecture);
        facts << bytesText(model.bytes);
        if (model.problem) facts << QObject::tr("does not run");
        entries.push_back({name + QStringLiteral(": ") + facts.join(QStringLiteral(", ")),
                           QString::fromStdString(model.path.string()),
                           model.problem ? QString::fromStdString(model.problem->message) : QString()});
    }
    return entries;
}

/// Paths without those that an entry of the group leads to: a snapshot's own folder name says nothing.
QStringList without(QStringList paths, const FileBox::Group& group) {
    for (const auto& entry : group) paths.removeAll(entry.path);
    return paths;
}

}  // namespace

MainWindow::MainWindow(Settings& settings, QWidget* parent)
    : QMainWindow(parent),
      settings_(settings),
      session_(std::make_unique<Session>(settings)),
      hub_(std::make_unique<HubSession>()),
      cameras_(std::make_unique<CameraSession>()) {
    setWindowIcon(applicationIcon());
    setMinimumSize(1024, 640);
    resize(1440, 900);
    setAcceptDrops(true);
    Theme::instance().setMode(static_cast<ThemeMode>(settings.value(option::kTheme)));

    auto* centre = new QWidget(this);
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    makeToolBar(*layout);
    auto* below = new QHBoxLayout;
    below->setSpacing(0);
    below->addWidget(makeRail());
    below->addWidget(makeCentre(), 1);
    layout->addLayout(below, 1);
    setCentralWidget(centre);
    makeStatusBar();
    for (Page* page : makePages(*session_)) addPage(page);
    makeMenus();
    dropFrame_ = new DropFrame(this);

    connectSession();
    connect(&Theme::instance(), &Theme::changed, this, &MainWindow::updateColors);
    updateColors();
    updateTexts();
    updateFirstOpenStrip();
    showPage(0);
    centralWidget()->setFocus();  // Tab begins at the top, and nothing wears a focus frame before
    if (const QByteArray geometry = settings.geometry(); !geometry.isEmpty()) restoreGeometry(geometry);
    updateWidthClass();
}

MainWindow::~MainWindow() {
    // Pages and the projector hold references to the session: they go first; a page on the projector comes back before.
    if (ProjectorWindow* projector = projector_) {
        projector->close();
        delete projector;
    }
    delete download_;
    delete camera_;
    disconnect(session_.get(), nullptr, this, nullptr);
    delete takeCentralWidget();
}

void MainWindow::addPage(Page* page) {
    const int index = static_cast<int>(pages_.size());
    pages_.push_back(page);
    stack_->addWidget(page);
    auto* button = new QToolButton(rail_);
    button->setProperty("role", "rail");
    button->setCheckable(true);
    button->setText(page->title());
    button->setToolTip(tr("%1 (Ctrl+%2)").arg(page->title()).arg(index + 1));
    button->setIconSize({20, 20});
    railGroup_->addButton(button, index);
    railButtons_.push_back(button);
    static_cast<QVBoxLayout*>(rail_->layout())->insertWidget(index, button);
    for (Chart* chart : page->charts()) connect(chart, &Chart::exportRequested, this, &MainWindow::exportCharts);
    connect(page, &Page::statusTextChanged, this, &MainWindow::updateStatus);
    connect(page, &Page::comparisonRequested, this, [this] { showPage(0); });
    connect(page, &Page::formatsRequested, this, &MainWindow::showFormats);
}

void MainWindow::connectSession() {
    Session* session = session_.get();
    connect(session, &Session::modelChanged, this, &MainWindow::updateTexts);
    connect(session, &Session::imageChanged, this, &MainWindow::updateTexts);
    connect(session, &Session::staleChanged, this, &MainWindow::updateTexts);
    connect(session, &Session::compareReady, this, [this] {
        updateTexts();
        updateFirstOpenStrip();
    });
    connect(session, &Session::problem, this, &MainWindow::showProblem);
    connect(session, &Session::problemSolved, this, [this] {
        error_->hide();
        unchanged_->hide();
        updateTexts();
    });
    connect(session, &Session::cancelled, this, [this] { status_->setText(tr("Cancelled. Nothing was changed.")); });
    connect(session, &Session::busyChanged, this,
            [this](bool busy) { busy ? status_->setRunning(session_->work()) : status_->setIdle(); });
    connect(session, &Session::progress, status_, &JobStatus::setProgress);
    connect(hub_.get(), &HubSession::cachedChanged, this, &MainWindow::updateFileBoxes);
    connect(cameras_.get(), &CameraSession::camerasChanged, this, &MainWindow::updateCameraEntries);
    connect(cameras_.get(), &CameraSession::taken, session, [session](const SourceImage& image) {
        session->jobs().drop(JobKind::openImage);  // the newer picture counts
        session->useImage(image);
    });
}

Page* MainWindow::currentPage() const { return pages_.at(static_cast<std::size_t>(stack_->currentIndex())); }

void MainWindow::showPage(int index) {
    if (index < 0 || index >= static_cast<int>(pages_.size())) return;
    stack_->setCurrentIndex(index);
    railButtons_[static_cast<std::size_t>(index)]->setChecked(true);
    // The stack would ask for the size of its largest page; only the one in front counts.
    for (std::size_t i = 0; i < pages_.size(); ++i) {
        const auto policy = static_cast<int>(i) == index ? QSizePolicy::Preferred : QSizePolicy::Ignored;
        pages_[i]->setSizePolicy(policy, policy);
    }
    currentPage()->onShown();
    scroll_->ensureVisible(0, 0);
    updateTexts();
    updateFirstOpenStrip();
}

void MainWindow::start(const std::vector<fs::path>& files) {
    const bool model =
        std::any_of(files.begin(), files.end(), [](const fs::path& path) { return !looksLikePicture(path); });
    const bool image = std::any_of(files.begin(), files.end(), looksLikePicture);
    std::vector<fs::path> all = files;
    if (const auto models = bundledModels(); !model && !models.empty()) all.push_back(models.front());
    if (const auto samples = bundledSamples(); !image && !samples.empty()) all.push_back(samples.front());
    openFiles(all);
    hub_->lookIntoCache();
    cameras_->look();
}

void MainWindow::openFiles(const std::vector<fs::path>& files) {
    std::vector<fs::path> pictures, models;
    for (const auto& file : files) (looksLikePicture(file) ? pictures : models).push_back(file);
    // The others are one click away in the boxes.
    for (std::size_t i = pictures.size(); i > 1; --i)
        settings_.addRecent(Settings::Recent::images, QString::fromStdString(pictures[i - 1].string()));
    if (models.size() > 1)
        for (const auto& model : models)
            settings_.addRecent(Settings::Recent::models, QString::fromStdString(model.string()));
    if (models.size() > 1)
        askForModel(models);
    else if (!models.empty())
        session_->openModel(models.front());
    if (!pictures.empty()) session_->openImage(pictures.front());
}

void MainWindow::showFormats(const FormatsState& state) {
    for (std::size_t i = 0; i < pages_.size(); ++i)
        if (auto* page = qobject_cast<FormatsPage*>(pages_[i])) {
            FormatsState wanted = state;
            // The custom format is one for all pages; only a request that is about another one changes it.
            if (wanted.selected != kCustomKey) wanted.custom = session_->choices().custom;
            page->formats().restore(wanted);
            showPage(static_cast<int>(i));
        }
}

void MainWindow::showProblem(const Problem& problem) {
    error_->showProblem(problem);
    scroll_->ensureVisible(0, 0);
    status_->setErrorText(problem.title);
    const auto& report = session_->report();
    if (report && report->model) {
        unchanged_->setText(
            tr("The results below are unchanged. They still belong to %1%2.")
                .arg(QString::fromStdString(report->model->name),
                     report->image ? tr(" and %1").arg(QString::fromStdString(report->image->name)) : QString()));
        unchanged_->show();
    }
    updateFirstOpenStrip();
}

void MainWindow::updateFileBoxes() {
    const auto models = bundledModels(), samples = bundledSamples();
    const auto& model = session_->model();
    const auto& image = session_->image();
    FileBox::Entry current{tr("No model"), {}};
    if (model)
        current = {QString::fromStdString(model->name) + (contains(models, model->path) ? tr(" (bundled)") : QString()),
                   QString::fromStdString(model->path.string())};
    const FileBox::Group cached = entriesOf(hub_->cached());
    modelBox_->setFiles(current, {entriesOf(without(settings_.recent(Settings::Recent::models), cached)), cached,
                                  entriesOf(models, tr(" (bundled)"))});
    current = {tr("No image"), {}};
    if (image)
        current = {QString::fromStdString(image->name) + (contains(samples, image->path) ? tr(" (sample)") : QString()),
                   QString::fromStdString(image->path.string())};
    imageBox_->setFiles(current,
                        {entriesOf(settings_.recent(Settings::Recent::images)), entriesOf(samples, tr(" (sample)"))});
}

void MainWindow::updateCameraEntries() {
    const bool any = !cameras_->cameras().empty();
    cameraAction_->setVisible(any);
    imageBox_->setMoreText(any ? tr("Picture from camera…") : QString());
}

void MainWindow::updateTexts() {
    updateFileBoxes();
    const auto& model = session_->model();
    const auto& image = session_->image();
    QStringList title;
    if (model) title << QString::fromStdString(model->name);
    if (image) title << QString::fromStdString(image->name);
    title << QStringLiteral("Mantissa");
    setWindowTitle(title.join(QStringLiteral(" — ")));
    updateStatus();
}

void MainWindow::updateStatus() {
    runButton_->setEnabled(!pages_.empty() && currentPage()->canRun());

    if (error_->isVisibleTo(this)) return;  // the status bar names the problem until it is solved
    const auto& report = session_->report();
    if (const QString own = pages_.empty() ? QString() : currentPage()->statusText(); !own.isEmpty())
        status_->setText(own);
    else if (session_->stale())
        status_->setText(tr("Press Run (F5) to update."));
    else if (report)
        status_->setText(
            (report->partial ? tr("Cancelled after %1 of the formats, %2 s") : tr("Ready. %1 formats finished in %2 s"))
                .arg(report->runs.size())
                .arg(fixedText(report->seconds, report->seconds < 10 ? 2 : 0)));
    else
        status_->setText(tr("Ready."));
}

void MainWindow::updateFirstOpenStrip() {
    const auto& report = session_->report();
    const bool bundled = report && report->model && contains(bundledModels(), report->model->path) && report->image &&
                         contains(bundledSamples(), report->image->path);
    const bool compare = !pages_.empty() && stack_->currentIndex() == 0;
    firstOpen_->setVisible(settings_.value(option::kFirstOpenStrip) && bundled && compare &&
                           !error_->isVisibleTo(this));
    if (bundled)
        firstOpen_->setText(
            tr("This is a live result, computed on your computer in %1 s").arg(fixedText(report->seconds, 2)),
            tr("To use your own, drop an image or a model here: a Hugging Face folder, a torch.export, TorchScript or "
               "ONNX file, weights. Files stay on this computer."));
}

void MainWindow::updateColors() {
    const Tokens& t = Theme::instance().tokens();
    for (std::size_t i = 0; i < railButtons_.size(); ++i) {
        QIcon icon;
        const QIcon off = glyph(pages_[i]->icon(), t.text2), on = glyph(pages_[i]->icon(), t.accent);
        icon.addPixmap(off.pixmap({20, 20}, devicePixelRatioF()), QIcon::Normal, QIcon::Off);
        icon.addPixmap(on.pixmap({20, 20}, devicePixelRatioF()), QIcon::Normal, QIcon::On);
        railButtons_[i]->setIcon(icon);
    }
    settingsButton_->setIcon(glyph(Glyph::settings, t.text2));
    openButton_->setIcon(glyph(Glyph::folder, t.accent));
    runButton_->setIcon(glyph(Glyph::play, t.onAccent));
    projectorButton_->setIcon(glyph(Glyph::projector, t.text1));
    themeButton_->setIcon(glyph(Glyph::theme, t.text1));
    exportButton_->setIcon(glyph(Glyph::exportChart, t.text1));
    const QString names[]{tr("System"), tr("Light"), tr("Dark")};
    themeButton_->setToolTip(tr("Theme: %1 (Ctrl+T)").arg(names[static_cast<int>(Theme::instance().mode())]));
}

void MainWindow::updateWidthClass() {
    const WidthClass width = this->width() < kNarrowBelow ? WidthClass::narrow : WidthClass::wide;
    const bool narrow = width == WidthClass::narrow;
    rail_->setFixedWidth(narrow ? kRailNarrow : kRailWide);
    std::vector<QToolButton*> buttons = railButtons_;
    buttons.push_back(settingsButton_);
    for (auto* button : buttons) {
        button->setToolButtonStyle(narrow ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextUnderIcon);
        button->setFixedSize(rail_->width() - 1, 60);
    }
    openButton_->setText(narrow ? QString() : tr("Open…"));
    openButton_->setAccessibleName(tr("Open a model"));
    projectorButton_->setToolButtonStyle(narrow ? Qt::ToolButtonIconOnly : Qt::ToolButtonTextBesideIcon);
    modelBox_->setMaximumWidth(narrow ? 240 : 300);
    imageBox_->setMaximumWidth(narrow ? 180 : 300);
    for (Page* page : pages_)
        if (page->window() == this) page->setWidthClass(width);  // one on the projector has a width of its own
}

void MainWindow::closeEvent(QCloseEvent* event) {
    settings_.setGeometry(saveGeometry());
    session_->cancel();
    event->accept();
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    if (!pages_.empty()) updateWidthClass();
    if (dropFrame_) dropFrame_->setGeometry(rect());
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const DropPlan plan = planDrop(*event->mimeData());
    if (plan.text.isEmpty()) return;
    event->acceptProposedAction();
    dropFrame_->showText(plan.text);
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*) { dropFrame_->hide(); }

void MainWindow::dropEvent(QDropEvent* event) {
    dropFrame_->hide();
    const DropPlan plan = planDrop(*event->mimeData());
    if (plan.picture) session_->pasteImage(qvariant_cast<QImage>(event->mimeData()->imageData()));
    if (!plan.files.empty()) openFiles(plan.files);
    event->acceptProposedAction();
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && session_->busy()) return session_->cancel();
    if (event->key() == Qt::Key_Escape && error_->isVisible()) return session_->dismissProblem();
    QMainWindow::keyPressEvent(event);
}

}  // namespace mantissa::ui
