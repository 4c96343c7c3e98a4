#pragma once

#include <QObject>
#include <QThreadPool>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <utility>

#include "progress.h"
#include "result.h"

namespace mantissa::ui {

/// What a job is about. A new job of a kind makes the one before stale: it is told to stop, and its result is dropped.
enum class JobKind {
    openModel,
    openImage,
    compare,
    memory,
    dot,
    dotTensors,
    evaluate,
    thumbnails,
    layers,
    sensitivity,
    layerValues,
    save,
    exportChart,
    selfCheck,
    hubPlan,
    hubDownload,
    modelList,
    cameraList,
    cameraPicture,
    cameraTake,
    cameraClose
};

/// Runs long calls one after the other on one thread, and hands their results to the thread that owns it. The only
/// place in the program with threads (LibTorch has its own inside). Its destructor tells the running job to stop and
/// waits for it.
class JobRunner final : public QObject {
    Q_OBJECT

  public:
    explicit JobRunner(QObject* parent = nullptr);
    ~JobRunner() override;

    template <class T>
    using Work = std::function<Result<T>(std::stop_token, const Progress&)>;
    template <class T>
    using Finished = std::function<void(Result<T>)>;

    /// `work` runs on the worker thread; `finished` on this object's thread, unless the job became stale.
    template <class T>
    void start(JobKind kind, Work<T> work, Finished<T> finished) {
        const Job job = begin(kind);
        pool_.start([this, job, work = std::move(work), finished = std::move(finished)] {
            auto result = std::make_shared<Result<T>>(run<T>(job, work));
            QMetaObject::invokeMethod(
                this,
                [this, job, result, finished] {
                    if (end(job)) finished(std::move(*result));
                },
                Qt::QueuedConnection);
        });
    }

    /// Tells the jobs that run or wait to stop; what they then return is still handed over.
    void cancel();
    /// Tells the job of this kind to stop, and drops its result.
    void drop(JobKind kind);
    bool busy() const { return !current_.empty(); }
    bool busy(JobKind kind) const { return current_.contains(kind); }

  signals:
    void busyChanged(bool busy);
    void progress(const mantissa::ProgressUpdate& update);

  private:
    struct Job {
        std::uint64_t id = 0;
        JobKind kind = JobKind::compare;
        std::stop_source stop;
    };
    Job begin(JobKind kind);
    bool end(const Job& job);  ///< false: stale
    Progress progressOf(const Job& job);

    template <class T>
    Result<T> run(const Job& job, const Work<T>& work) {
        if (job.stop.stop_requested())
            return Error{.code = ErrorCode::cancelled, .message = "cancelled before it began"};
        // The studies return their errors; only running out of memory in between still arrives as an exception, and one
        // that left the worker thread would end the program.
        try {
            return work(job.stop.get_token(), progressOf(job));
        } catch (const std::exception& failure) {
            return Error{.code = ErrorCode::internal, .message = failure.what()};
        }
    }

    std::map<JobKind, Job> current_;
    std::uint64_t lastId_ = 0;
    QThreadPool pool_;  ///< last member: it is waited for before anything else goes
};

}  // namespace mantissa::ui
