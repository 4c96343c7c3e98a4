#pragma once

#include "charts/compare_chart.h"

namespace mantissa::ui {

/// How logits are compared. `delta` is Δ against the reference's logit, or Δ by class where there are at most 20
/// outputs.
enum class LogitView { delta, scatter, paired };

/// Logits of one candidate (or, paired, of all formats) against those of the reference.
class LogitsChart final : public CompareChart {
    Q_OBJECT

  public:
    explicit LogitsChart(QWidget* parent = nullptr);

    void setView(LogitView view);
    LogitView view() const { return view_; }
    bool byClass() const;  ///< few enough outputs to show each

    QString name() const override { return QStringLiteral("logits"); }
    QString title() const override { return tr("Logits"); }
    QString finding() const override;
    DataTable table() const override;
    std::vector<LegendEntry> legend() const override;
    QString emptyText() const override;
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;
    QString hoverText(const QCustomPlot& plot, QPointF position) const override;
    QSize preferredExportSize() const override { return {720, 460}; }

  protected:
    void onReport() override;

  private:
    void drawDelta(QCustomPlot& plot, const ChartStyle& style) const;
    void drawDeltaByClass(QCustomPlot& plot, const ChartStyle& style) const;
    void drawScatter(QCustomPlot& plot, const ChartStyle& style) const;
    void drawPaired(QCustomPlot& plot, const ChartStyle& style) const;
    void drawPoints(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style, bool difference) const;
    /// As many of the reference's first classes as find room side by side in `width` px.
    std::vector<std::size_t> pairedClasses(int width) const;
    /// Class names (or numbers) along the bottom axis, one a whole number from 0.
    void labelClasses(QCPAxisRect* rect, const ChartStyle& style, const std::vector<std::size_t>& classes) const;
    std::optional<std::size_t> classAt(const QCustomPlot& plot, QPointF position) const;
    QString differenceText() const;  ///< "BF16 − FP32"

    LogitView view_ = LogitView::delta;
    std::vector<std::size_t> order_;  ///< the classes of the paired view, by the reference's logits
    std::vector<double> delta_;       ///< candidate − reference, by class
};

}  // namespace mantissa::ui
