#pragma once

#include <memory>
#include <vector>

#include "charts/chart.h"
#include "study/evaluate.h"

namespace mantissa::ui {

/// Base of the charts of a folder's evaluation.
class EvaluationChart : public Chart {
    Q_OBJECT

  public:
    using Chart::Chart;

    void setReport(std::shared_ptr<const EvaluateReport> report);

    QString emptyText() const override;
    QString provenance() const override;               ///< model, folder, number of pictures, formats
    std::vector<LegendEntry> legend() const override;  ///< every candidate that ran

  protected:
    bool hasReport() const { return report_ != nullptr; }
    const EvaluateReport& report() const { return *report_; }
    std::vector<const FormatEvaluation*> candidates() const;  ///< those that ran
    QString candidatesEmptyText() const;                      ///< why there is no candidate to draw

  private:
    std::shared_ptr<const EvaluateReport> report_;
};

/// "76.4 %".
QString percentText(double share);
/// "76.4 % (75.5 to 77.2)".
QString rateText(const Rate& rate);

}  // namespace mantissa::ui
