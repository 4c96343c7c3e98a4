#pragma once

#include "charts/dot_chart.h"

namespace mantissa::ui {

/// The running sum against n, the exact one behind, and where sums stop.
class RunningSumChart final : public DotChart {
    Q_OBJECT

  public:
    using DotChart::DotChart;

    QString name() const override { return QStringLiteral("running-sum"); }
    QString title() const override { return tr("Running sum"); }
    QString finding() const override;
    DataTable table() const override;
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;
    QString hoverText(const QCustomPlot& plot, QPointF position) const override;

  private:
    /// Where a sum stopped or overflowed, and what is said there.
    struct Stop {
        std::uint64_t n = 0;
        double sum = 0;
        QString head{}, text{};
    };
    Stop stopOf(const DotSeries& series) const;
    std::vector<EndLabel> endLabels() const;
    void drawLines(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const;
    void drawStops(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const;
};

/// A sum as the charts and tables write it.
QString sumText(double sum);

}  // namespace mantissa::ui
