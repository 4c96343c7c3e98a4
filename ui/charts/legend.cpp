#include "charts/legend.h"

#include <QPainter>
#include <cmath>

#include "charts/chart.h"
#include "charts/painted_item.h"

namespace mantissa::ui {
namespace {

constexpr double kShape = 12, kInner = 5, kShapeGap = 12, kLineHeight = 18;

}  // namespace

LegendEntry legendOf(const Format& format) {
    return {.text = QString::fromStdString(format.title), .shape = LegendShape::marker, .look = lookOf(format)};
}

double legendWidth(const std::vector<LegendEntry>& entries, const ChartStyle& style) {
    double width = 0;
    for (const auto& entry : entries)
        width += kShape + kInner + textSize(entry.text, style.labelFont()).width() + kShapeGap;
    return entries.empty() ? 0 : width - kShapeGap;
}

void paintLegend(QPainter& painter, const QRectF& area, const std::vector<LegendEntry>& entries,
                 const ChartStyle& style) {
    double x = area.left();
    const double y = area.center().y();
    for (const auto& entry : entries) {
        const QColor color = style.colored(entry.look.color(style.scheme));
        const QRectF box(x, y - kShape / 2, kShape, kShape);
        const QRectF swatch = box.adjusted(0, 1, 0, -1);
        switch (entry.shape) {
            case LegendShape::marker:
                paintMarker(painter, box, entry.look, color);
                break;
            case LegendShape::swatch:
                paintBar(painter, swatch, BarFill::solid, color, style.tokens.card);
                break;
            case LegendShape::tintedSwatch:
                paintBar(painter, swatch, BarFill::tinted, color, style.tokens.card);
                break;
            case LegendShape::hatchedSwatch:
                paintBar(painter, swatch, BarFill::hatched, color, style.tokens.card);
                break;
            case LegendShape::line:
            case LegendShape::dashedLine:
                painter.setPen(QPen(color, 1.6, entry.shape == LegendShape::line ? Qt::SolidLine : Qt::DashLine));
                painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y));
                break;
        }
        x += kShape + kInner;
        paintText(painter, {x, y}, Qt::AlignLeft, entry.text, style.labelFont(), style.tokens.text2);
        x += textSize(entry.text, style.labelFont()).width() + kShapeGap;
    }
}

LegendBar::LegendBar(Chart* chart, QWidget* parent) : QWidget(parent), chart_(chart) {
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    connect(chart, &Chart::redrawn, this, [this] {
        QStringList names;
        for (const auto& entry : chart_->legend()) names << entry.text;
        setToolTip(names.join(QStringLiteral(", ")));
        updateGeometry();
        update();
    });
}

QSize LegendBar::sizeHint() const {
    return {static_cast<int>(std::ceil(legendWidth(chart_->legend(), chart_->screenStyle()))) + 2,
            static_cast<int>(kLineHeight)};
}

void LegendBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const ChartStyle style = chart_->screenStyle();
    std::vector<LegendEntry> entries = chart_->legend();
    // Where room is short: "E4M3" for "FP8 E4M3", then the markers alone; the tool tip keeps the names.
    if (legendWidth(entries, style) > width())
        for (auto& entry : entries) entry.text.remove(QStringLiteral("FP8 "));
    if (legendWidth(entries, style) > width())
        for (auto& entry : entries) entry.text.clear();
    paintLegend(painter, QRectF(std::max(0.0, width() - legendWidth(entries, style) - 1), 0, width(), height()),
                entries, style);
}

}  // namespace mantissa::ui
