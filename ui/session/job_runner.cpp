#include "session/job_runner.h"

namespace mantissa::ui {

using namespace std::chrono_literals;

JobRunner::JobRunner(QObject* parent) : QObject(parent) { pool_.setMaxThreadCount(1); }

JobRunner::~JobRunner() {
    cancel();
    pool_.waitForDone();
}

JobRunner::Job JobRunner::begin(JobKind kind) {
    const bool wasBusy = busy();
    if (const auto before = current_.find(kind); before != current_.end()) {
        before->second.stop.request_stop();
        current_.erase(before);
    }
    const Job job{.id = ++lastId_, .kind = kind, .stop = {}};
    current_.emplace(kind, job);
    if (!wasBusy) emit busyChanged(true);
    return job;
}

bool JobRunner::end(const Job& job) {
    const auto found = current_.find(job.kind);
    if (found == current_.end() || found->second.id != job.id) return false;
    current_.erase(found);
    if (!busy()) emit busyChanged(false);
    return true;
}

void JobRunner::cancel() {
    for (auto& [kind, job] : current_) job.stop.request_stop();
}

void JobRunner::drop(JobKind kind) {
    const auto found = current_.find(kind);
    if (found == current_.end()) return;
    found->second.stop.request_stop();
    current_.erase(found);
    if (!busy()) emit busyChanged(false);
}

Progress JobRunner::progressOf(const Job& job) {
    // Layers may pass faster than the screen refreshes: at most one update each 30 ms crosses the threads.
    struct Throttle {
        std::chrono::steady_clock::time_point last{};
    };
    return [this, id = job.id, kind = job.kind, throttle = std::make_shared<Throttle>()](const ProgressUpdate& update) {
        const auto now = std::chrono::steady_clock::now();
        if (now - throttle->last < 30ms) return;
        throttle->last = now;
        QMetaObject::invokeMethod(
            this,
            [this, id, kind, update] {
                const auto found = current_.find(kind);
                if (found != current_.end() && found->second.id == id) emit progress(update);
            },
            Qt::QueuedConnection);
    };
}

}  // namespace mantissa::ui
