#include "charts/flip_rate_chart.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>

#include "charts/painted_item.h"
#include "number_text.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

double middle(const MarginBin& bin) { return (bin.low + bin.high) / 2; }

}  // namespace

QString FlipRateChart::finding() const {
    if (!emptyText().isEmpty()) return {};
    const FormatEvaluation* most = candidates().front();
    for (const auto* run : candidates())
        if (run->flips > most->flips) most = run;
    const QString name = QString::fromStdString(most->format.title);
    if (most->flips == 0) return tr("No format changes an answer");
    double largest = 0;
    for (const auto& row : most->rows)
        if (row.flipped() && std::isfinite(row.referenceMargin)) largest = std::max(largest, row.referenceMargin);
    return tr("%1 changes answers up to a margin of %2").arg(name, valueText(largest));
}

DataTable FlipRateChart::table() const {
    DataTable table{.header = {tr("Format"), tr("Margin from"), tr("to"), tr("Pictures"), tr("Changed"), tr("Share"),
                               tr("95 % interval from"), tr("to")},
                    .rows = {}};
    for (const auto* run : candidates())
        for (const auto& bin : run->flipsByMargin)
            table.rows.push_back({QString::fromStdString(run->format.title), valueText(bin.low), valueText(bin.high),
                                  groupedText(bin.flips.trials), groupedText(bin.flips.hits),
                                  percentText(bin.flips.value), percentText(bin.flips.low),
                                  percentText(bin.flips.high)});
    return table;
}

void FlipRateChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    clearPlot(plot, style);
    QCPAxisRect* rect = addAxes(plot, style);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    double reach = 0, top = 0;
    for (const auto* run : candidates())
        for (const auto& bin : run->flipsByMargin) {
            reach = std::max(reach, middle(bin));
            top = std::max(top, bin.flips.high);
        }
    styleAxis(*x, style,
              tr("Margin in %1, logit units").arg(QString::fromStdString(report().reference().format.title)));
    styleAxis(*y, style, tr("Changed answers, %"));
    x->setRange(0, reach > 0 ? 1.04 * reach : 1);
    y->setRange(0, 100 * std::clamp(1.05 * top, 0.01, 1.0));
    y->setTicker(numberTicker(4));
    x->setTicker(numberTicker(style.size.width() < 360 ? 4 : 6));
    addPainting(plot, rect, [=, this](QPainter& painter) {
        for (const auto* run : candidates()) {
            const QColor color = style.color(run->format);
            QPolygonF band, line;
            const auto at = [&](const MarginBin& bin, double rate) {
                return QPointF(x->coordToPixel(middle(bin)), y->coordToPixel(100 * rate));
            };
            for (const auto& bin : run->flipsByMargin) {
                band << at(bin, bin.flips.high);
                line << at(bin, bin.flips.value);
            }
            for (auto bin = run->flipsByMargin.rbegin(); bin != run->flipsByMargin.rend(); ++bin)
                band << at(*bin, bin->flips.low);
            painter.setPen(Qt::NoPen);
            painter.setBrush(blended(color, style.tokens.card, 0.14));
            painter.drawPolygon(band);
        }
        for (const auto* run : candidates()) {
            const QColor color = style.color(run->format);
            QPolygonF line;
            for (const auto& bin : run->flipsByMargin)
                line << QPointF(x->coordToPixel(middle(bin)), y->coordToPixel(100 * bin.flips.value));
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(color, 1.6));
            painter.drawPolyline(line);
            for (const QPointF& point : line)
                paintMarker(painter, QRectF(point - QPointF(4, 4), QSizeF(8, 8)), lookOf(run->format), color);
        }
    });
}

QString FlipRateChart::hoverText(const QCustomPlot& plot, QPointF position) const {
    if (!emptyText().isEmpty() || plot.axisRectCount() == 0) return {};
    const double margin =
        const_cast<QCustomPlot&>(plot).axisRect(0)->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
    QStringList lines;
    for (const auto* run : candidates())
        for (const auto& bin : run->flipsByMargin)
            if (margin >= bin.low && margin < bin.high) {
                lines << tr("%1: %2 of %3 pictures with a margin from %4 to %5 change their answer")
                             .arg(QString::fromStdString(run->format.title), groupedText(bin.flips.hits),
                                  groupedText(bin.flips.trials), valueText(bin.low), valueText(bin.high));
                break;
            }
    return lines.join(QLatin1Char('\n'));
}

}  // namespace mantissa::ui
