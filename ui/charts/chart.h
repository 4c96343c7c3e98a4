#pragma once

#include <QWidget>
#include <vector>

#include "charts/chart_style.h"
#include "charts/chart_table.h"
#include "charts/legend.h"

class QCustomPlot;
class QLabel;
class QMenu;
class QStackedLayout;

namespace mantissa::ui {

/// Base of every chart: a widget around a plot that can be drawn anywhere. A chart holds its data, draws it into the
/// plot it is given (on screen here, in a picture through chart_export.h), and says the same in words and as a table.
///
/// A subclass: keep the data, call `refresh()` when it changes, and implement name, title, table and draw.
class Chart : public QWidget {
    Q_OBJECT

  public:
    explicit Chart(QWidget* parent = nullptr);
    ~Chart() override;

    /// Stem of its file name: "top-classes".
    virtual QString name() const = 0;
    /// A plain noun, as on its card: "Top classes".
    virtual QString title() const = 0;
    /// What the chart shows, in one sentence, from the data; empty where there is no single finding. Heads the picture
    /// and is what a screen reader says.
    virtual QString finding() const { return {}; }
    /// Where its data come from, one line for the foot of pictures.
    virtual QString provenance() const = 0;
    /// All numbers drawn.
    virtual DataTable table() const = 0;
    virtual std::vector<LegendEntry> legend() const { return {}; }
    /// Why there is nothing to draw, in words; empty when there is.
    virtual QString emptyText() const { return {}; }
    /// Draws everything anew: call clearPlot and addAxes first. Must not depend on the widget's state, only on the
    /// data.
    virtual void draw(QCustomPlot& plot, const ChartStyle& style) const = 0;
    /// What a pointer at `position` (px of the plot) points to: x, y, format and class; empty for nothing.
    virtual QString hoverText(const QCustomPlot& plot, QPointF position) const;
    /// Size at which the chart reads well in a picture, logical px.
    virtual QSize preferredExportSize() const { return {800, 480}; }

    /// Draws on screen again: new data, new theme or new size.
    void refresh();
    ChartStyle screenStyle() const;
    /// Draws with this many pixels per px, for a view that scales the widget.
    void setPlotPixels(double ratio);
    QCustomPlot& plot() { return *plot_; }

    void copyPicture() const;
    void showDataTable();

    QSize sizeHint() const override { return {320, 200}; }
    QSize minimumSizeHint() const override { return {160, 64}; }

  signals:
    void redrawn();
    /// The user asked to export this chart as ".png", ".svg" or ".pdf", or through the dialog ("").
    void exportRequested(Chart* chart, const QString& suffix);

  protected:
    /// Charts whose axes make sense zoomed: the wheel zooms at the pointer once the chart was clicked, or with Ctrl; drag
    /// pans, double-click resets.
    void allowZoom();
    /// More entries for the context menu, above the export entries.
    virtual void addMenuEntries(QMenu&) {}

    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QCustomPlot* plot_;
    QLabel* empty_;
    QStackedLayout* stack_;
    QWidget* frame_;
};

}  // namespace mantissa::ui
