#pragma once

#include "charts/memory_chart.h"

namespace mantissa::ui {

/// Where the weights are: bytes in FP32 by module, largest first.
class WeightShareChart final : public MemoryChart {
    Q_OBJECT

  public:
    using MemoryChart::MemoryChart;

    QString name() const override { return QStringLiteral("weight-share"); }
    QString title() const override { return tr("Where the weights are"); }
    QString subtitle() const;
    QString finding() const override;
    QString emptyText() const override;
    DataTable table() const override;
    QString hoverText(const QCustomPlot& plot, QPointF position) const override;
    QSize preferredExportSize() const override;
    QSize minimumSizeHint() const override;
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;

  private:
    std::int64_t total() const;
    QString percentOf(const LayerBytes& layer) const;
};

}  // namespace mantissa::ui
