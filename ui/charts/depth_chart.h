#pragma once

#include "charts/chart.h"
#include "layers/layer_words.h"
#include "session/layers_session.h"

class QCPAxisRect;

namespace mantissa::ui {

/// SQNR along the model: two bars a layer with none below, by itself and with everything up to it, in the order in
/// which they run.
class DepthChart final : public Chart {
    Q_OBJECT

  public:
    explicit DepthChart(QWidget* parent = nullptr);

    void setReport(LayersReportPtr report);
    void setPart(LayerPart part);
    void setHighlight(int layer);  ///< index into the report's layers; −1: none

    QString name() const override { return QStringLiteral("layers-sqnr"); }
    QString title() const override { return tr("SQNR along the model"); }
    QString finding() const override;
    QString provenance() const override;
    DataTable table() const override;
    std::vector<LegendEntry> legend() const override;
    QString emptyText() const override;
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;
    QString hoverText(const QCustomPlot& plot, QPointF position) const override;
    QSize preferredExportSize() const override { return {960, 360}; }

  signals:
    void layerChosen(int layer);

  protected:
    void keyPressEvent(QKeyEvent* event) override;

  private:
    struct Place {
        std::size_t layer;
        double local, cumulative;  ///< dB; +∞: exact; NaN: nothing to compare
    };
    void place();
    int placeAt(const QCustomPlot& plot, QPointF position) const;  ///< −1: none
    int highlighted() const;                                       ///< index into places_; −1: none
    void choose(int place);
    void drawNames(QCPAxisRect* rect, const ChartStyle& style) const;
    void drawBars(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const;
    void drawHighlight(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const;

    LayersReportPtr report_;
    LayerPart part_ = LayerPart::both;
    int highlight_ = -1;
    std::vector<Place> places_;
};

}  // namespace mantissa::ui
