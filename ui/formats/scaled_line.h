#pragma once

#include <QPointF>
#include <optional>

#include "charts/chart.h"
#include "formats/format_entry.h"

namespace mantissa::ui {

/// The number line of INT8 with a scale and a zero point: where its range lies, and the codes around the value with
/// what they stand for.
class ScaledLine final : public Chart {
    Q_OBJECT

  public:
    struct Data {
        std::optional<FormatEntry> entry;  ///< none where the table does not show it
        double typed = 0;
        QString typedText;
    };

    explicit ScaledLine(QWidget* parent = nullptr);

    void setData(Data shown);

    QString name() const override { return QStringLiteral("int8-values"); }
    QString title() const override { return tr("Values of INT8"); }
    QString finding() const override;
    QString emptyText() const override;
    QString provenance() const override;
    DataTable table() const override;
    void draw(QCustomPlot& plot, const ChartStyle& style) const override;
    QString hoverText(const QCustomPlot& plot, QPointF position) const override;

    /// The code whose mark is drawn nearest to a point of the plot.
    std::optional<std::uint64_t> codeAt(const QCustomPlot& plot, QPointF position) const;

  signals:
    /// The user clicked a code.
    void codeChosen(quint64 code);

  private:
    const FormatEntry& entry() const { return *data_.entry; }
    Affine affine() const { return entry().affine.value_or(Affine{}); }
    /// What an integer stands for, whether it is a code or not.
    double valueAt(double integer) const;
    /// Where a value lies between the codes, counted as the integers they are.
    double placeOf(double value) const;
    void paintRange(QPainter& painter, const QRectF& line, const ChartStyle& style, double from, double to) const;

    Data data_;
};

}  // namespace mantissa::ui
