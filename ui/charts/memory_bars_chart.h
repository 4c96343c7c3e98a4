#pragma once

#include "charts/memory_chart.h"
#include "number_text.h"

namespace mantissa::ui {

/// Bytes per format: what it needs, computed, and next to it what this process held, measured. A bar is stacked from
/// weights (solid), buffers (paler), the activation peak (tinted) and scales (dark end).
class MemoryBarsChart final : public MemoryChart {
    Q_OBJECT

  public:
    using MemoryChart::MemoryChart;

    QString name() const override { return QStringLiteral("memory"); }
    QString title() const override { return tr("Memory per format"); }
    QString finding() const override;
    DataTable table() const override;
    std::vector<LegendEntry> legend() const override;
    QString emptyText() const override;
    QString hoverText(const QCustomPlot& plot, QPointF position) const override;
    QSize preferredExportSize() const override;
    QSize minimumSizeHint() const override;
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;

  private:
    struct Bar;
    std::vector<Bar> barsOf(const FormatMemory& memory) const;
    ByteUnit unit() const;
    void paintRow(QPainter& painter, const QRectF& row, const FormatMemory& memory, double pixelsPerByte,
                  const ChartStyle& style) const;
    void paintStack(QPainter& painter, const QRectF& lane, const Bar& bar, const FormatMemory& memory,
                    double pixelsPerByte, const ChartStyle& style) const;
};

}  // namespace mantissa::ui
