#include "study/evaluate.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "numerics/error_metrics.h"
#include "run/memory_limit.h"
#include "study/calibrator.h"
#include "study/evaluation_journal.h"
#include "study/evaluation_summary.h"
#include "study/format_batches.h"
#include "study/lanes.h"
#include "study/picture_batch.h"
#include "study/study_input.h"
#include "study/thread_count.h"

namespace mantissa {

std::optional<std::size_t> truthOf(const EvaluateReport& report, std::uint32_t picture) {
    const auto truth = report.pictures->truth(picture);
    if (truth && *truth < report.classes && report.classes <= report.pictures->ownClasses().value_or(report.classes))
        return truth;
    return std::nullopt;
}

std::int64_t foreignTruths(const EvaluateReport& report) {
    return std::count_if(report.done.begin(), report.done.end(), [&](std::uint32_t picture) {
        return report.pictures->truth(picture) && !truthOf(report, picture);
    });
}

std::string answerLabel(const Model& model, std::int32_t answer) {
    return answer == kNoAnswer ? "NaN" : model.label(static_cast<std::size_t>(answer));
}

namespace {

using Clock = std::chrono::steady_clock;

/// A batch that is larger is no faster, since its activations leave the processor's caches.
constexpr std::int64_t kMostAtOnce = 8;

/// A batch, and what each format makes of it; none of a format that has failed before.
struct BatchLogits {
    PictureBatch batch;
    std::vector<std::optional<Result<LogitRows>>> formats;
};

std::int32_t answerOf(std::span<const double> logits) {
    if (holdsNan(logits)) return kNoAnswer;
    return static_cast<std::int32_t>(topIndices(logits, 1).front());
}

/// How far a batch's logits may be from those of the picture alone before its answer could be another: what rounding to
/// the format moves the largest logit by, some times over, and never less than the noise of FP32 sums.
double closeCall(std::span<const double> logits, const Format& format) {
    double largest = 0;
    for (const double x : logits)
        if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
    constexpr double kSumNoise = 0x1p-16;
    return largest * std::max(4 * limits(format).epsilon, kSumNoise);
}

EvaluationRow rowOf(std::span<const double> logits, std::optional<std::size_t> truth) {
    EvaluationRow row;
    row.finite = std::all_of(logits.begin(), logits.end(), [](double x) { return std::isfinite(x); });
    const auto top = topIndices(logits, kTopAnswers);
    if (!holdsNan(logits)) row.answer = static_cast<std::int32_t>(top.front());
    row.inTopFive = row.answer != kNoAnswer && truth && std::find(top.begin(), top.end(), *truth) != top.end();
    if (top.size() > 1) row.margin = logits[top[0]] - logits[top[1]];
    return row;
}

void compareRow(EvaluationRow& row, std::span<const double> reference, std::span<const double> logits,
                const Format& format) {
    const ErrorMetrics metrics = errorMetrics(reference, logits, format, kTopAnswers);
    row.outcome = outcomeOf(reference, logits);
    row.referenceMargin = metrics.referenceMargin;
    row.keptMargin = metrics.candidateMargin;
    row.meanAbs = metrics.meanAbs;
    row.maxAbs = metrics.maxAbs;
    row.kl = metrics.kl;
    row.sqnrDb = metrics.sqnrDb;
}

class EvaluateStudy {
  public:
    EvaluateStudy(const EvaluateRequest& request, std::stop_token stop, const Progress& progress)
        : request_(request), control_{.stop = std::move(stop)}, progress_(progress) {}

    Result<EvaluateReport> run();

  private:
    Status prepare();
    Status prepareFormats(const at::Tensor& picture);
    Result<FormatBatches> prepareFormat(const FormatEvaluation& run, Calibrator& calibrator, const at::Tensor& picture);
    Status shareOut();
    std::string question() const;
    std::vector<BatchLogits> runBatches(std::size_t first);
    Status take(BatchLogits& made);
    Status settleCloseCalls(FormatBatches& format, const PictureBatch& batch, const LogitRows* reference,
                            LogitRows& rows);
    void addRows(FormatEvaluation& run, const PictureBatch& batch, const LogitRows& reference,
                 const LogitRows& rows) const;
    void tell(std::size_t next, std::size_t start, Clock::time_point since) const;

