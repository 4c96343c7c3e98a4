#pragma once

#include <memory>

#include "charts/chart.h"
#include "study/dot_product.h"

namespace mantissa::ui {

/// The line of an order of summation, the same in charts and controls.
Qt::PenStyle penOf(SummationKind order);
/// "Sequential", "Pairwise", "Kahan", "Blocks of 32".
QString titleOf(const SummationOrder& order);
/// The same within a line: "pairwise", "Kahan", "blocks of 32".
QString wordsOf(const SummationOrder& order);
/// "BF16", or "BF16 pairwise" in another order than sequential.
QString titleOf(const DotSeries& series);

/// Base of the charts of a dot product. They share a report, the series and the step that is looked at closely. Drawn
/// are all orders of that series' accumulator, and of the other accumulators the first order, so that lines stay
/// countable.
///
/// A click chooses the nearest step; Left and Right go one step, Page Up and Page Down a tenth of all, Home and End to
/// the ends.
class DotChart : public Chart {
    Q_OBJECT

  public:
    explicit DotChart(QWidget* parent = nullptr);

    void setReport(std::shared_ptr<const DotReport> report, std::size_t series, std::uint64_t step);
    void setInspected(std::size_t series, std::uint64_t step);
    std::uint64_t step() const { return step_; }

    QString emptyText() const override;
    QString provenance() const override;  ///< vectors, product and accumulators
    std::vector<LegendEntry> legend() const override;

  signals:
    void stepChosen(quint64 step);

  protected:
    void keyPressEvent(QKeyEvent* event) override;

    bool hasReport() const { return report_ != nullptr; }
    const DotReport& report() const { return *report_; }
    const DotSeries& inspected() const { return report_->series[series_]; }
    std::vector<std::size_t> shownSeries() const;
    QPen penFor(const DotSeries& series, const ChartStyle& style) const;

    /// The horizontal axis of n at the bottom of `rect`.
    void styleStepAxis(QCPAxisRect& rect, const ChartStyle& style, bool logarithmic) const;
    /// A line at the inspected step; it follows without the chart being drawn anew.
    void drawStepLine(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const;

    /// A name at the end of a line, wrapped where it is long. Those of one accumulator that would lie on each other
    /// share one.
    struct EndLabel {
        double value = 0;
        QString text;
        Format format;
    };
    void drawEndLabels(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style,
                       const std::vector<EndLabel>& labels) const;
    static int endLabelWidth(const ChartStyle& style, const std::vector<EndLabel>& labels);

  private:
    std::shared_ptr<const DotReport> report_;
    std::size_t series_ = 0;
    std::uint64_t step_ = 1;
};

}  // namespace mantissa::ui
