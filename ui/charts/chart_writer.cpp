#include "charts/chart_writer.h"

#include <QTimer>
#include <utility>

#include "session/job_runner.h"

namespace mantissa::ui {

ChartWriter::ChartWriter(QObject* parent) : QObject(parent), jobs_(std::make_unique<JobRunner>()) {}

ChartWriter::~ChartWriter() = default;

void ChartWriter::start(std::vector<ChartToWrite> charts) {
    if (busy_) return;
    charts_ = std::move(charts);
    next_ = 0;
    outcome_ = {.written = {}, .asked = charts_.size(), .error = {}};
    busy_ = true;
    cancelled_ = false;
    goOn();
}

void ChartWriter::cancel() {
    cancelled_ = true;
    jobs_->cancel();
}

/// Through the event loop: between two charts the window paints and hears the user.
void ChartWriter::goOn() { QTimer::singleShot(0, this, &ChartWriter::paintNext); }

void ChartWriter::paintNext() {
    const Error stopped{.code = ErrorCode::cancelled, .message = "cancelled"};
    if (next_ == charts_.size()) return finish({});  // also where Cancel came too late
    if (cancelled_) return finish(stopped);
    const ChartToWrite& chart = charts_[next_++];
    emit progress({.stage = chart.path.filename().string(),
                   .done = static_cast<std::int64_t>(next_ - 1),
                   .total = static_cast<std::int64_t>(charts_.size())});
    auto painted = chart.paint();
    if (!painted) return finish(std::move(painted).error());
    if (cancelled_) return finish(stopped);  // by who heard of the progress
    if (!*painted) return goOn();
    jobs_->start<Done>(
        JobKind::exportChart,
        [painted = **std::move(painted)](std::stop_token stop, const Progress&) { return writeChart(painted, stop); },
        [this, path = chart.path](Status status) {
            if (!status) return finish(std::move(status).error());
            outcome_.written.push_back(path);
            goOn();
        });
}

void ChartWriter::finish(std::optional<Error> error) {
    busy_ = false;
    charts_.clear();  // and with them the charts that were made for them
    outcome_.error = std::move(error);
    emit finished(outcome_);
}

}  // namespace mantissa::ui
