#include "session/folder_session.h"

#include <algorithm>
#include <utility>

#include "report/evaluate_json.h"
#include "session/job_runner.h"
#include "session/settings.h"
#include "storage/atomic_file.h"

namespace mantissa::ui {
namespace {

namespace fs = std::filesystem;

using Thumbnails = std::vector<std::pair<std::uint32_t, QImage>>;

QImage thumbnailOf(const RgbImage& picture, int side) {
    const QImage whole(picture.pixels.data(), picture.width, picture.height, 3 * picture.width, QImage::Format_RGB888);
    // Pictures smaller than this are shown pixel by pixel.
    const bool shrinks = picture.width > side || picture.height > side;
    return whole.scaled(side, side, Qt::KeepAspectRatio, shrinks ? Qt::SmoothTransformation : Qt::FastTransformation)
        .copy();  // its own pixels, also where there was nothing to scale
}

}  // namespace

bool FolderSession::Question::operator==(const Question& other) const {
    return model == other.model && source.path == other.source.path && source.labels == other.source.labels &&
           choices == other.choices;
}

FolderSession::FolderSession(Session& session, JobRunner& jobs) : session_(session), jobs_(jobs) {
    connect(&session, &Session::modelChanged, this, [this] {
        jobs_.drop(JobKind::evaluate);
        emit runningChanged();
    });
}

std::optional<FolderSession::Question> FolderSession::question() const {
    if (!session_.model() || !source_) return std::nullopt;
    return Question{session_.model(), *source_, session_.choices()};
}

bool FolderSession::running() const { return jobs_.busy(JobKind::evaluate); }
bool FolderSession::canGoOn() const { return kept_ && kept_ == question(); }
bool FolderSession::stale() const { return report_ && !(reported_ == question()); }

void FolderSession::setSource(const PictureSource& source) {
    source_ = source;
    emit sourceChanged();
}

void FolderSession::run() {
    const auto asked = question();
    if (!asked || running()) return;
    const fs::path rows = fs::path(folder_.path().toStdString()) / "rows";
    if (!canGoOn()) {
        std::error_code ignored;  // where there is none there is nothing to go on from
        fs::remove(rows, ignored);
    }
    kept_ = asked;
    EvaluateRequest request;
    request.model = asked->model;
    request.preprocessing = asked->choices.preprocessing;
    request.reference = asked->choices.reference;
    request.candidates = asked->choices.candidates;
    request.emulated = asked->choices.emulated;
    request.scope = asked->choices.scope;
    request.keep = asked->choices.keep;
    request.threads = session_.settings().value(option::kThreads);
    request.resume = rows;
    std::erase(request.candidates, request.reference);
    jobs_.start<EvaluateReport>(
        JobKind::evaluate,
        [request = std::move(request), source = asked->source, scales = asked->choices.scales](
            std::stop_token stop, const Progress& progress) mutable -> Result<EvaluateReport> {
            if (progress) progress({.stage = "Looking for pictures", .done = 0, .total = 0});
            auto pictures = PictureSet::open(source, request.model->labels);
            if (!pictures) return std::move(pictures).error();
            request.pictures = *std::move(pictures);
            if (auto status = takeScales(request, scales); !status) return std::move(status).error();
            return evaluate(request, stop, progress);
        },
        [this, asked = *asked](Result<EvaluateReport> result) { take(std::move(result), asked); });
    emit runningChanged();
}

void FolderSession::take(Result<EvaluateReport> result, const Question& asked) {
    if (!result) {
        const std::string name = asked.source.path.filename().string();
        emit runningChanged();
        return session_.tell({tr("“%1” was not evaluated").arg(QString::fromStdString(name)), result.error(),
                              asked.source.path, Problem::Kind::evaluation});
    }
    if (!result->partial) kept_.reset();
    report_ = std::make_shared<const EvaluateReport>(*std::move(result));
    reported_ = asked;
    session_.dismissProblem();
    emit runningChanged();
    emit reportReady();
}

void FolderSession::openPicture(std::uint32_t picture) {
    if (!report_) return;
    jobs_.start<SourceImage>(
        JobKind::openImage,
        [report = report_, picture](std::stop_token, const Progress&) { return report->pictures->openOne(picture); },
        [this, report = report_, picture](Result<SourceImage> opened) {
            if (!opened)
                return session_.tell(
                    {tr("“%1” was not opened").arg(QString::fromStdString(report->pictures->name(picture))),
                     opened.error(), report->pictures->path(), Problem::Kind::image});
            session_.useImage(*std::move(opened));
            emit pictureOpened();
        });
}

void FolderSession::requestThumbnails(const std::vector<std::uint32_t>& pictures, int side) {
    if (!report_ || pictures.empty()) return;
    jobs_.start<Thumbnails>(
        JobKind::thumbnails,
        [report = report_, pictures, side](std::stop_token stop, const Progress&) -> Result<Thumbnails> {
            Thumbnails made;
            for (const auto picture : pictures) {
                if (stop.stop_requested()) break;
                // One that has gone since leaves its place empty; opening it says why.
                if (auto image = report->pictures->read(picture)) made.emplace_back(picture, thumbnailOf(*image, side));
            }
            return made;
        },
        [this](Result<Thumbnails> made) {
            if (made)
                for (const auto& [picture, thumbnail] : *made) emit thumbnailReady(picture, thumbnail);
        });
}

void FolderSession::save(const fs::path& path, FileForm form) {
    if (!report_) return;
    jobs_.start<Done>(
        JobKind::save,
        [report = report_, path, form](std::stop_token, const Progress&) {
            return writeFileAtomically(path, form == FileForm::csv ? evaluateCsv(*report) : evaluateJson(*report));
        },
        [this, path](Status written) {
            const QString name = QString::fromStdString(path.filename().string());
            if (!written)
                return session_.tell(
                    {tr("“%1” was not written").arg(name), written.error(), path, Problem::Kind::evaluation});
            emit saved(QString::fromStdString(path.string()));
        });
}

}  // namespace mantissa::ui
