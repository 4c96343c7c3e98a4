#include "evaluate/source_bar.h"

#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include "number_text.h"
#include "session/session.h"
#include "session/settings.h"
#include "widgets/card.h"
#include "widgets/elided_label.h"

namespace mantissa::ui {
namespace {

const QString kFolder = QStringLiteral("pictures");

/// A path with "~" for the user's own folder.
QString fromHome(const QString& path) {
    const QString home = QDir::homePath() + '/';
    return path.startsWith(home) ? QStringLiteral("~/") + path.mid(home.size()) : path;
}

}  // namespace

SourceBar::SourceBar(Session& session, QWidget* parent)
    : QFrame(parent),
      session_(session),
      folder_(session.folder()),
      path_(new ElidedLabel(Qt::ElideMiddle, this)),
      state_(roleLabel({}, "caption", this)),
      bar_(new QProgressBar(this)),
      labels_(new QPushButton(tr("Labels…"), this)),
      run_(new QPushButton(this)),
      save_(new QPushButton(tr("Save"), this)) {
    setProperty("role", "card");
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 6, 10, 6);
    layout->setSpacing(8);
    auto* choose = new QPushButton(tr("Choose pictures"), this);
    auto* menu = new QMenu(choose);
    menu->addAction(tr("Folder…"), this, &SourceBar::chooseFolder);
    menu->addAction(tr("CIFAR-10 file…"), this, &SourceBar::chooseCifar);
    choose->setMenu(menu);
    choose->setToolTip(
        tr("A folder, with one subfolder a class where classes are known, or a file of CIFAR-10 in its binary form"));
    labels_->setToolTip(tr("A CSV file with the classes of the pictures in the folder: file, class"));
    layout->addWidget(choose);
    layout->addWidget(labels_);
    auto* words = new QVBoxLayout;
    words->setSpacing(1);
    path_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    state_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    words->addWidget(path_);
    words->addWidget(state_);
    layout->addLayout(words, 1);
    bar_->setFixedSize(160, 14);
    bar_->setTextVisible(false);
    bar_->hide();
    layout->addWidget(bar_);
    run_->setProperty("role", "primary");
    layout->addWidget(run_);
    auto* saveMenu = new QMenu(save_);
    saveMenu->addAction(tr("Every picture as CSV…"), this, [this] { save(false); });
    saveMenu->addAction(tr("Summary as JSON…"), this, [this] { save(true); });
    save_->setMenu(saveMenu);
    layout->addWidget(save_);

    connect(labels_, &QPushButton::clicked, this, &SourceBar::chooseLabels);
    connect(run_, &QPushButton::clicked, this, [this] { folder_.running() ? session_.cancel() : folder_.run(); });
    connect(&folder_, &FolderSession::sourceChanged, this, &SourceBar::follow);
    connect(&folder_, &FolderSession::runningChanged, this, &SourceBar::follow);
    connect(&folder_, &FolderSession::reportReady, this, &SourceBar::follow);
    connect(&session_, &Session::modelChanged, this, &SourceBar::follow);
    connect(&session_, &Session::choicesChanged, this, &SourceBar::follow);
    connect(&session_, &Session::progress, this, &SourceBar::showProgress);
    follow();
}

void SourceBar::chooseFolder() {
    const QString path =
        QFileDialog::getExistingDirectory(this, tr("Choose a folder of pictures"), session_.settings().folder(kFolder));
    if (path.isEmpty()) return;
    session_.settings().setFolder(kFolder, path);
    folder_.setSource({.path = path.toStdString()});
}

void SourceBar::chooseCifar() {
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Choose a file of CIFAR-10"), session_.settings().folder(kFolder),
                                     tr("CIFAR-10 in binary form (*.bin);;All files (*)"));
    if (path.isEmpty()) return;
    session_.settings().setFolder(kFolder, QFileInfo(path).absolutePath());
    folder_.setSource({.path = path.toStdString()});
}

void SourceBar::chooseLabels() {
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Choose a file of labels"), session_.settings().folder(kFolder),
                                     tr("Comma-separated values (*.csv);;All files (*)"));
    if (path.isEmpty()) return;
    PictureSource source = *folder_.source();
    source.labels = path.toStdString();
    folder_.setSource(source);
}

void SourceBar::save(bool asJson) {
    const QString suffix = asJson ? QStringLiteral("json") : QStringLiteral("csv");
    const QString proposed =
        session_.settings().folder(QStringLiteral("export")) + QStringLiteral("/evaluation.") + suffix;
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save the evaluation"), proposed, asJson ? tr("JSON (*.json)") : tr("Comma-separated values (*.csv)"));
    if (path.isEmpty()) return;
    session_.settings().setFolder(QStringLiteral("export"), QFileInfo(path).absolutePath());
    folder_.save(path.toStdString(), asJson ? FolderSession::FileForm::json : FolderSession::FileForm::csv);
}

QString SourceBar::stateText() const {
    if (!session_.model()) return tr("Open a model first.");
    if (!folder_.source())
        return tr("A folder of pictures, or a file of CIFAR-10. One subfolder a class gives accuracy.");
    if (folder_.canGoOn() && !folder_.running())
        return tr("Cancelled. Continue goes on where it stopped; what is done is shown, marked partial.");
    const auto& report = folder_.report();
    if (!report) return tr("Press Run to evaluate these pictures in every format that is on.");
    QString text = tr("%1 pictures").arg(groupedText(static_cast<std::int64_t>(report->done.size())));
    if (!report->skipped.empty())
        text += tr(", %1 skipped").arg(groupedText(static_cast<std::int64_t>(report->skipped.size())));
    const double now =
        static_cast<double>(report->done.size() + report->skipped.size()) - static_cast<double>(report->resumed);
    if (report->seconds > 0 && now > 0)
        text += tr(", %1 s, %2 a second").arg(fixedText(report->seconds, 1), compactText(now / report->seconds, 3));
    if (folder_.stale())
        text = tr("Press Run to update. Shown: %1 with %2.").arg(text, QString::fromStdString(report->model->name));
    return text;
}

void SourceBar::follow() {
    const auto& source = folder_.source();
    const bool running = folder_.running();
    const QString path = source ? fromHome(QString::fromStdString(source->path.string())) : tr("No pictures chosen");
    const QString labels = source && !source->labels.empty()
                               ? tr(", labels from %1").arg(QString::fromStdString(source->labels.filename().string()))
                               : QString();
    path_->setText(path + labels);
    path_->setFullText(path + labels);
    std::error_code ignored;  // what cannot be examined is no folder
    labels_->setEnabled(source && !running && std::filesystem::is_directory(source->path, ignored));
    run_->setText(running ? tr("Cancel") : folder_.canGoOn() ? tr("Continue") : tr("Run"));
    run_->setEnabled(running || (session_.model() && source));
    save_->setEnabled(folder_.report() && !running);
    bar_->setVisible(running);
    state_->setText(running ? tr("Evaluating") : stateText());
}

void SourceBar::showProgress(const ProgressUpdate& update) {
    if (!folder_.running()) return;
    bar_->setRange(0, static_cast<int>(update.total));
    bar_->setValue(static_cast<int>(update.done));
    const QString stage = QString::fromStdString(update.stage);
    state_->setText(
        update.total > 0 ? tr("%1 of %2: %3").arg(groupedText(update.done), groupedText(update.total), stage) : stage);
}

}  // namespace mantissa::ui
