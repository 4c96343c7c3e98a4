#include "report_fixture.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "numerics/error_metrics.h"
#include "numerics/histogram.h"
#include "numerics/rounding.h"

namespace mantissa::ui::test {
namespace {

ModelPtr makeModel(int classes) {
    auto model = std::make_shared<Model>();
    model->path = "made-up/model";
    model->name = "made-up-network";
    model->sha256 = std::string(64, 'a');
    model->architecture = "MadeUpNet";
    model->preprocessing.resizeHeight = model->preprocessing.resizeWidth = 64;
    for (int i = 0; i < classes; ++i)
        model->labels.push_back(i == 3 ? "tabby, tabby cat" : "kind " + std::to_string(i));
    return model;
}

FormatRun makeRun(const CompareReport& report, const Format& format, std::vector<double> logits) {
    FormatRun run;
    run.format = format;
    run.mode = format.bits() < 16 || format.name == "tf32" ? RunMode::emulated : RunMode::native;
    run.memory.weightBytes = 5'590'952LL * format.storageBits / 8;
    run.memory.activationPeakBytes = 4'194'304LL * format.storageBits / 8;
    run.logits = std::move(logits);
    run.probabilities = softmax(run.logits);
    for (const auto index : topIndices(run.logits, 5))
        run.top.push_back({.index = index,
                           .label = report.model->label(index),
                           .logit = run.logits[index],
                           .probability = run.probabilities[index]});
    run.nans = static_cast<std::size_t>(
        std::count_if(run.logits.begin(), run.logits.end(), [](double x) { return std::isnan(x); }));
    run.infinities = static_cast<std::size_t>(
        std::count_if(run.logits.begin(), run.logits.end(), [](double x) { return std::isinf(x); }));
    return run;
}

}  // namespace

std::shared_ptr<const CompareReport> makeReport(const ReportShape& shape) {
    auto report = std::make_shared<CompareReport>();
    report->environment = {
        .mantissa = "0.1.0", .libtorch = "2.13", .opencv = "4.6", .cpu = "Made-up CPU", .threads = 2};
    report->model = makeModel(shape.classes);
    report->preprocessing = report->model->preprocessing;
    report->seconds = 0.42;

    SourceImage image;
    image.name = "made-up.png";
    image.rgb.width = 96;
    image.rgb.height = 64;
    for (int i = 0; i < 96 * 64; ++i)
        for (const int channel : {i % 96 * 2, i / 96 * 3, 120})
            image.rgb.pixels.push_back(static_cast<std::uint8_t>(channel));
    report->image = image;

    std::mt19937 random(7);
    std::normal_distribution<double> spread(1.2, 1.1), noise(0, 1);
    std::vector<double> reference(static_cast<std::size_t>(shape.classes));
    for (auto& logit : reference) logit = spread(random);
    const double leading[]{8.4, 8.0, 7.6, 6.6, 5.2};
    for (int i = 0; i < std::min(5, shape.classes); ++i)
        reference[static_cast<std::size_t>((3 + 2 * i) % shape.classes)] = leading[i];
    report->runs.push_back(makeRun(*report, format("fp32"), reference));
    report->runs.back().latency = Latency{.min = 41.0, .median = 41.8, .max = 44.0, .runs = 20};

    for (const auto& name : shape.candidates) {
        const Format& candidate = format(name);
        std::vector<double> logits = reference;
        for (auto& logit : logits) logit = roundTo(candidate, logit + noise(random) * 0.4 * limits(candidate).epsilon);
        if (name == "e4m3" && shape.classes > 5) logits[5] = logits[3] + 0.5;  // the runner-up wins
        if (name == shape.notFinite) {
            logits[0] = logits[1] = std::numeric_limits<double>::quiet_NaN();
            logits[2] = std::numeric_limits<double>::infinity();
        }
        FormatRun run = makeRun(*report, candidate, logits);
        if (name == shape.failing) {
            FormatRun failed;
            failed.format = candidate;
            failed.error = Error{.code = ErrorCode::noKernel,
                                 .message = "there is no kernel for this type",
                                 .op = "aten::conv2d",
                                 .layer = "stem.convolution"};
            run = failed;
        } else if (run.mode == RunMode::native) {
            const double factor = name == "fp16" ? shape.slowFactor : 0.8;
            run.latency = Latency{.min = 41.8 * factor,
                                  .median = 41.8 * factor,
                                  .max = 41.8 * factor * 1.1,
                                  .runs = name == "fp16" ? 1 : 20};
        }
        const bool ok = run.ok();
        report->runs.push_back(std::move(run));
        if (!ok) continue;
        Comparison comparison;
        comparison.candidate = report->runs.size() - 1;
        comparison.metrics = errorMetrics(reference, logits, candidate, 5);
        std::vector<double> deltas;
        for (std::size_t i = 0; i < logits.size(); ++i)
            if (std::isfinite(logits[i])) deltas.push_back(logits[i] - reference[i]);
        comparison.differences = histogram(deltas, shape.classes > 100 ? 41 : 15, HistogramRange::symmetric);
        if (report->runs.back().latency)
            comparison.slowdown = report->runs.back().latency->median / report->reference().latency->median;
        report->comparisons.push_back(std::move(comparison));
    }
    ModelInput input;
    input.view.width = input.view.height = 64;
    for (int i = 0; i < 64 * 64; ++i)
        for (const int channel : {i % 64 * 3, i / 64 * 3, 120})
            input.view.pixels.push_back(static_cast<std::uint8_t>(channel));
    input.cropInSource = {16, 0, 64, 64};
    report->input = input;
    return report;
}

}  // namespace mantissa::ui::test
