#pragma once

#include "charts/evaluation_chart.h"

namespace mantissa::ui {

/// How often an answer changes, against the margin that the reference gave it by: a line a format through bins of as
/// many pictures each, with the 95 % interval of each rate.
class FlipRateChart final : public EvaluationChart {
    Q_OBJECT

  public:
    using EvaluationChart::EvaluationChart;

    QString name() const override { return QStringLiteral("flip-rate"); }
    QString title() const override { return tr("Changed answers by margin"); }
    QString finding() const override;
    QString emptyText() const override { return candidatesEmptyText(); }
    DataTable table() const override;
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;
    QString hoverText(const QCustomPlot& plot, QPointF position) const override;
};

}  // namespace mantissa::ui
