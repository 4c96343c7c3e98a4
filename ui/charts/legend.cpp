#include "charts/legend.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

#include "charts/chart.h"
#include "charts/painted_item.h"

namespace mantissa::ui {
namespace {

constexpr double kShape = 12, kInner = 5, kShapeGap = 12, kLineHeight = 18, kShortLineHeight = 15;

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

/// Where room is short: "E4M3" for "FP8 E4M3", then two rows, then the markers alone; the tool tip keeps the names.
std::vector<std::vector<LegendEntry>> LegendBar::rows() const {
    const ChartStyle style = chart_->screenStyle();
    std::vector<LegendEntry> entries = chart_->legend();
    if (legendWidth(entries, style) <= width()) return {entries};
    for (auto& entry : entries) entry.text.remove(QStringLiteral("FP8 "));
    if (legendWidth(entries, style) <= width()) return {entries};
    const auto half = entries.begin() + static_cast<std::ptrdiff_t>((entries.size() + 1) / 2);
    std::vector<std::vector<LegendEntry>> two{{entries.begin(), half}, {half, entries.end()}};
    if (std::max(legendWidth(two[0], style), legendWidth(two[1], style)) <= width()) return two;
    for (auto& entry : entries) entry.text.clear();
    return {entries};
}

QSize LegendBar::sizeHint() const {
    const double width = legendWidth(chart_->legend(), chart_->screenStyle());
    return {static_cast<int>(std::ceil(width)) + 2,
            static_cast<int>(rows().size() > 1 ? 2 * kShortLineHeight : kLineHeight)};
}

void LegendBar::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    updateGeometry();
}

void LegendBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const ChartStyle style = chart_->screenStyle();
    const auto lines = rows();
    double widest = 0;
    for (const auto& entries : lines) widest = std::max(widest, legendWidth(entries, style));
    const double left = std::max(0.0, width() - widest - 1), lineHeight = double(height()) / double(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i)
        paintLegend(painter, QRectF(left, double(i) * lineHeight, widest, lineHeight), lines[i], style);
}

}  // namespace mantissa::ui
