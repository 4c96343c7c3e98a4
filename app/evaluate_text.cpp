#include "evaluate_text.h"

#include <algorithm>
#include <functional>

#include "compare_text.h"
#include "number_words.h"
#include "text_table.h"

namespace mantissa::app {
namespace {

constexpr std::size_t kMostListed = 10;
constexpr std::size_t kNameColumns = 60;

std::string percent(double share) { return fixed(100 * share, 2); }

std::string rateText(const Rate& rate) {
    return percent(rate.value) + " % [" + percent(rate.low) + ", " + percent(rate.high) + "]";
}

class EvaluateText {
  public:
    explicit EvaluateText(const EvaluateReport& report) : report_(report) {}

    std::string text() {
        table();
        return subject() + "\n" + table_.text() + flips() + skipped() + cautions();
    }

  private:
    using Cell = std::function<std::string(const FormatEvaluation& run)>;
    enum class Worst { smallest, largest };

    void row(const std::string& name, const Cell& cell) {
        std::vector<std::string> cells{name};
        for (const auto& run : report_.runs) cells.push_back(run.ok() ? cell(run) : std::string());
        table_.row(std::move(cells));
    }
    /// The reference differs from itself in nothing.
    void difference(const std::string& name, const Cell& cell) {
        row(name, [&](const auto& run) { return &run == &report_.reference() ? std::string("–") : cell(run); });
    }
    /// With the end that is the worst.
    void spread(const std::string& name, Distribution FormatEvaluation::*values,
                const std::function<std::string(double)>& number, Worst worst) {
        difference(name + ", mean", [&](const auto& run) { return number((run.*values).mean); });
        if (worst == Worst::smallest)
            difference("  smallest", [&](const auto& run) { return number((run.*values).min); });
        difference("  5th percentile", [&](const auto& run) { return number((run.*values).p5); });
        difference("  median", [&](const auto& run) { return number((run.*values).p50); });
        difference("  95th percentile", [&](const auto& run) { return number((run.*values).p95); });
        if (worst == Worst::largest)
            difference("  largest", [&](const auto& run) { return number((run.*values).max); });
    }

    std::string subject() const;
    void table();
    std::string flips() const;
    std::string skipped() const;
    std::string cautions() const;
    std::string label(std::int32_t index) const {
        return printable(answerLabel(*report_.model, index));
    }

