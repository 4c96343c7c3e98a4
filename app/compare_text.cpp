#include "compare_text.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "image/preprocessing_note.h"
#include "number_words.h"
#include "storage/shape_text.h"
#include "study/verdict.h"
#include "text_table.h"

namespace mantissa::app {
namespace {

constexpr std::size_t kLabelColumns = 36;
constexpr std::size_t kCellColumns = 18;  // of a name in a format's column

std::string millisecondsText(double ms) { return fixed(ms, ms >= 100 ? 0 : ms >= 10 ? 1 : ms >= 0.1 ? 2 : 3); }

std::string timesText(double factor) { return fixed(factor, factor >= 10 ? 0 : 2) + "×"; }

std::string percentText(double probability) {
    if (std::isnan(probability)) return "nan";
    if (probability > 0 && probability < 0.00005) return "<0.01 %";
    return fixed(100 * probability, 2) + " %";
}

/// Right-aligned in `width` columns.
std::string padded(const std::string& text, std::size_t width) {
    const std::size_t columns = columnsOf(text);
    return std::string(width > columns ? width - columns : 0, ' ') + text;
}

/// The text of a comparison, section by section, in one table so that a format stays in its column.
class CompareText {
  public:
    explicit CompareText(const CompareReport& report) : report_(report) {}

    std::string text() {
        head();
        runRows();
        classRows();
        differenceRows();
        std::string subject =
            subjectText(*report_.model, report_.preprocessing, report_.image, report_.tensor, report_.environment);
        subject += castText(report_.scope, report_.overrides, report_.scales);
        return subject + "\n" + table_.text() + "\n" + sentences();
    }

  private:
    using Cell = std::function<std::string(std::size_t run)>;

    /// A row with a cell for each format that ran.
    void row(const std::string& name, const Cell& cell) {
        std::vector<std::string> cells{name};
        for (std::size_t i = 0; i < report_.runs.size(); ++i)
            cells.push_back(report_.runs[i].ok() ? cell(i) : std::string());
        table_.row(std::move(cells));
    }

    void section(const std::string& name) {
        table_.row({});
        table_.row({name});
    }

    const Comparison* comparisonOf(std::size_t run) const {
        for (const auto& one : report_.comparisons)
            if (one.candidate == run) return &one;
        return nullptr;
    }

    /// "283: Persian cat", or the number alone where it has no name.
    std::string outputText(std::size_t index) const {
        const auto& labels = report_.model->labels;
        const bool named = index < labels.size() && !labels[index].empty();
        return std::to_string(index) + (named ? ": " + shortened(printable(labels[index]), kCellColumns) : "");
    }

    std::string reference() const { return report_.reference().format.title; }
    void head();
    void runRows();
    void classRows();
    void differenceRows();
    std::string sentences() const;

