#include "charts/depth_chart.h"

#include <qcustomplot.h>

#include <QKeyEvent>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "charts/live_bytes_chart.h"
#include "charts/painted_item.h"
#include "number_text.h"

namespace mantissa::ui {
namespace {

constexpr double kRoomAbove = 1.25;   // names of marked layers stand above the bars
constexpr double kTwoBarsFrom = 6;    // px a layer; with less there is one bar, and a line for what is cumulative
constexpr double kModuleName = 84;    // px a module's name takes on the axis, about
constexpr double kClickDistance = 4;  // px that a click may move

double decibelsOf(const LayerReport& layer, const LayerError& error, LayerPart part) {
    const ArrayError* one = partOf(error, part);
    return one && layer.finished ? one->sqnrDb() : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

DepthChart::DepthChart(QWidget* parent) : Chart(parent) {
    allowZoom();
    auto pressed = std::make_shared<QPointF>();
    connect(&plot(), &QCustomPlot::mousePress, this, [pressed](QMouseEvent* event) { *pressed = event->position(); });
    connect(&plot(), &QCustomPlot::mouseRelease, this, [this, pressed](QMouseEvent* event) {
        const QPointF moved = event->position() - *pressed;
        if (event->button() == Qt::LeftButton && moved.manhattanLength() <= kClickDistance)
            choose(placeAt(plot(), event->position()));
    });
}

void DepthChart::setReport(LayersReportPtr report) {
    report_ = std::move(report);
    place();
    refresh();
}

void DepthChart::setPart(LayerPart part) {
    part_ = part;
    place();
    refresh();
}

void DepthChart::setHighlight(int layer) {
    if (highlight_ == layer) return;
    highlight_ = layer;
    refresh();
}

void DepthChart::place() {
    places_.clear();
    if (!report_) return;
    for (const std::size_t leaf : leavesOf(*report_)) {
        const LayerReport& layer = report_->layers[leaf];
        places_.push_back({leaf, decibelsOf(layer, layer.local, part_), decibelsOf(layer, layer.cumulative, part_)});
    }
}

int DepthChart::highlighted() const {
    for (std::size_t i = 0; i < places_.size(); ++i)
        if (static_cast<int>(places_[i].layer) == highlight_) return static_cast<int>(i);
    return -1;
}

void DepthChart::choose(int place) {
    if (place >= 0 && place < static_cast<int>(places_.size()))
        emit layerChosen(static_cast<int>(places_[static_cast<std::size_t>(place)].layer));
}

void DepthChart::keyPressEvent(QKeyEvent* event) {
    const int step = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (step == 0 || places_.empty()) return Chart::keyPressEvent(event);
    const int now = highlighted();
    choose(now < 0 ? 0 : std::clamp(now + step, 0, static_cast<int>(places_.size()) - 1));
}

QString DepthChart::emptyText() const {
    if (!report_) return tr("No layer was compared yet.");
    for (const auto& one : places_)
        if (!std::isnan(one.local) || !std::isnan(one.cumulative)) return {};
    return part_ == LayerPart::native ? tr("There are no native kernels of this format here.")
                                      : tr("No layer was compared yet.");
}

QString DepthChart::finding() const {
    if (!emptyText().isEmpty()) return {};
    const auto worst = std::min_element(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
        return (std::isnan(a.local) ? INFINITY : a.local) < (std::isnan(b.local) ? INFINITY : b.local);
    });
    const QString lowest = tr("%1: lowest by itself in %2, %3 dB")
                               .arg(QString::fromStdString(report_->format.title), layerPath(*report_, worst->layer),
                                    decibelText(worst->local));
    const double last = places_.back().cumulative;
    return std::isnan(last) ? lowest : tr("%1; at the end %2 dB are left").arg(lowest, decibelText(last));
}

QString DepthChart::provenance() const {
    if (!report_) return {};
    QStringList parts{QString::fromStdString(report_->model->name)};
    if (report_->image) parts << QString::fromStdString(report_->image->name);
    parts << tr("%1, %2").arg(QString::fromStdString(report_->format.title), partText(part_));
    return parts.join(QStringLiteral(" · "));
}

DataTable DepthChart::table() const {
    DataTable table{.header = {tr("Layer"), tr("Local SQNR, dB"), tr("Cumulative SQNR, dB")}, .rows = {}};
    for (const auto& one : places_)
        table.rows.push_back({layerPath(*report_, one.layer), decibelText(one.local), decibelText(one.cumulative)});
    return table;
}

std::vector<LegendEntry> DepthChart::legend() const {
    if (!report_) return {};
    const FormatLook look = lookOf(report_->format);
    return {{tr("this layer alone"), LegendShape::swatch, look},
            {tr("everything up to it"), LegendShape::tintedSwatch, look}};
}

void DepthChart::drawNames(QCPAxisRect* rect, const ChartStyle& style) const {
    std::vector<LiveBytes> path;
    for (const auto& one : places_) path.push_back({.layer = report_->layers[one.layer].path, .op = {}, .bytes = 0});
    auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    const double room = style.size.width() - 60.0;
    double lastEnd = -1e9;
    for (const auto& mark : moduleMarks(path, static_cast<std::size_t>(std::max(2.0, room / kModuleName)))) {
        const double at = (static_cast<double>(mark.node) + 0.5) / static_cast<double>(places_.size()) * room;
        const double half = textSize(mark.name, style.axisFont()).width() / 2;
        const bool free = at - half > lastEnd + 8 && at + half < room + 14;
        ticker->addTick(static_cast<double>(mark.node), free ? mark.name : QString());
        if (free) lastEnd = at + half;
    }
    rect->axis(QCPAxis::atBottom)->setTicker(ticker);
}

void DepthChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    clearPlot(plot, style);
    QCPAxisRect* rect = addAxes(plot, style);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    double low = 0, high = 1;
    for (const auto& one : places_)
        for (const double value : {one.local, one.cumulative})
            if (std::isfinite(value)) {
                low = std::min(low, value);
                high = std::max(high, value);
            }
    styleAxis(*x, style, tr("Layers in the order they run, by module"));
    styleAxis(*y, style, tr("SQNR, dB"));
    x->setRange(-0.6, static_cast<double>(places_.size()) - 0.4);
    y->setRange(low * kRoomAbove, high * kRoomAbove);
    y->setTicker(numberTicker(style.size.height() < 200 ? 3 : 5));
    setGrid(*x, Grid::off);
    rect->setMinimumMargins(QMargins(40, 6, 14, 2));
    drawNames(rect, style);
    drawBars(plot, rect, style);
    drawHighlight(plot, rect, style);
}

void DepthChart::drawBars(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const {
    addPainting(plot, rect, [=, this](QPainter& painter) {
        QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
        const QColor color = style.color(report_->format), background = style.tokens.card;
        const double band = x->coordToPixel(1) - x->coordToPixel(0), zero = y->coordToPixel(0);
        const bool two = band >= kTwoBarsFrom;
        const double width = std::clamp(band * (two ? 0.4 : 0.8), 1.0, 26.0);
        const auto bar = [&](double left, double value, BarFill fill) {
            if (std::isnan(value)) return;
            // What is exact reaches beyond every scale.
            const double end =
                std::isinf(value) ? (value > 0 ? rect->top() - 4.0 : rect->bottom() + 4.0) : y->coordToPixel(value);
            paintBar(painter, QRectF(left, std::min(zero, end), width, std::max(1.0, std::abs(zero - end))), fill,
                     color, background);
        };
        QPolygonF line;
        for (std::size_t i = 0; i < places_.size(); ++i) {
            const double center = x->coordToPixel(static_cast<double>(i));
            bar(two ? center - width : center - width / 2, places_[i].local, BarFill::solid);
            if (two)
                bar(center + 1, places_[i].cumulative, BarFill::tinted);
            else if (std::isfinite(places_[i].cumulative))
                line << QPointF(center, y->coordToPixel(places_[i].cumulative));
        }
        painter.setPen(QPen(style.tokens.text1, 1.4));
        painter.setBrush(Qt::NoBrush);
        painter.drawPolyline(line);
    });
}

void DepthChart::drawHighlight(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const {
    const int at = highlighted();
    if (at < 0) return;
    addPainting(
        plot, rect,
        [=, this](QPainter& painter) {
            const double x = rect->axis(QCPAxis::atBottom)->coordToPixel(at);
            if (x < rect->left() || x > rect->right()) return;
            const Place& one = places_[static_cast<std::size_t>(at)];
            painter.setPen(QPen(style.tokens.accent, 1.4, Qt::DashLine, Qt::FlatCap));
            painter.drawLine(QPointF(x, rect->top()), QPointF(x, rect->bottom()));
            const QString text =
                tr("%1: %2, cumulative %3")
                    .arg(layerPath(*report_, one.layer), decibelText(one.local), decibelText(one.cumulative));
            const QSizeF size = textSize(text, style.strongFont());
            const bool right = x + 6 + size.width() < rect->right();
            const double left = right ? x + 6 : std::max<double>(rect->left() + 2, x - 6 - size.width());
            painter.fillRect(QRectF(left - 2, rect->top() - 1, size.width() + 4, size.height() + 1), style.tokens.card);
            paintText(painter, {left, rect->top() + size.height() / 2}, Qt::AlignLeft | Qt::AlignVCenter, text,
                      style.strongFont(), style.tokens.text1);
        },
        ClipTo::nothing);
}

int DepthChart::placeAt(const QCustomPlot& plot, QPointF position) const {
    if (!emptyText().isEmpty() || plot.axisRectCount() == 0) return -1;
    const QCPAxisRect* rect = const_cast<QCustomPlot&>(plot).axisRect(0);
    if (!rect->rect().contains(position.toPoint())) return -1;
    const double at = std::round(rect->axis(QCPAxis::atBottom)->pixelToCoord(position.x()));
    return at < 0 || at >= static_cast<double>(places_.size()) ? -1 : static_cast<int>(at);
}

QString DepthChart::hoverText(const QCustomPlot& plot, QPointF position) const {
    const int at = placeAt(plot, position);
    if (at < 0) return {};
    const Place& one = places_[static_cast<std::size_t>(at)];
    return tr("%1 (%2)\nby itself %3 dB, everything up to it %4 dB")
        .arg(layerPath(*report_, one.layer), layerKind(*report_, one.layer), decibelText(one.local),
             decibelText(one.cumulative));
}

}  // namespace mantissa::ui
