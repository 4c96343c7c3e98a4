#pragma once

#include "charts/compare_chart.h"

namespace mantissa::ui {

enum class DifferenceSign { signedDelta, absolute };
enum class CountScale {
    automatic,
    linear,
    logarithmic
};  ///< automatic: logarithmic when the largest bin holds more than 50

/// How many outputs differ from the reference by how much: a histogram of Δ with the mean and ±max marked.
class DifferencesChart final : public CompareChart {
    Q_OBJECT

  public:
    explicit DifferencesChart(QWidget* parent = nullptr);

    void setSign(DifferenceSign sign);
    DifferenceSign sign() const { return sign_; }
    void setCountScale(CountScale scale);
    bool logarithmic() const;  ///< as it is drawn now

    QString name() const override { return QStringLiteral("differences"); }
    QString title() const override { return tr("Differences"); }
    QString finding() const override;
    DataTable table() const override;
    std::vector<LegendEntry> legend() const override;
    QString emptyText() const override;
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;
    QString hoverText(const QCustomPlot& plot, QPointF position) const override;
    QSize preferredExportSize() const override { return {720, 460}; }

  protected:
    void onReport() override;
    void addMenuEntries(QMenu& menu) override;

  private:
    QString axisLabel() const;
    void drawMarks(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const;

    DifferenceSign sign_ = DifferenceSign::signedDelta;
    CountScale scale_ = CountScale::automatic;
    Histogram histogram_;  ///< of Δ or |Δ|, as `sign_` says
    ErrorMetrics metrics_;
};

}  // namespace mantissa::ui
