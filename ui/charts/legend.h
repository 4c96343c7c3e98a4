#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "charts/chart_style.h"
#include "theme/format_look.h"

namespace mantissa::ui {

class Chart;

enum class LegendShape { marker, swatch, tintedSwatch, hatchedSwatch, line, dashedLine };

struct LegendEntry {
    QString text;
    LegendShape shape = LegendShape::marker;
    FormatLook look{};  ///< colours, and for LegendShape::marker its marker
};

LegendEntry legendOf(const Format& format);

/// Width of all entries in one row, in px.
double legendWidth(const std::vector<LegendEntry>& entries, const ChartStyle& style);

/// Paints the entries from the left edge of `area`, vertically centred.
void paintLegend(QPainter& painter, const QRectF& area, const std::vector<LegendEntry>& entries,
                 const ChartStyle& style);

/// The legend of a chart, for the header of its card, in two rows where one is too long. It follows the chart.
class LegendBar : public QWidget {
    Q_OBJECT

  public:
    explicit LegendBar(Chart* chart, QWidget* parent = nullptr);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {0, sizeHint().height()}; }

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    std::vector<std::vector<LegendEntry>> rows() const;

    Chart* chart_;
};

}  // namespace mantissa::ui