    const CompareReport& report_;
    TextTable table_;
};

void CompareText::head() {
    std::vector<std::string> titles{""}, kernels{"kernels"};
    for (const auto& run : report_.runs) {
        titles.push_back(run.format.title);
        kernels.push_back(!run.ok() ? "failed" : run.mode == RunMode::native ? "native" : "emulated");
    }
    table_.row(std::move(titles));
    table_.row(std::move(kernels));
}

void CompareText::runRows() {
    const auto timed = [&](const Cell& cell) {
        return [this, cell](std::size_t i) { return report_.runs[i].latency ? cell(i) : "–"; };
    };
    const bool any =
        std::any_of(report_.runs.begin(), report_.runs.end(), [](const auto& run) { return run.latency.has_value(); });
    if (any) {
        row("latency, median (ms)",
            timed([&](std::size_t i) { return millisecondsText(report_.runs[i].latency->median); }));
        row("  fastest", timed([&](std::size_t i) { return millisecondsText(report_.runs[i].latency->min); }));
        row("  slowest", timed([&](std::size_t i) { return millisecondsText(report_.runs[i].latency->max); }));
        if (report_.reference().latency)
            row("  median against " + reference(), timed([&](std::size_t i) {
                    const Comparison* comparison = comparisonOf(i);
                    return comparison && comparison->slowdown ? timesText(*comparison->slowdown) : std::string();
                }));
    }
    row("weights and buffers", [&](std::size_t i) { return bytesText(report_.runs[i].memory.weightBytes); });
    if (std::any_of(report_.runs.begin(), report_.runs.end(),
                    [](const auto& run) { return run.memory.scaleBytes > 0; }))
        row("scales", [&](std::size_t i) { return bytesText(report_.runs[i].memory.scaleBytes); });
    row("activations, peak", [&](std::size_t i) { return bytesText(report_.runs[i].memory.activationPeakBytes); });
}

void CompareText::classRows() {
    const auto k = std::to_string(report_.reference().top.size());
    section("top " + k + " of " + reference() + ": logit, probability (#: rank where it differs)");
    std::vector<std::size_t> classes;
    double largest = 0;
    for (const auto& run : report_.runs) {
        if (run.nans > 0) continue;  // they have no order
        for (const auto& top : run.top) {
            if (std::find(classes.begin(), classes.end(), top.index) == classes.end()) classes.push_back(top.index);
            if (std::isfinite(top.logit)) largest = std::max(largest, std::abs(top.logit));
        }
    }
    const int decimals = largest < 10 ? 4 : largest < 100 ? 3 : largest < 1e4 ? 1 : 0;
    std::vector<std::vector<std::size_t>> ranks;  // of each run, by class
    for (const auto& run : report_.runs) {
        std::vector<std::size_t> rank(run.logits.size());
        const auto order = topIndices(run.logits, run.logits.size());
        for (std::size_t i = 0; i < order.size(); ++i) rank[order[i]] = i + 1;
        ranks.push_back(std::move(rank));
    }
    for (std::size_t position = 0; position < classes.size(); ++position) {
        const std::size_t index = classes[position];
        row("  " + shortened(printable(report_.model->label(index)), kLabelColumns), [&](std::size_t i) {
            const FormatRun& run = report_.runs[i];
            if (index >= run.logits.size()) return std::string();
            // The rows stand in the reference's order as far as its top goes; there its own ranks say nothing new.
            const std::size_t rank = ranks[i][index];
            const bool said = run.nans > 0 || (i == 0 ? position < run.top.size() : rank == ranks[0][index]);
            return (said ? "" : "#" + std::to_string(rank) + " ") + fixed(run.logits[index], decimals) +
                   padded(percentText(run.probabilities[index]), 9);
        });
    }
}

void CompareText::differenceRows() {
    if (report_.comparisons.empty()) return;
    section("difference from " + reference());
    const auto metric = [&](const std::string& name, const std::function<std::string(const ErrorMetrics&)>& cell) {
        row("  " + name, [&](std::size_t i) {
            const Comparison* comparison = comparisonOf(i);
            return comparison ? cell(comparison->metrics) : std::string();
        });
    };
    metric("mean |Δ|", [](const auto& m) { return significant(m.meanAbs, 4); });
    metric("max |Δ|", [](const auto& m) { return significant(m.maxAbs, 4); });
    metric("  at output", [&](const auto& m) { return m.maxAbs > 0 ? outputText(m.maxAbsIndex) : std::string("–"); });
    metric("RMSE", [](const auto& m) { return significant(m.rmse, 4); });
    metric("max relative error", [](const auto& m) { return significant(m.maxRelative, 4); });
    metric("cosine similarity", [](const auto& m) { return fixed(m.cosine, 6); });
    metric("SQNR (dB)", [](const auto& m) { return fixed(m.sqnrDb, 1); });
    metric("KL divergence (nats)", [](const auto& m) { return significant(m.kl, 4); });
    // NaN where a scale says how large a step is: outputs have no distance in steps then.
    const auto ulps = [](double value, int digits) {
        return std::isnan(value) ? std::string("–") : significant(value, digits);
    };
    metric("ULPs of the format, median", [&](const auto& m) { return ulps(m.ulpMedian, 4); });
    metric("ULPs of the format, 99 %", [&](const auto& m) { return ulps(m.ulpP99, 4); });
    metric("ULPs of the format, max", [&](const auto& m) { return ulps(m.ulpMax, 6); });
    row("  same first class", [&](std::size_t i) {
        const Comparison* comparison = comparisonOf(i);
        if (!comparison) return std::string();
        switch (outcomeOf(report_, *comparison)) {
            case AnswerOutcome::kept:
                return std::string("yes");
            case AnswerOutcome::tie:
                return std::string("tie");
            case AnswerOutcome::changed:
                return std::string("NO");
            case AnswerOutcome::none:
                return std::string("NaN: no top-1");
        }
        return std::string();
    });
    row("  top " + std::to_string(report_.comparisons.front().metrics.topK) + " in common", [&](std::size_t i) {
        const Comparison* comparison = comparisonOf(i);
        if (!comparison) return std::string();
        if (outcomeOf(report_, *comparison) == AnswerOutcome::none) return std::string("–");
        return std::to_string(comparison->metrics.topKOverlap) + " of " + std::to_string(comparison->metrics.topK);
    });
    metric("margin (" + reference() + ": " + significant(report_.comparisons.front().metrics.referenceMargin, 4) + ")",
           [](const auto& m) { return significant(m.candidateMargin, 4); });
    const auto counts = [&](const std::string& name, std::size_t FormatRun::*count) {
        if (std::any_of(report_.runs.begin(), report_.runs.end(), [&](const auto& run) { return run.*count > 0; }))
            row("  " + name, [&](std::size_t i) { return std::to_string(report_.runs[i].*count); });
    };
    counts("outputs that are NaN", &FormatRun::nans);
    counts("outputs that are infinite", &FormatRun::infinities);
}

std::string CompareText::sentences() const {
    std::string text;
    for (const auto& comparison : report_.comparisons) text += printable(comparison.verdict) + ".\n";
    // What did not run at all is an error, which the command says.
    for (const auto& run : report_.runs)
        if (run.fallbackFrom)
            text += "Caution: " + run.format.title +
                    " ran emulated, because natively it failed: " + failureText(*run.fallbackFrom) + "\n";
    for (const auto& comparison : report_.comparisons) {
        const FormatRun& run = report_.runs[comparison.candidate];
        if (comparison.slowdown.value_or(0) <= kSlowFactor) continue;
        text += "Caution: " + run.format.title + " is slow on this CPU: " + millisecondsText(run.latency->median) +
                " ms against " + millisecondsText(report_.reference().latency->median) + " ms of " + reference() +
                ", " + timesText(*comparison.slowdown) +
                ". The values are correct. The time says nothing about a GPU.\n";
    }
    return text;
}

}  // namespace

std::string modelText(const Model& model, const Preprocessing& preprocessing, bool onPictures) {
    std::string text = "model     " + printable(model.name) + ": " + printable(model.architecture) + ", " +
                       grouped(model.parameterCount()) + " parameters\n";
    for (const auto& note : model.notes) text += "note      " + printable(note) + "\n";
    if (onPictures && !preprocessing.fromFile)
        text += "assumed   no file says how pictures are made ready for this model, so " +
                preprocessingWords(preprocessing) + (model.labels.empty() ? "; its classes have no names" : "") + "\n";
    return text;
}

std::string subjectText(const Model& model, const Preprocessing& preprocessing, const std::optional<SourceImage>& image,
                        const std::optional<TensorInput>& tensor, const Environment& here) {
    std::string text = modelText(model, preprocessing, image.has_value());
    if (image)
        text += "picture   " + printable(image->name) + ": " + std::to_string(image->rgb.width) + " × " +
                std::to_string(image->rgb.height) + " px, seen as " + std::to_string(preprocessing.inputWidth()) +
                " × " + std::to_string(preprocessing.inputHeight()) + "\n";
    if (tensor)
        text += "input     " + printable(tensor->path + ": " + tensor->tensor) + " " + shapeText(tensor->shape) + "\n";
    return text + "computer  " + here.cpu + ", " + std::to_string(here.threads) +
           (here.threads == 1 ? " thread" : " threads") + ", LibTorch " + here.libtorch + "\n";
}

std::string castText(CastScope scope, const std::vector<LayerFormat>& overrides, const QuantizationOptions& scales) {
    std::string text;
    if (scope == CastScope::weights) text += "cast      weights only\n";
    if (scope == CastScope::activations) text += "cast      activations only\n";
    for (const auto& one : overrides) text += "layer     " + printable(one.layer) + " in " + one.format.title + "\n";
    if (const auto words = scaleWords(scales); !words.empty()) text += "scales    " + printable(words) + "\n";
    return text;
}

std::string failureText(const Error& error) {
    std::string place = error.op;
    if (!error.layer.empty()) place += (place.empty() ? "in layer " : " in layer ") + error.layer;
    const std::string text = printable(place.empty() ? error.text() : place + ": " + error.message);
    return text.ends_with('.') ? text : text + ".";
}

std::string compareText(const CompareReport& report) { return CompareText(report).text(); }

}  // namespace mantissa::app
