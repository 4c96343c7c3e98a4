#pragma once

#include "charts/compare_chart.h"

namespace mantissa::ui {

/// One bar a format: base of latency and memory.
class RunBarsChart : public CompareChart {
    Q_OBJECT

  public:
    using CompareChart::CompareChart;

    void draw(QCustomPlot& plot, const ChartStyle& style) const override;
    std::vector<LegendEntry> legend() const override { return {}; }  // the bars are labelled
    QSize preferredExportSize() const override;
    QSize minimumSizeHint() const override;  ///< every bar can be told from the next

  protected:
    struct Bar {
        std::size_t run = 0;
        QString name;                 ///< instead of the format's, where a line stands for several
        std::optional<double> value;  ///< none: `note` says why
        QString valueText, note;
    };
    virtual std::vector<Bar> bars() const = 0;
    QString nameOf(const Bar& bar) const;
    virtual QString axisLabel() const = 0;
};

/// Median time of a forward pass; native formats only.
class LatencyChart final : public RunBarsChart {
    Q_OBJECT

  public:
    using RunBarsChart::RunBarsChart;
    QString name() const override { return QStringLiteral("latency"); }
    QString title() const override { return tr("Latency"); }
    QString subtitle() const;  ///< "ms per image, median of 20 runs (FP16: 1 run)"
    QString finding() const override;
    DataTable table() const override;

  protected:
    std::vector<Bar> bars() const override;
    QString axisLabel() const override { return tr("ms per image"); }
};

/// Bytes of the weights as the format stores them.
class WeightBytesChart final : public RunBarsChart {
    Q_OBJECT

  public:
    using RunBarsChart::RunBarsChart;
    QString name() const override { return QStringLiteral("weight-bytes"); }
    QString title() const override { return tr("Memory"); }
    QString subtitle() const;  ///< "MB of weights, as stored (1 MB = 10⁶ bytes)"
    QString finding() const override;
    DataTable table() const override;

  protected:
    std::vector<Bar> bars() const override;
    QString axisLabel() const override;
};

}  // namespace mantissa::ui
