#include "charts/rates_chart.h"

#include <qcustomplot.h>

#include <algorithm>

#include "charts/painted_item.h"
#include "number_text.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

QString titleOf(const FormatEvaluation& run) { return QString::fromStdString(run.format.title); }

}  // namespace

void RatesChart::setKind(RateKind kind) {
    kind_ = kind;
    refresh();
}

bool RatesChart::has(RateKind kind) const {
    if (!hasReport()) return false;
    if (kind == RateKind::agreement) return !candidates().empty();
    return report().reference().top1.has_value();
}

std::vector<RatesChart::Row> RatesChart::rows() const {
    std::vector<Row> rows;
    for (const auto& run : report().runs) {
        if (!run.ok()) continue;
        if (kind_ == RateKind::top1 && run.top1) rows.push_back({&run, *run.top1});
        if (kind_ == RateKind::top5 && run.top5) rows.push_back({&run, *run.top5});
        if (kind_ == RateKind::agreement && &run != &report().reference()) rows.push_back({&run, run.agreement});
    }
    return rows;
}

QString RatesChart::emptyText() const {
    if (const QString missing = EvaluationChart::emptyText(); !missing.isEmpty()) return missing;
    if (kind_ == RateKind::agreement) return candidatesEmptyText();
    return has(kind_) ? QString()
                      : tr("The pictures' classes are not known, so there is no accuracy. Put them into one subfolder "
                           "a class, or choose a file of labels.");
}

QString RatesChart::finding() const {
    if (!emptyText().isEmpty()) return {};
    QStringList parts;
    for (const auto& row : rows()) parts << tr("%1 %2").arg(titleOf(*row.run), percentText(row.rate.value));
    return tr("%1: %2").arg(axisLabel().section(QLatin1Char(','), 0, 0), parts.join(QStringLiteral(", ")));
}

QString RatesChart::axisLabel() const {
    switch (kind_) {
        case RateKind::top1:
            return tr("Top-1 accuracy, %");
        case RateKind::top5:
            return tr("Top-5 accuracy, %");
        case RateKind::agreement:
            break;
    }
    return tr("Same answer as %1, %").arg(titleOf(report().reference()));
}

DataTable RatesChart::table() const {
    DataTable table{
        .header = {tr("Format"), tr("Pictures"), tr("Of these"), tr("Share"), tr("95 % interval from"), tr("to")},
        .rows = {}};
    for (const auto& row : rows())
        table.rows.push_back({titleOf(*row.run), groupedText(row.rate.trials), groupedText(row.rate.hits),
                              percentText(row.rate.value), percentText(row.rate.low), percentText(row.rate.high)});
    return table;
}

QSize RatesChart::preferredExportSize() const {
    return {720, hasReport() ? static_cast<int>(120 + 34 * rows().size()) : 240};
}

void RatesChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    clearPlot(plot, style);
    const auto all = rows();
    const QFont names = style.axisFont(), numbers = style.numberFont();
    double nameWidth = 0, textWidth = 0, low = 1, high = 0;
    for (const auto& row : all) {
        nameWidth = std::max(nameWidth, textSize(shortTitle(row.run->format), names).width());
        textWidth = std::max(textWidth, textSize(rateText(row.rate), numbers).width());
        low = std::min(low, row.rate.low);
        high = std::max(high, row.rate.high);
    }
    QCPAxisRect* rect = addAxes(plot, style);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    rect->setAutoMargins(QCP::msBottom);
    rect->setMargins(QMargins(static_cast<int>(nameWidth) + 30, 4, static_cast<int>(textWidth) + 16, 0));
    styleAxis(*x, style, axisLabel());
    const double spare = std::max(0.06 * (high - low), 0.001);
    x->setRange(100 * std::max(0.0, low - spare), 100 * std::min(1.0, high + spare));
    x->setTicker(numberTicker(style.size.width() < 420 ? 3 : 5));
    y->setTicks(false);
    y->setTickLabels(false);
    setGrid(*y, Grid::off);
    addPainting(
        plot, rect,
        [=](QPainter& painter) {
            const double band =
                static_cast<double>(rect->height()) / static_cast<double>(std::max<std::size_t>(1, all.size()));
            for (std::size_t i = 0; i < all.size(); ++i) {
                const Row& row = all[i];
                const double center = rect->top() + band * (static_cast<double>(i) + 0.5);
                const double cap = std::min(5.0, band / 3);
                const double left = x->coordToPixel(100 * row.rate.low), right = x->coordToPixel(100 * row.rate.high);
                const QColor color = style.color(row.run->format);
                painter.setPen(QPen(color, 1.6));
                painter.drawLine(QPointF(left, center), QPointF(right, center));
                for (const double end : {left, right})
                    painter.drawLine(QPointF(end, center - cap), QPointF(end, center + cap));
                paintMarker(painter, QRectF(x->coordToPixel(100 * row.rate.value) - 5, center - 5, 10, 10),
                            lookOf(row.run->format), color);
                paintMarker(painter, QRectF(rect->left() - nameWidth - 24, center - 5, 10, 10), lookOf(row.run->format),
                            color);
                paintText(painter, {rect->left() - 8.0, center}, Qt::AlignRight | Qt::AlignVCenter,
                          shortTitle(row.run->format), names, style.tokens.text2);
                paintText(painter, {rect->right() + 10.0, center}, Qt::AlignLeft | Qt::AlignVCenter, rateText(row.rate),
                          numbers, style.tokens.text1);
            }
        },
        ClipTo::nothing);
}

}  // namespace mantissa::ui
