#pragma once

#include "charts/dot_chart.h"

namespace mantissa::ui {

/// The largest error so far against n, as a share of Σ |aᵢbᵢ|, both axes logarithmic; the bounds as thin lines, where
/// they hold; one rounding of the inspected accumulator as a dotted level.
class DotErrorChart final : public DotChart {
    Q_OBJECT

  public:
    using DotChart::DotChart;

    QString name() const override { return QStringLiteral("dot-error"); }
    QString title() const override { return tr("Largest error up to n"); }
    QString finding() const override;
    DataTable table() const override;
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;
    QString hoverText(const QCustomPlot& plot, QPointF position) const override;

  private:
    struct Range {
        double low, high;
    };
    Range range() const;
    std::vector<double> bounds(const DotSeries& series) const;  ///< at the drawn steps; NaN where none holds
    std::vector<EndLabel> endLabels(const Range& range) const;
    QString notDrawnText(const Range& range) const;
    void drawLines(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style, const Range& range) const;
    void drawUnitRoundoff(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const;
};

}  // namespace mantissa::ui
