#include "charts/compare_chart.h"

#include <utility>

#include "compare/run_words.h"

namespace mantissa::ui {

void CompareChart::setReport(std::shared_ptr<const CompareReport> report) {
    report_ = std::move(report);
    highlight_.reset();
    candidate_ = 1;
    if (report_)
        while (candidate_ + 1 < report_->runs.size() && !report_->runs[candidate_].ok()) ++candidate_;
    if (report_) onReport();
    refresh();
}

void CompareChart::setCandidate(std::size_t run) {
    if (candidate_ == run) return;
    candidate_ = run;
    if (report_) onReport();
    refresh();
}

void CompareChart::setHighlight(std::optional<std::size_t> classIndex) {
    highlight_ = classIndex;
    refresh();
}

const FormatRun* CompareChart::candidateRun() const {
    if (!report_ || candidate_ >= report_->runs.size() || !report_->runs[candidate_].ok()) return nullptr;
    return &report_->runs[candidate_];
}

QString CompareChart::emptyText() const { return report_ ? QString() : tr("No result yet"); }

QString CompareChart::provenance() const { return report_ ? provenanceOf(*report_) : QString(); }

QString CompareChart::candidateEmptyText() const {
    if (!report_) return CompareChart::emptyText();
    if (report_->runs.size() < 2) return tr("No format to compare with is chosen. Turn on BF16.");
    if (candidate_ < report_->runs.size() && !report_->runs[candidate_].ok())
        return tr("%1 did not run: %2")
            .arg(titleOf(report_->runs[candidate_]), QString::fromStdString(report_->runs[candidate_].error->text()));
    return {};
}

std::vector<LegendEntry> CompareChart::legend() const {
    std::vector<LegendEntry> entries;
    if (report_)
        for (const auto run : goodRuns()) entries.push_back(legendOf(report_->runs[run].format));
    return entries;
}

std::vector<std::size_t> CompareChart::goodRuns() const {
    std::vector<std::size_t> runs;
    for (std::size_t i = 0; i < report_->runs.size(); ++i)
        if (report_->runs[i].ok()) runs.push_back(i);
    return runs;
}

}  // namespace mantissa::ui
