#pragma once

#include <memory>
#include <optional>

#include "charts/chart.h"
#include "study/compare.h"

namespace mantissa::ui {

/// Base of the charts of a comparison. They share a report, one candidate that single-candidate charts show, and a
/// class that is highlighted in all of them.
class CompareChart : public Chart {
    Q_OBJECT

  public:
    using Chart::Chart;

    void setReport(std::shared_ptr<const CompareReport> report);
    void setCandidate(std::size_t run);  ///< index into report.runs; charts of all runs ignore it
    void setHighlight(std::optional<std::size_t> classIndex);

    QString emptyText() const override;
    QString provenance() const override;
    std::vector<LegendEntry> legend() const override;  ///< every run that went well

  signals:
    /// The user pointed at a class; the same class again clears the highlight.
    void classChosen(std::size_t classIndex);

  protected:
    virtual void onReport() {}
    bool hasReport() const { return report_ != nullptr; }
    const CompareReport& report() const { return *report_; }
    std::size_t candidate() const { return candidate_; }
    const FormatRun* candidateRun() const;  ///< null where there is none or it failed
    std::optional<std::size_t> highlight() const { return highlight_; }
    std::vector<std::size_t> goodRuns() const;  ///< indices of the runs that went well, reference first
    /// Why a chart of one candidate has nothing to draw; empty when it has.
    QString candidateEmptyText() const;

  private:
    std::shared_ptr<const CompareReport> report_;
    std::size_t candidate_ = 1;
    std::optional<std::size_t> highlight_;
};

}  // namespace mantissa::ui