    const EvaluateReport& report_;
    TextTable table_;
};

std::string EvaluateText::subject() const {
    const Model& model = *report_.model;
    const Environment& here = report_.environment;
    const auto now = static_cast<std::int64_t>(report_.done.size() + report_.skipped.size()) - report_.resumed;
    std::string text = modelText(model, report_.preprocessing, true) + "pictures  " +
                       printable(report_.pictures->path().string()) + ": " +
                       grouped(static_cast<std::int64_t>(report_.done.size())) +
                       (report_.partial ? " evaluated so far" : " evaluated");
    if (!report_.skipped.empty())
        text += ", " + grouped(static_cast<std::int64_t>(report_.skipped.size())) + " skipped";
    if (report_.resumed > 0) text += ", " + grouped(report_.resumed) + " of them by an earlier run";
    text += "\ntime      " + fixed(report_.seconds, 1) + " s";
    if (now > 0 && report_.seconds > 0)
        text += ", " + significant(static_cast<double>(now) / report_.seconds, 3) + " pictures a second, " +
                (report_.batch == 1 ? "one at a time" : "in batches of " + std::to_string(report_.batch));
    return text + "\n" + castText(report_.scope, report_.overrides, report_.scales) + "computer  " + here.cpu + ", " +
           std::to_string(here.threads) + (here.threads == 1 ? " thread" : " threads") + ", LibTorch " + here.libtorch +
           "\n";
}

void EvaluateText::table() {
    std::vector<std::string> titles{""}, kernels{"kernels"};
    for (const auto& run : report_.runs) {
        titles.push_back(run.format.title);
        kernels.push_back(!run.ok() ? "failed" : run.mode == RunMode::native ? "native" : "emulated");
    }
    table_.row(std::move(titles));
    table_.row(std::move(kernels));
    if (report_.reference().top1) {
        row("right", [](const auto& run) { return grouped(run.top1->hits) + " of " + grouped(run.top1->trials); });
        row("top-1 [95 % interval]", [](const auto& run) { return rateText(*run.top1); });
        row("top-5 [95 % interval]", [](const auto& run) { return rateText(*run.top5); });
    }
    difference("same answer as " + report_.reference().format.title,
               [](const auto& run) { return rateText(run.agreement); });
    difference("  changed answers", [](const auto& run) { return grouped(run.flips); });
    if (std::any_of(report_.runs.begin(), report_.runs.end(), [](const auto& run) { return run.ties > 0; }))
        difference("  ties", [](const auto& run) { return grouped(run.ties); });
    row("pictures with NaN or infinity", [](const auto& run) { return grouped(run.notFinite); });
    const auto four = [](double x) { return significant(x, 4); };
    spread("mean |Δ| of the logits", &FormatEvaluation::meanAbs, four, Worst::largest);
    spread("max |Δ| of the logits", &FormatEvaluation::maxAbs, four, Worst::largest);
    spread("KL divergence (nats)", &FormatEvaluation::kl, four, Worst::largest);
    spread(
        "SQNR (dB)", &FormatEvaluation::sqnrDb, [](double x) { return fixed(x, 1); }, Worst::smallest);
}

std::string EvaluateText::flips() const {
    std::string text;
    for (const auto& run : report_.runs) {
        if (!run.ok() || run.flips == 0) continue;
        text += "\n" + run.format.title + " changes " + grouped(run.flips) + (run.flips == 1 ? " answer" : " answers") +
                " (margin, and what is left of it):\n";
        std::size_t listed = 0;
        for (std::size_t i = 0; i < run.rows.size() && listed < kMostListed; ++i) {
            if (!run.rows[i].flipped()) continue;
            ++listed;
            text += "  " + shortened(printable(report_.pictures->name(report_.done[i])), kNameColumns) + ": " +
                    label(report_.reference().rows[i].answer) + " → " + label(run.rows[i].answer) + ", " +
                    significant(run.rows[i].referenceMargin, 3) + " → " + significant(run.rows[i].keptMargin, 3) + "\n";
        }
        if (static_cast<std::size_t>(run.flips) > listed) text += "  …\n";
    }
    return text;
}

std::string EvaluateText::skipped() const {
    if (report_.skipped.empty()) return {};
    std::string text = "\nskipped:\n";
    for (std::size_t i = 0; i < std::min(report_.skipped.size(), kMostListed); ++i)
        text += "  " + printable(report_.pictures->name(report_.skipped[i].picture) + " " + report_.skipped[i].reason) +
                "\n";
    return report_.skipped.size() > kMostListed ? text + "  …\n" : text;
}

std::string EvaluateText::cautions() const {
    std::string text;
    for (const auto& run : report_.runs) {
        if (run.error) text += "Caution: " + run.format.title + " did not run: " + printable(run.error->text()) + "\n";
        if (run.fallbackFrom)
            text += "Caution: " + run.format.title +
                    " ran emulated, because natively it failed: " + printable(run.fallbackFrom->text()) + "\n";
    }
    if (const std::int64_t foreign = foreignTruths(report_); foreign > 0)
        text += "Caution: " + grouped(foreign) + (foreign == 1 ? " picture has" : " pictures have") +
                " a class by number that is none of the model's " +
                grouped(static_cast<std::int64_t>(report_.classes)) + "; " + (foreign == 1 ? "it does" : "they do") +
                " not count in top-1 and top-5.\n";
    const auto& unknown = report_.pictures->unknownClasses();
    if (!unknown.empty()) {
        text += "Caution: the model has no class for ";
        for (std::size_t i = 0; i < std::min(unknown.size(), kMostListed); ++i)
            text += (i ? ", “" : "“") + printable(unknown[i]) + "”";
        text += unknown.size() > kMostListed ? " and others" : "";
        text += "; their pictures do not count in top-1 and top-5.\n";
    }
    return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string evaluateText(const EvaluateReport& report) { return EvaluateText(report).text(); }

}  // namespace mantissa::app
