#include "session/hub_session.h"

#include <utility>

#include "session/job_runner.h"

namespace mantissa::ui {

HubSession::HubSession(QObject* parent) : QObject(parent), jobs_(std::make_unique<JobRunner>()) {
    connect(jobs_.get(), &JobRunner::progress, this, [this](const ProgressUpdate& update) {
        if (state_ == State::downloading) emit progress(update);
    });
}

HubSession::~HubSession() = default;

void HubSession::go(State state, std::optional<Error> error) {
    state_ = state;
    error_ = std::move(error);
    emit changed();
}

void HubSession::ask(const QString& name) {
    if (busy()) return;
    plan_.reset();
    const auto asked = parseHubName(name.trimmed().toStdString());
    if (!asked) return go(State::idle, asked.error());
    auto options = hubOptionsFromEnvironment();
    if (!options) return go(State::idle, std::move(options).error());
    options_ = *std::move(options);
    go(State::asking);
    jobs_->start<HubPlan>(
        JobKind::hubPlan,
        [asked = *asked, options = options_](std::stop_token stop, const Progress&) {
            return planDownload(asked, options, stop);
        },
        [this](Result<HubPlan> planned) {
            if (!planned) return go(State::idle, planned.error());
            plan_ = *std::move(planned);
            go(State::planned);
        });
}

void HubSession::download() {
    if (state_ != State::planned) return;
    go(State::downloading);
    jobs_->start<std::filesystem::path>(
        JobKind::hubDownload,
        [plan = *plan_, options = options_](std::stop_token stop, const Progress& progress) {
            return downloadModel(plan, options, stop, progress);
        },
        [this](Result<std::filesystem::path> got) {
            plan_->countBytesHere(options_);
            if (!got) return go(State::planned, got.error());
            folder_ = *std::move(got);
            go(State::done);
            lookIntoCache();
        });
}

void HubSession::cancel() {
    if (busy()) jobs_->cancel();
}

void HubSession::reset() {
    jobs_->drop(JobKind::hubPlan);
    jobs_->drop(JobKind::hubDownload);
    plan_.reset();
    folder_.clear();
    go(State::idle);
}

void HubSession::lookIntoCache() {
    jobs_->start<std::vector<ListedModel>>(
        JobKind::modelList, [](std::stop_token stop, const Progress&) { return listModels(stop); },
        [this](Result<std::vector<ListedModel>> listed) {
            if (!listed) return;  // cancelled: the list from before still holds
            std::erase_if(*listed, [](const ListedModel& model) { return model.source != ModelSource::hubCache; });
            cached_ = *std::move(listed);
            emit cachedChanged();
        });
}

}  // namespace mantissa::ui
