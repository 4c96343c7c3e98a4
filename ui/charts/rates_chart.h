#pragma once

#include "charts/evaluation_chart.h"

namespace mantissa::ui {

enum class RateKind { top1, top5, agreement };

/// One rate of every format with its 95 % interval: a mark and a line a format. The axis starts where the intervals do,
/// for what matters is whether they overlap.
class RatesChart final : public EvaluationChart {
    Q_OBJECT

  public:
    using EvaluationChart::EvaluationChart;

    void setKind(RateKind kind);
    RateKind kind() const { return kind_; }
    bool has(RateKind kind) const;  ///< top-1 and top-5 need pictures whose class is known

    QString name() const override { return QStringLiteral("rates"); }
    QString title() const override { return tr("Accuracy"); }
    QString finding() const override;
    QString emptyText() const override;
    DataTable table() const override;
    std::vector<LegendEntry> legend() const override { return {}; }  // the rows are labelled
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;
    QSize preferredExportSize() const override;

  private:
    struct Row {
        const FormatEvaluation* run;
        Rate rate;
    };
    std::vector<Row> rows() const;
    QString axisLabel() const;

    RateKind kind_ = RateKind::top1;
};

}  // namespace mantissa::ui
