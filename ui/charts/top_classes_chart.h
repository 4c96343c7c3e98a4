#pragma once

#include "charts/compare_chart.h"

namespace mantissa::ui {

/// The reference's first classes: probability as paired bars, logit as dots on one line a format.
class TopClassesChart final : public CompareChart {
    Q_OBJECT

  public:
    explicit TopClassesChart(QWidget* parent = nullptr);

    void setClassCount(int count);  ///< 5, 10 or 20
    int classCount() const { return wanted_; }

    QString name() const override { return QStringLiteral("top-classes"); }
    QString title() const override { return tr("Top classes"); }
    QString finding() const override;
    DataTable table() const override;
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;
    QString hoverText(const QCustomPlot& plot, QPointF position) const override;
    QSize preferredExportSize() const override;
    QSize minimumSizeHint() const override;

  protected:
    void keyPressEvent(QKeyEvent* event) override;  ///< Up and Down choose a class
    void onReport() override;

  private:
    struct Rows;
    void setRanges(QCPAxisRect* bars, QCPAxisRect* dots, const ChartStyle& style) const;
    void paintBands(QPainter& painter, const Rows& rows, double from, double to, const ChartStyle& style) const;
    void paintBars(QPainter& painter, QCPAxisRect* rect, const ChartStyle& style, double labelWidth) const;
    void paintDots(QPainter& painter, QCPAxisRect* rect, const ChartStyle& style) const;
    int classAt(const QCustomPlot& plot, QPointF position) const;  ///< row, −1 for none

    int wanted_ = 5;
    std::vector<std::size_t> classes_;  ///< by the reference's logits, largest first
};

}  // namespace mantissa::ui
