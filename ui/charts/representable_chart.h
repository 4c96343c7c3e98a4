#pragma once

#include <QPointF>
#include <optional>
#include <string>
#include <vector>

#include "charts/chart.h"
#include "formats/format_entry.h"

namespace mantissa::ui {

/// What the chart of representable values draws.
enum class RepresentableView {
    near,    ///< around the value, linear scale
    range,   ///< from the smallest to the largest value of each format, log scale
    binades  ///< every code of a format of 8 bits or less, a binade a line
};

struct RepresentableData {
    std::vector<FormatEntry> entries;  ///< the formats of the table
    std::string selected;              ///< key
    double typed = 0;
    QString typedText;
    RoundOptions rounding;
};

/// The values that formats have: ticks around the value, the whole range, or all codes of a small format.
class RepresentableChart final : public Chart {
    Q_OBJECT

  public:
    explicit RepresentableChart(QWidget* parent = nullptr);

    void setData(RepresentableData data);
    void setView(RepresentableView view);
    RepresentableView view() const { return view_; }
    const RepresentableData& data() const { return data_; }

    QString name() const override { return QStringLiteral("representable-values"); }
    QString title() const override { return tr("Representable values"); }
    QString finding() const override;
    QString emptyText() const override;
    QString provenance() const override;  ///< the value, the format and the rounding
    DataTable table() const override;
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;
    QString hoverText(const QCustomPlot& plot, QPointF position) const override;

    /// The format that the view of all codes shows: the selected one where it is small enough, else FP8 E4M3.
    const FormatEntry* binadeEntry() const;
    /// The code drawn at a point of the plot.
    struct Pick {
        std::string key;
        std::uint64_t code = 0;
    };
    std::optional<Pick> pickAt(const QCustomPlot& plot, QPointF position) const;

  signals:
    /// The user clicked a value.
    void codeChosen(const QString& key, quint64 code);

  protected:
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void drawNear(QCustomPlot& plot, const ChartStyle& style) const;
    void drawRange(QCustomPlot& plot, const ChartStyle& style) const;
    void drawBinades(QCustomPlot& plot, const ChartStyle& style) const;
    std::optional<Pick> pickNear(const QCustomPlot& plot, QPointF position) const;
    std::optional<Pick> pickBinade(const QCustomPlot& plot, QPointF position) const;
    const FormatEntry* selected() const;
    const FormatEntry* entryAt(const QCustomPlot& plot, double y) const;

    RepresentableData data_;
    RepresentableView view_ = RepresentableView::near;
    QPointF pressedAt_;
};

}  // namespace mantissa::ui