    const EvaluateRequest& request_;
    RunControl control_;
    const Progress& progress_;
    EvaluateReport report_;
    std::vector<std::optional<FormatBatches>> formats_;  ///< as report_.runs; none where it failed
    int lanes_ = 1;                                      ///< batches at once
};

/// Every format runs the first picture that can be read, which tells how it runs and what memory it takes.
Status EvaluateStudy::prepare() {
    for (std::size_t i = 0; i < report_.pictures->size(); ++i) {
        if (control_.stop.stop_requested())
            return Error{.code = ErrorCode::cancelled, .message = "stopped before the first picture"};
        PictureBatch one = loadBatch(*report_.pictures, report_.preprocessing, i, i + 1);
        if (!one.pictures.empty()) return prepareFormats(one.input);
        if (i + 1 == report_.pictures->size())
            return Error{.code = ErrorCode::unreadable,
                         .message = "none of the " + std::to_string(i + 1) + " pictures can be read; the last one " +
                                    one.skipped.front().reason,
                         .where = report_.pictures->path().string()};
    }
    return badRequest("there are no pictures");
}

Result<FormatBatches> EvaluateStudy::prepareFormat(const FormatEvaluation& run, Calibrator& calibrator,
                                                   const at::Tensor& picture) {
    RunnerOptions options = runnerOptionsOf(request_, run.format);
    if (&run != &report_.runs.front()) {
        auto scales = calibrator.scalesFor(run.format, request_.rounding, control_);
        if (!scales) return std::move(scales).error();
        options.scales = *std::move(scales);
    }
    return FormatBatches::prepare(request_.model->graph, run.format, options, picture, control_);
}

Status EvaluateStudy::prepareFormats(const at::Tensor& picture) {
    QuantizationOptions scales = request_.scales;
    if (!scales.pictures) scales.pictures = report_.pictures;
    Calibrator calibrator(request_.model->graph, picture, report_.preprocessing, scales);
    for (auto& run : report_.runs) {
        run.mode =
            runnerOptionsOf(request_, run.format).mode == RunMode::emulated ? RunMode::emulated : RunMode::native;
        auto made = prepareFormat(run, calibrator, picture);
        if (made) {
            run.mode = made->mode();
            run.fallbackFrom = made->fallbackFrom();
            formats_.emplace_back(*std::move(made));
            continue;
        }
        if (&run == &report_.runs.front() || made.error().code == ErrorCode::cancelled) return std::move(made).error();
        run.error = std::move(made).error();
        formats_.emplace_back(std::nullopt);
    }
    return Done{};
}

/// As many pictures in a batch as are asked for, and a batch for each thread; fewer where activations would take more
/// than a quarter of the memory that they may.
Status EvaluateStudy::shareOut() {
    report_.classes = formats_.front()->classes();
    const std::int64_t peak = std::max<std::int64_t>(formats_.front()->activationPeak(), 1);
    const std::int64_t pictures = activationBudget() / 4 / peak;
    report_.batch =
        request_.batch > 0 ? request_.batch : static_cast<int>(std::clamp<std::int64_t>(pictures, 1, kMostAtOnce));
    lanes_ = static_cast<int>(std::clamp<std::int64_t>(pictures / report_.batch, 1, at::get_num_threads()));
    for (auto& format : formats_)
        if (format)
            if (auto status = format->widen(static_cast<std::size_t>(lanes_)); !status) return status;
    return Done{};
}

/// Everything that results depend on, on one line.
std::string EvaluateStudy::question() const {
    nlohmann::ordered_json json{{"schema", "mantissa.evaluate-rows/3"},     {"mantissa", report_.environment.mantissa},
                                {"libtorch", report_.environment.libtorch}, {"model", request_.model->sha256},
                                {"pictures", report_.pictures->digest()},   {"count", report_.pictures->size()}};
    const Preprocessing& p = report_.preprocessing;
    json["preprocessing"] = {p.resize,    p.resizeHeight, p.resizeWidth,  p.resample,  p.centerCrop, p.cropHeight,
                             p.cropWidth, p.rescale,      p.flipChannels, p.normalize, p.mean,       p.std};
    json["scope"] = request_.scope;
    json["rounding"] = {request_.rounding.rounding, request_.rounding.overflow, request_.rounding.seed};
    json["formats"] = nlohmann::ordered_json::array();
    for (const auto& run : report_.runs)
        json["formats"].push_back({run.format.name, run.mode == RunMode::native ? "native" : "emulated"});
    json["batch"] = report_.batch;
    if (!request_.keep.empty()) json["keep"] = request_.keep;
    for (const auto& one : request_.overrides) json["overrides"].push_back({one.layer, one.format.name});
    const QuantizationOptions& s = request_.scales;
    json["scales"] = {s.weights,    s.activations,  s.calibration,
                      s.percentile, s.mostPictures, s.pictures ? s.pictures->digest() : std::string()};
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

/// Answers that the order of sums in a batch could have decided are asked for again, the picture alone; flips too, so
/// that each that is listed is one that compare() shows. A NaN is no close call: an overflow made it, and a format that
/// overflows does so on most pictures, each of which would be run twice.
Status EvaluateStudy::settleCloseCalls(FormatBatches& format, const PictureBatch& batch, const LogitRows* reference,
                                       LogitRows& rows) {
    if (format.oneAtATime() || batch.pictures.size() < 2) return Done{};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto logits = rows.row(i);
        if (holdsNan(logits)) continue;
        const auto top = topIndices(logits, 2);
        const bool close = top.size() > 1 && !(logits[top[0]] - logits[top[1]] > closeCall(logits, format.format()));
        const bool flip = reference && answerOf(reference->row(i)) != answerOf(logits);
        if (!close && !flip) continue;
        auto alone = format.runAlone(batch.input, static_cast<std::int64_t>(i), control_);
        if (!alone) return std::move(alone).error();
        std::copy(alone->values.begin(), alone->values.end(),
                  rows.values.begin() + static_cast<std::ptrdiff_t>(i * rows.classes));
    }
    return Done{};
}

void EvaluateStudy::addRows(FormatEvaluation& run, const PictureBatch& batch, const LogitRows& reference,
                            const LogitRows& rows) const {
    const std::size_t before = run.rows.size();
    run.rows.resize(before + rows.size());
    at::parallel_for(0, static_cast<std::int64_t>(rows.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
            EvaluationRow row = rowOf(rows.row(i), truthOf(report_, batch.pictures[i]));
            compareRow(row, reference.row(i), rows.row(i), run.format);
            run.rows[before + i] = row;
        }
    });
}

/// The batches from picture `first` on, one a lane: decoding the pictures of one, and what of it takes one thread only,
/// goes on beside the others.
std::vector<BatchLogits> EvaluateStudy::runBatches(std::size_t first) {
    const auto size = static_cast<std::size_t>(report_.batch);
    const std::size_t all = report_.pictures->size();
    // From multiples of the batch on, so that a run that goes on makes the batches that one run would have made.
    const std::size_t start = first / size * size;
    const std::size_t batches = std::min((all - start + size - 1) / size, static_cast<std::size_t>(lanes_));
    std::vector<BatchLogits> made(batches);
    inLanes(static_cast<int>(batches), [&](int number) {
        const auto lane = static_cast<std::size_t>(number);
        BatchLogits& own = made[lane];
        const std::size_t begin = start + lane * size;
        own.batch =
            loadBatch(*report_.pictures, report_.preprocessing, std::max(first, begin), std::min(begin + size, all));
        own.formats.resize(formats_.size());
        for (std::size_t i = 0; i < formats_.size() && !own.batch.pictures.empty(); ++i)
            if (formats_[i]) own.formats[i] = formats_[i]->run(own.batch.input, lane, control_);
    });
    return made;
}

/// Adds a batch to the report. What is cancelled halfway leaves every format with the same pictures.
Status EvaluateStudy::take(BatchLogits& made) {
    const PictureBatch& batch = made.batch;
    if (batch.pictures.empty() && control_.stop.stop_requested())
        return Error{.code = ErrorCode::cancelled, .message = "stopped"};
    std::vector<std::optional<LogitRows>> logits(formats_.size());
    for (std::size_t i = 0; i < formats_.size() && !batch.pictures.empty(); ++i) {
        if (!formats_[i]) continue;
        auto& rows = *made.formats[i];
        Status status = rows ? settleCloseCalls(*formats_[i], batch, i == 0 ? nullptr : &*logits.front(), *rows)
                             : Status(rows.error());
        if (status && i > 0 && rows->classes != logits.front()->classes)
            status = Error{.code = ErrorCode::unsupported,
                           .message = "gives another number of outputs than " + report_.reference().format.title};
        if (status) {
            logits[i] = *std::move(rows);
            continue;
        }
        if (i == 0 || status.error().code == ErrorCode::cancelled) return status;
        report_.runs[i].error = std::move(status).error();
        report_.runs[i].rows.clear();
        formats_[i].reset();
    }
    for (std::size_t i = 0; i < formats_.size(); ++i)
        if (logits[i]) addRows(report_.runs[i], batch, *logits.front(), *logits[i]);
    report_.skipped.insert(report_.skipped.end(), batch.skipped.begin(), batch.skipped.end());
    report_.done.insert(report_.done.end(), batch.pictures.begin(), batch.pictures.end());
    return Done{};
}

void EvaluateStudy::tell(std::size_t next, std::size_t start, Clock::time_point since) const {
    if (!progress_) return;
    ProgressUpdate update{.stage = "Evaluating",
                          .done = static_cast<std::int64_t>(next),
                          .total = static_cast<std::int64_t>(report_.pictures->size())};
    const double seconds = std::chrono::duration<double>(Clock::now() - since).count();
    if (next > start && seconds > 0) {
        const double rate = static_cast<double>(next - start) / seconds;
        const auto left = static_cast<long>(std::ceil(static_cast<double>(report_.pictures->size() - next) / rate));
        char text[64];
        std::snprintf(text, sizeof text, "%.3g pictures a second, %ld:%02ld left", rate, left / 60, left % 60);
        update.stage = text;
    }
    progress_(update);
}

Result<EvaluateReport> EvaluateStudy::run() {
    const auto start = Clock::now();
    if (request_.threads < 0) return badRequest("the number of threads cannot be negative");
    if (request_.batch < 0 || request_.batch > 4096) return badRequest("a batch has 1 to 4096 pictures");
    const ThreadCount threads(request_.threads);
    report_.environment = environment();
    report_.model = request_.model;
    report_.pictures = request_.pictures;
    report_.preprocessing = request_.preprocessing.value_or(request_.model->preprocessing);
    report_.scope = request_.scope;
    report_.keep = request_.keep;
    report_.overrides = request_.overrides;
    report_.scales = request_.scales;
    const Graph& graph = request_.model->graph;
    if (auto status = checkKept(graph, request_.keep); !status) return std::move(status).error();
    if (auto status = checkOverrides(graph, request_.overrides); !status) return std::move(status).error();
    report_.runs.emplace_back().format = request_.reference;
    for (const auto& candidate : request_.candidates) report_.runs.emplace_back().format = candidate;
    if (auto status = prepare(); !status) return std::move(status).error();
    if (auto status = shareOut(); !status) return std::move(status).error();

    std::size_t next = 0;
    std::optional<EvaluationJournal> journal;
    if (!request_.resume.empty()) {
        auto opened = EvaluationJournal::open(request_.resume, question(), report_, next);
        if (!opened) return std::move(opened).error();
        journal = *std::move(opened);
    }
    const std::size_t first = next;
    const auto since = Clock::now();
    tell(next, first, since);
    while (next < report_.pictures->size() && !report_.partial) {
        for (BatchLogits& made : runBatches(next)) {
            const std::size_t done = report_.done.size(), skipped = report_.skipped.size();
            if (auto status = take(made); !status) {
                if (status.error().code != ErrorCode::cancelled || report_.done.empty())
                    return std::move(status).error();
                report_.partial = true;
                break;
            }
            if (journal)
                if (auto written = journal->append(report_, done, skipped); !written) return std::move(written).error();
            next += made.batch.pictures.size() + made.batch.skipped.size();
            tell(next, first, since);
        }
    }
    for (std::size_t i = 0; i < formats_.size(); ++i)
        if (formats_[i]) report_.runs[i].oneAtATime = formats_[i]->oneAtATime();
    summarise(report_);
    report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(report_);
}

}  // namespace

Result<EvaluateReport> evaluate(const EvaluateRequest& request, std::stop_token stop, const Progress& progress) {
    if (!request.model) return badRequest("there is no model to run");
    if (!request.pictures || request.pictures->size() == 0) return badRequest("there are no pictures to run it on");
    try {
        return EvaluateStudy(request, std::move(stop), progress).run();
    } catch (const std::exception& exception) {
        return errorFrom(exception, request.model->path.string());
    }
}

}  // namespace mantissa
