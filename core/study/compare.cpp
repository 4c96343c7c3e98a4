#include "study/compare.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "run/dtypes.h"
#include "study/calibrator.h"
#include "study/format_runner.h"
#include "study/latency.h"
#include "study/study_input.h"
#include "study/thread_count.h"
#include "study/verdict.h"

namespace mantissa {
namespace {

using Clock = std::chrono::steady_clock;

/// About the square root of the count; odd, so that zero lies inside a bin of its own.
int binsFor(std::size_t count) {
    return std::clamp(static_cast<int>(std::sqrt(static_cast<double>(count))) | 1, 9, 61);
}

/// A format on its way through the study.
struct Entrant {
    FormatRun result;
    std::optional<Executor> executor;  ///< kept where it is timed: native runs
    bool finished = false;             ///< ran, or failed; not cancelled
};

class CompareStudy {
  public:
    CompareStudy(const CompareRequest& request, std::stop_token stop, const Progress& progress)
        : request_(request), stop_(std::move(stop)), progress_(progress) {}

    Result<CompareReport> run();

  private:
    Status takeInput();
    Status enter(Entrant& entrant, std::size_t position);
    Status readLogits(const at::Tensor& output, FormatRun& run) const;
    void fillMemory(const FirstRun& first, FormatRun& run) const;
    Status time(std::vector<Entrant>& entrants);
    void compareWithReference();

    /// Forward passes that each format is given: one for its values, then those for its latency.
    int warmupsLeft() const { return std::max(request_.warmup - 1, 0); }
    std::int64_t passes() const { return 1 + warmupsLeft() + std::max(request_.runs, 0); }
    std::int64_t allWork() const {
        return passes() *
               static_cast<std::int64_t>(request_.model->graph.nodes.size() * (1 + request_.candidates.size()));
    }

