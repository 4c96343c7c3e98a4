#pragma once

#include "charts/chart.h"
#include "session/layers_session.h"

class QCPAxis;
class QCPAxisRect;

namespace mantissa::ui {

/// How finely magnitudes are counted: by power of two, or by the eighths of one that the grid of an 8-bit format has.
enum class MagnitudeBins { powers, grid };

/// The magnitudes of one layer's weights or activations over what the format makes of them: zones that become 0, that
/// are subnormal, normal, and beyond the largest value, with a tick for each representable value where there is room.
class MagnitudeChart final : public Chart {
    Q_OBJECT

  public:
    enum class Of { weights, activations };
    explicit MagnitudeChart(Of of, QWidget* parent = nullptr);

    void setValues(LayerValuesPtr values);
    void setBins(MagnitudeBins bins);
    /// Both charts of a layer on one scale: the lowest and the highest exponent there is to show.
    void setPowers(int lowest, int highest);

    QString name() const override;
    QString title() const override;
    QString finding() const override;
    QString provenance() const override;
    DataTable table() const override;
    QString emptyText() const override;
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;
    QString hoverText(const QCustomPlot& plot, QPointF position) const override;
    QSize preferredExportSize() const override { return {640, 320}; }

  private:
    /// A stretch of the axis with one meaning; bounds as powers of two.
    struct Zone {
        double from, to;
        QString text;
        QColor fill;
    };
    const ValueSpread& spread() const;
    bool scaled() const;
    std::vector<Zone> zones(const ChartStyle& style) const;
    double binWidth() const;  ///< in powers of two
    /// Left ends and counts of the bins that hold something.
    std::vector<std::pair<double, std::int64_t>> bins() const;
    void drawZones(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const;
    void drawBars(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const;
    void drawGrid(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const;

    Of of_;
    LayerValuesPtr values_;
    MagnitudeBins bins_ = MagnitudeBins::powers;
    int lowest_ = 0, highest_ = 0;
};

}  // namespace mantissa::ui
