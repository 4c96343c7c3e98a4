#include "session/session.h"

#include <QCryptographicHash>
#include <QFileInfo>
#include <QMimeDatabase>
#include <QPainter>
#include <QUndoStack>
#include <algorithm>
#include <utility>

#include "session/folder_session.h"
#include "session/job_runner.h"
#include "session/layers_session.h"
#include "session/settings.h"

namespace mantissa::ui {

namespace fs = std::filesystem;

/// One step of the undo stack.
class ChooseCommand final : public QUndoCommand {
  public:
    ChooseCommand(Session& session, const QString& name, Choices after)
        : QUndoCommand(name), session_(session), before_(session.choices()), after_(std::move(after)) {}

    void undo() override { session_.apply(before_); }
    void redo() override { session_.apply(after_); }

  private:
    Session& session_;
    Choices before_, after_;
};

namespace {

QString quoted(const fs::path& path) {
    const fs::path name = path.filename().empty() ? path.parent_path().filename() : path.filename();
    return QStringLiteral("“%1”").arg(QString::fromStdString(name.string()));
}

/// A picture from the clipboard as a file would give it: 8-bit RGB, composited on white.
SourceImage sourceOf(const QImage& picture) {
    QImage flat(picture.size(), QImage::Format_RGB888);
    flat.fill(Qt::white);
    QPainter painter(&flat);
    painter.drawImage(QPoint(0, 0), picture);
    painter.end();
    SourceImage source;
    source.name = "pasted image";
    source.rgb.width = flat.width();
    source.rgb.height = flat.height();
    const auto rowBytes = static_cast<std::size_t>(flat.width()) * 3;
    source.rgb.pixels.reserve(rowBytes * static_cast<std::size_t>(flat.height()));
    for (int y = 0; y < flat.height(); ++y) {
        const auto* row = flat.constScanLine(y);
        source.rgb.pixels.insert(source.rgb.pixels.end(), row, row + rowBytes);
    }
    const QByteArray bytes = QByteArray::fromRawData(reinterpret_cast<const char*>(source.rgb.pixels.data()),
                                                     static_cast<qsizetype>(source.rgb.pixels.size()));
    source.sha256 = QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex().toStdString();
    return source;
}

/// What was opened, unless the user no longer wants it.
template <class Opened>
Result<Opened> unlessStopped(Result<Opened> opened, const std::stop_token& stop) {
    if (stop.stop_requested()) return Error{.code = ErrorCode::cancelled, .message = "opening was stopped"};
    return opened;
}

}  // namespace

bool looksLikePicture(const fs::path& path) {
    const QFileInfo info(QString::fromStdString(path.string()));
    if (info.isDir()) return false;
    const QMimeDatabase types;
    const QMimeType byContent = types.mimeTypeForFile(info, QMimeDatabase::MatchContent);
    if (byContent.name().startsWith(QLatin1String("image/"))) return true;
    if (!byContent.isDefault() && byContent.name() != QLatin1String("text/plain")) return false;
    // Damaged pictures have no recognisable content: their name still says where they belong, so that the error is the
    // right one.
    return types.mimeTypeForFile(info, QMimeDatabase::MatchExtension).name().startsWith(QLatin1String("image/"));
}

Choices withCustom(Choices choices, const Format& custom) {
    const Format before = std::exchange(choices.custom, custom);
    std::replace(choices.candidates.begin(), choices.candidates.end(), before, custom);
    if (choices.reference == before) choices.reference = custom;
    return choices;
}

Session::Session(Settings& settings, QObject* parent)
    : QObject(parent),
      settings_(settings),
      jobs_(std::make_unique<JobRunner>()),
      folder_(std::make_unique<FolderSession>(*this, *jobs_)),
      undoStack_(std::make_unique<QUndoStack>()) {
    choices_.candidates = {format("bf16")};
    layers_ = std::make_unique<LayersSession>(*this, *jobs_);  // it reads the choices
    connect(jobs_.get(), &JobRunner::busyChanged, this, &Session::busyChanged);
    connect(jobs_.get(), &JobRunner::progress, this, &Session::progress);
}

Session::~Session() {
    // The window goes first; nothing is there to hear about the jobs that end now.
    jobs_->disconnect(this);
    jobs_.reset();
}

Preprocessing Session::preprocessing() const {
    if (choices_.preprocessing) return *choices_.preprocessing;
    return model_ ? model_->preprocessing : Preprocessing{};
}

bool Session::stale() const { return stale_; }
bool Session::busy() const { return jobs_->busy(); }

QString Session::work() const {
    if (!busy()) return {};
    const QString model = model_ ? QString::fromStdString(model_->name) : QString();
    if (jobs_->busy(JobKind::openModel)) return tr("Opening the model");
    if (jobs_->busy(JobKind::openImage)) return tr("Opening the picture");
    if (jobs_->busy(JobKind::compare)) return tr("Comparing formats on %1").arg(model);
    if (jobs_->busy(JobKind::memory)) return tr("Measuring the memory of %1").arg(model);
    if (jobs_->busy(JobKind::evaluate)) return tr("Evaluating the folder with %1").arg(model);
    if (jobs_->busy(JobKind::layers)) return tr("Comparing the layers of %1").arg(model);
    if (jobs_->busy(JobKind::sensitivity)) return tr("Trying each layer of %1").arg(model);
    if (jobs_->busy(JobKind::dot)) return tr("Adding up the dot product");
    if (jobs_->busy(JobKind::selfCheck)) return tr("Checking the formats against LibTorch");
    return tr("Computing");
}

void Session::makeWay() {
    if (problem_) dismissProblem();
    outdated_ = outdated_ || jobs_->busy(JobKind::compare);
    jobs_->drop(JobKind::compare);
}

void Session::openModel(const fs::path& path) {
    makeWay();
    jobs_->drop(JobKind::memory);
    jobs_->start<ModelPtr>(
        JobKind::openModel,
        [path](std::stop_token stop, const Progress&) { return unlessStopped(mantissa::openModel(path), stop); },
        [this, path](Result<ModelPtr> opened) {
            if (opened) return takeModel(std::move(*opened), path);
            notOpened(Problem::Kind::model, path, opened.error());
        });
}

void Session::notOpened(Problem::Kind kind, const fs::path& path, const Error& error) {
    const auto list = kind == Problem::Kind::model ? Settings::Recent::models : Settings::Recent::images;
    if (error.code != ErrorCode::cancelled) settings_.removeRecent(list, QString::fromStdString(path.string()));
    tell({tr("%1 was not opened").arg(quoted(path)), error, path, kind});
    if (outdated_) afterChange();
}

void Session::openImage(const fs::path& path) {
    makeWay();
    jobs_->start<SourceImage>(
        JobKind::openImage,
        [path](std::stop_token stop, const Progress&) { return unlessStopped(mantissa::openImage(path), stop); },
        [this, path](Result<SourceImage> opened) {
            if (opened) {
                settings_.addRecent(Settings::Recent::images, QString::fromStdString(path.string()));
                return useImage(std::move(*opened));
            }
            notOpened(Problem::Kind::image, path, opened.error());
        });
}

void Session::open(const fs::path& path) {
    if (looksLikePicture(path))
        openImage(path);
    else
        openModel(path);
}

void Session::pasteImage(const QImage& picture) {
    if (picture.isNull()) return;
    makeWay();
    jobs_->drop(JobKind::openImage);
    useImage(sourceOf(picture));
}

void Session::takeModel(ModelPtr model, const fs::path& path) {
    model_ = std::move(model);
    settings_.addRecent(Settings::Recent::models, QString::fromStdString(path.string()));
    // Preprocessing and layers belong to a model: those of the last one must come back neither now nor through undo.
    if (modelChoiceWasMade_) undoStack_->clear();
    modelChoiceWasMade_ = false;
    choices_.preprocessing.reset();
    choices_.keep.clear();
    memoryReport_.reset();
    solve(Problem::Kind::model);
    emit modelChanged();
    emit choicesChanged();
    afterChange();
}

void Session::rememberInput(const Sidecar& sidecar) { reopenAfter(writeSidecar(model_->path, sidecar)); }

void Session::forgetInput() { reopenAfter(removeSidecar(model_->path)); }

void Session::reopenAfter(const Status& status) {
    const fs::path path = model_->path;
    if (status) return openModel(path);
    tell({tr("The input of %1 was not saved").arg(quoted(path)), status.error(), path, Problem::Kind::model});
}

void Session::useImage(SourceImage image) {
    image_ = std::move(image);
    solve(Problem::Kind::image);
    emit imageChanged();
    afterChange();
}

void Session::choose(const QString& name, const Choices& choices) {
    if (choices == choices_) return;
    undoStack_->push(new ChooseCommand(*this, name, choices));
}

void Session::setCustom(const Format& custom) {
    const auto known = knownFormats();
    if (custom == choices_.custom || std::find(known.begin(), known.end(), custom) != known.end()) return;
    const Choices before = std::exchange(choices_, withCustom(choices_, custom));
    emit choicesChanged();
    if (before.candidates != choices_.candidates || before.reference != choices_.reference) afterChange();
}

void Session::apply(const Choices& choices) {
    choices_ = choices;
    modelChoiceWasMade_ = modelChoiceWasMade_ || choices.preprocessing.has_value() || !choices.keep.empty();
    emit choicesChanged();
    afterChange();
}

void Session::setRunOnChange(bool on) {
    settings_.set(option::kRunOnChange, on);
    if (on && stale_) run();
}

bool Session::runOnChange() const { return settings_.value(option::kRunOnChange); }

void Session::afterChange() {
    if (!model_ || !image_) return;
    outdated_ = true;
    if (jobs_->busy(JobKind::openModel) || jobs_->busy(JobKind::openImage)) return;
    if (runOnChange()) return run();
    jobs_->drop(JobKind::compare);
    setStale(true);
}

void Session::setStale(bool stale) {
    if (stale_ == stale) return;
    stale_ = stale;
    emit staleChanged();
}

void Session::run() {
    if (!model_ || !image_) return;
    CompareRequest request;
    request.model = model_;
    request.image = image_;
    request.preprocessing = choices_.preprocessing;
    request.reference = choices_.reference;
    request.candidates = choices_.candidates;
    request.emulated = choices_.emulated;
    request.scope = choices_.scope;
    request.keep = choices_.keep;
    request.runs = settings_.value(option::kTimedRuns);
    request.timeLimitSeconds = settings_.value(option::kTimeLimit);
    request.threads = settings_.value(option::kThreads);
    std::erase(request.candidates, request.reference);
    outdated_ = false;
    setStale(false);
    jobs_->start<CompareReport>(
        JobKind::compare, jobOf(&compare, std::move(request), choices_.scales),
        [this](Result<CompareReport> result) { takeReport(std::move(result)); });
}

void Session::takeReport(Result<CompareReport> result) {
    if (!result) {
        setStale(true);
        return tell({tr("The comparison did not finish"), result.error(), {}, Problem::Kind::comparison});
    }
    report_ = std::make_shared<const CompareReport>(std::move(*result));
    solve(Problem::Kind::comparison);
    emit compareReady();
}

void Session::cancel() { jobs_->cancel(); }

void Session::dismissProblem() {
    problem_.reset();
    emit problemSolved();
}

/// What was asked for before something went wrong does not undo it: the bundled picture opens, and is compared, after a
/// model of the command line did not.
void Session::solve(Problem::Kind kind) {
    const bool file = problem_ == Problem::Kind::model || problem_ == Problem::Kind::image;
    if (!file || problem_ == kind) dismissProblem();
}

void Session::measureMemory(const std::vector<Format>& formats, int batch) {
    if (!model_) return;
    MemoryRequest request{.model = model_,
                          .image = image_,
                          .preprocessing = choices_.preprocessing,
                          .formats = formats,
                          .batch = batch,
                          .scales = choices_.scales.options,
                          .keep = choices_.keep};
    jobs_->start<MemoryReport>(
        JobKind::memory,
        [request = std::move(request)](std::stop_token stop, const Progress& progress) {
            return mantissa::measureMemory(request, stop, progress);
        },
        [this](Result<MemoryReport> result) {
            if (!result) return tell({tr("Memory was not measured"), result.error(), {}, Problem::Kind::memory});
            memoryReport_ = std::make_shared<const MemoryReport>(std::move(*result));
            emit memoryReady();
        });
}

void Session::checkItself() {
    if (selfCheck_ || jobs_->busy(JobKind::selfCheck)) return;
    jobs_->start<SelfCheckReport>(
        JobKind::selfCheck,
        [](std::stop_token stop, const Progress& progress) { return mantissa::selfCheck(stop, progress); },
        [this](Result<SelfCheckReport> result) {
            // Cancelled: the next visit asks again.
            if (!result && result.error().code == ErrorCode::cancelled) return;
            selfCheck_ = std::make_shared<const Result<SelfCheckReport>>(std::move(result));
            emit selfCheckReady();
        });
}

void Session::tell(const Problem& what) {
    if (what.error.code == ErrorCode::cancelled) {
        emit cancelled();
        return;
    }
    problem_ = what.kind;
    emit problem(what);
}

}  // namespace mantissa::ui