    const CompareRequest& request_;
    std::stop_token stop_;
    const Progress& progress_;
    CompareReport report_;
    at::Tensor input_;
    std::optional<Calibrator> calibrator_;
    std::int64_t done_ = 0;  // operators run or left out, of allWork()
};

Status CompareStudy::takeInput() {
    auto input = mantissa::takeInput(*request_.model, request_.image, request_.tensor, request_.preprocessing);
    if (!input) return std::move(input).error();
    report_.preprocessing = input->preprocessing;
    report_.image = request_.image;
    report_.tensor = request_.tensor;
    report_.input = std::move(input->picture);
    input_ = std::move(input->tensor);
    calibrator_.emplace(request_.model->graph, input_, report_.preprocessing, request_.scales);
    return Done{};
}

Status CompareStudy::readLogits(const at::Tensor& output, FormatRun& run) const {
    auto logits = logitsOf(output);
    if (!logits) return std::move(logits).error();
    run.logits = *std::move(logits);
    run.probabilities = softmax(run.logits);
    run.nans = static_cast<std::size_t>(
        std::count_if(run.logits.begin(), run.logits.end(), [](double x) { return std::isnan(x); }));
    run.infinities = static_cast<std::size_t>(
        std::count_if(run.logits.begin(), run.logits.end(), [](double x) { return std::isinf(x); }));
    for (const std::size_t i : topIndices(run.logits, static_cast<std::size_t>(report_.topK)))
        run.top.push_back({.index = i,
                           .label = request_.model->label(i),
                           .logit = run.logits[i],
                           .probability = run.probabilities[i]});
    return Done{};
}

void CompareStudy::fillMemory(const FirstRun& first, FormatRun& run) const {
    const bool native = first.mode == RunMode::native;
    // What a scope leaves out stays FP32.
    const Format& weights = !native && request_.scope == CastScope::activations ? format("fp32") : run.format;
    const StoredBytes stored =
        storedBytes(request_.model->graph, weights, overridesOf(request_, run.format), request_.scales.weights);
    const std::int64_t peak = first.memory.peak();
    run.memory = {.weightBytes = stored.parameters + stored.buffers,
                  .bufferBytes = stored.buffers,
                  .scaleBytes = stored.scales,
                  .activationPeakBytes = first.memory.storedPeak(),
                  .activationMeasured = native,
                  .hereBytes = first.executor.heldWeightBytes() + peak};
}

/// The run whose values count. Its peak of live bytes is observed too; timing comes later, without an observer.
Status CompareStudy::enter(Entrant& entrant, std::size_t position) {
    FormatRun& run = entrant.result;
    const auto nodes = static_cast<std::int64_t>(request_.model->graph.nodes.size());
    const std::int64_t before = static_cast<std::int64_t>(position) * nodes;
    RunControl control{.stop = stop_};
    if (progress_)
        control.progress = [&](std::size_t done, std::size_t total) {
            progress_({.stage = run.format.title + ": layer " + std::to_string(done) + " of " + std::to_string(total),
                       .done = before + static_cast<std::int64_t>(done),
                       .total = allWork()});
        };
    RunnerOptions options = runnerOptionsOf(request_, run.format);
    if (options.mode == RunMode::emulated || !nativeDType(run.format)) run.mode = RunMode::emulated;
    if (position > 0) {
        auto scales = calibrator_->scalesFor(run.format, request_.rounding, {.stop = stop_});
        if (!scales) return std::move(scales).error();
        options.scales = *std::move(scales);
    }
    auto first = runFirst(request_.model->graph, run.format, options, input_, control);
    done_ = before + nodes;
    if (!first) return std::move(first).error();
    run.mode = first->mode;
    run.fallbackFrom = std::move(first->fallbackFrom);
    if (auto status = readLogits(first->output, run); !status) return status;
    fillMemory(*first, run);
    if (run.mode == RunMode::emulated) run.memory.scaleBytes += activationScaleBytes(run.format, options.scales);
    if (run.mode == RunMode::native) entrant.executor = std::move(first->executor);
    return Done{};
}

/// Latency of what runs natively; how long emulation takes says nothing about the format.
Status CompareStudy::time(std::vector<Entrant>& entrants) {
    std::vector<TimedExecutor> timed;
    std::vector<FormatRun*> results;
    for (auto& entrant : entrants)
        if (entrant.executor) {
            timed.push_back({.executor = &*entrant.executor});
            results.push_back(&entrant.result);
        }
    const auto nodes = static_cast<std::int64_t>(request_.model->graph.nodes.size());
    done_ += (passes() - 1) * nodes * static_cast<std::int64_t>(entrants.size() - timed.size());
    TimingOptions options{
        .warmup = warmupsLeft(), .runs = request_.runs, .timeLimitSeconds = request_.timeLimitSeconds, .stop = stop_};
    if (progress_)
        options.progress = [&](std::size_t executor, int round) {
            progress_({.stage = results[executor]->format.title + ": timed run " + std::to_string(round + 1) + " of " +
                                std::to_string(passes() - 1),
                       .done = done_ + round * nodes * static_cast<std::int64_t>(timed.size()),
                       .total = allWork()});
        };
    auto status = timeInTurns(timed, input_, options);
    for (std::size_t i = 0; i < timed.size(); ++i) results[i]->latency = latencyOf(std::move(timed[i].milliseconds));
    return status;
}

void CompareStudy::compareWithReference() {
    const FormatRun& reference = report_.reference();
    for (std::size_t i = 1; i < report_.runs.size(); ++i) {
        FormatRun& run = report_.runs[i];
        if (!run.ok()) continue;
        if (run.logits.size() != reference.logits.size()) {
            FormatRun failed;
            failed.format = run.format;
            failed.mode = run.mode;
            failed.error = Error{.code = ErrorCode::unsupported,
                                 .message = "gives another number of outputs than " + reference.format.title};
            run = std::move(failed);
            continue;
        }
        Comparison comparison{.candidate = i,
                              .metrics = errorMetrics(reference.logits, run.logits, run.format, report_.topK),
                              .differences = {},
                              .verdict = {},
                              .slowdown = std::nullopt};
        std::vector<double> differences(run.logits.size());
        for (std::size_t k = 0; k < differences.size(); ++k) differences[k] = run.logits[k] - reference.logits[k];
        comparison.differences = histogram(differences, binsFor(differences.size()), HistogramRange::symmetric);
        if (run.latency && reference.latency && reference.latency->median > 0)
            comparison.slowdown = run.latency->median / reference.latency->median;
        comparison.verdict = verdictOn(report_, comparison);
        report_.comparisons.push_back(std::move(comparison));
    }
}

Result<CompareReport> CompareStudy::run() {
    const auto start = Clock::now();
    if (request_.topK < 1) return badRequest("at least one class must be listed");
    if (request_.threads < 0) return badRequest("the number of threads cannot be negative");
    const ThreadCount threads(request_.threads);
    report_.environment = environment();
    report_.model = request_.model;
    report_.scope = request_.scope;
    report_.overrides = request_.overrides;
    report_.keep = request_.keep;
    report_.scales = request_.scales;
    report_.topK = request_.topK;
    if (auto status = checkOverrides(request_.model->graph, request_.overrides); !status)
        return std::move(status).error();
    if (auto status = checkKept(request_.model->graph, request_.keep); !status) return std::move(status).error();
    if (auto status = takeInput(); !status) return std::move(status).error();

    std::vector<Entrant> entrants(1 + request_.candidates.size());
    entrants[0].result.format = request_.reference;
    for (std::size_t i = 0; i < request_.candidates.size(); ++i) entrants[i + 1].result.format = request_.candidates[i];
    for (std::size_t i = 0; i < entrants.size() && !report_.partial; ++i) {
        auto status = enter(entrants[i], i);
        if (!status && i == 0) return std::move(status).error();
        report_.partial = !status && status.error().code == ErrorCode::cancelled;
        entrants[i].finished = !report_.partial;
        if (!status) entrants[i].result.error = std::move(status).error();
    }
    if (!report_.partial)
        if (auto status = time(entrants); !status) {
            if (status.error().code != ErrorCode::cancelled) return std::move(status).error();
            report_.partial = true;
        }
    for (auto& entrant : entrants)
        if (entrant.finished) report_.runs.push_back(std::move(entrant.result));
    compareWithReference();
    report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(report_);
}

}  // namespace

Result<CompareReport> compare(const CompareRequest& request, std::stop_token stop, const Progress& progress) {
    if (!request.model) return badRequest("there is no model to run");
    try {
        return CompareStudy(request, std::move(stop), progress).run();
    } catch (const std::exception& exception) {
        return errorFrom(exception, request.model->path.string());
    }
}

}  // namespace mantissa
