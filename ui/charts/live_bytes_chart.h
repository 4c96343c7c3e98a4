#pragma once

#include "charts/memory_chart.h"
#include "number_text.h"

namespace mantissa::ui {

/// Bytes of activations alive after each operator, in the order they run; the peak is marked and named. Measured in
/// FP32; formats of other widths are scaled by bytes per value, one line a width.
class LiveBytesChart final : public MemoryChart {
    Q_OBJECT

  public:
    explicit LiveBytesChart(QWidget* parent = nullptr);

    QString name() const override { return QStringLiteral("live-bytes"); }
    QString title() const override { return tr("Activations alive"); }
    QString subtitle() const;
    QString finding() const override;
    DataTable table() const override;
    std::vector<LegendEntry> legend() const override;
    QString hoverText(const QCustomPlot& plot, QPointF position) const override;
    QSize preferredExportSize() const override { return {900, 420}; }
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;

  private:
    struct Line;
    std::vector<Line> lines() const;
    ByteUnit unit() const;
    void drawPeak(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const;
};

/// Places of an axis over operators: where a module begins, and its short name. At most `most` of them, the deepest
/// level of modules that this allows.
struct ModuleMark {
    std::size_t node = 0;
    QString name;
};
std::vector<ModuleMark> moduleMarks(const std::vector<LiveBytes>& timeline, std::size_t most);

}  // namespace mantissa::ui
