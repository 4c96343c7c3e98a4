#pragma once

#include "charts/evaluation_chart.h"

namespace mantissa::ui {

enum class SpreadMetric { meanAbs, maxAbs, kl, sqnrDb };

/// How a metric is spread over the pictures: for every value the share of pictures that do not exceed it, a line a
/// format. Percentiles are read off it directly; the median and the 95th are marked.
class SpreadChart final : public EvaluationChart {
    Q_OBJECT

  public:
    explicit SpreadChart(QWidget* parent = nullptr);

    void setMetric(SpreadMetric metric);
    SpreadMetric metric() const { return metric_; }

    QString name() const override;
    QString title() const override { return tr("Differences over the pictures"); }
    QString finding() const override;
    QString emptyText() const override;
    DataTable table() const override;
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;

  private:
    std::vector<double> sorted(const FormatEvaluation& run) const;  ///< finite values
    const Distribution& distribution(const FormatEvaluation& run) const;
    QString metricText() const;
    bool logarithmic() const { return metric_ != SpreadMetric::sqnrDb; }

    SpreadMetric metric_ = SpreadMetric::meanAbs;
};

}  // namespace mantissa::ui
