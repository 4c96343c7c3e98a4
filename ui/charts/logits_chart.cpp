#include "charts/logits_chart.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "charts/painted_item.h"
#include "compare/run_words.h"
#include "number_text.h"
#include "numerics/rounding.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

constexpr std::size_t kMostByClass = 20;
constexpr double kLeastNamedSlot = 15, kPairedSlot = 24;  // px a class
constexpr double kPickDistance = 12;                      // px

struct Range {
    double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();

    void take(double value) {
        if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
    }
    QCPRange padded(double share) const {
        if (!(high >= low)) return {0, 1};
        const double spare = high > low ? share * (high - low) : std::max(0.5, std::abs(high) * 0.1);
        return {low - spare, high + spare};
    }
};

/// Half an ULP of `format` as a band about 0: one rectangle a binade between the axis' ends.
void paintHalfUlpBand(QPainter& painter, const QCPAxis& x, const QCPAxis& y, const Format& format,
                      const QColor& color) {
    const QCPRange range = x.range();
    std::vector<double> edges{range.lower, range.upper};
    const double reach = std::max(std::abs(range.lower), std::abs(range.upper));
    for (double power = std::exp2(std::floor(std::log2(reach))); power > reach / 256; power /= 2)
        for (const double edge : {-power, power})
            if (range.contains(edge)) edges.push_back(edge);
    std::sort(edges.begin(), edges.end());
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
        const double half = ulp(format, (edges[i] + edges[i + 1]) / 2) / 2;
        const double left = x.coordToPixel(edges[i]), right = x.coordToPixel(edges[i + 1]);
        const double top = y.coordToPixel(half), bottom = y.coordToPixel(-half);
        painter.drawRect(QRectF(left, top, right - left, std::max(1.0, bottom - top)));
    }
}

}  // namespace

LogitsChart::LogitsChart(QWidget* parent) : CompareChart(parent) {
    allowZoom();
    connect(&plot(), &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) {
        if (event->button() != Qt::LeftButton || !emptyText().isEmpty()) return;
        if (const auto index = classAt(plot(), event->position())) emit classChosen(*index);
    });
}

void LogitsChart::setView(LogitView view) {
    view_ = view;
    refresh();
}

bool LogitsChart::byClass() const { return hasReport() && report().reference().logits.size() <= kMostByClass; }

void LogitsChart::onReport() {
    const auto& reference = report().reference().logits;
    order_ = topIndices(reference, kMostByClass);
    delta_.clear();
    if (!candidateRun()) return;
    for (std::size_t i = 0; i < reference.size(); ++i) delta_.push_back(candidateRun()->logits[i] - reference[i]);
}

QString LogitsChart::emptyText() const {
    if (view_ == LogitView::paired) return CompareChart::emptyText();
    if (const QString missing = candidateEmptyText(); !missing.isEmpty()) return missing;
    const bool any = std::any_of(delta_.begin(), delta_.end(), [](double delta) { return std::isfinite(delta); });
    return any ? QString() : tr("Every output of %1 is NaN or infinite.").arg(titleOf(*candidateRun()));
}

QString LogitsChart::differenceText() const {
    return tr("%1 − %2").arg(titleOf(*candidateRun()), titleOf(report().reference()));
}

QString LogitsChart::finding() const {
    if (!emptyText().isEmpty()) return {};
    if (view_ == LogitView::paired) return tr("Logits of the first classes of %1").arg(titleOf(report().reference()));
    const Comparison* comparison = comparisonOf(report(), candidate());
    if (!comparison) return {};
    return tr("%1: largest |Δ| %2, at %3")
        .arg(differenceText(), valueText(comparison->metrics.maxAbs),
             classLabel(report(), comparison->metrics.maxAbsIndex));
}

std::vector<LegendEntry> LogitsChart::legend() const {
    if (view_ == LogitView::paired) return CompareChart::legend();
    if (!candidateRun()) return {};
    std::vector<LegendEntry> entries{legendOf(candidateRun()->format)};
    if (view_ == LogitView::delta && !byClass())
        entries.push_back({.text = tr("± ½ ulp of %1").arg(titleOf(*candidateRun())),
                           .shape = LegendShape::tintedSwatch,
                           .look = lookOf(candidateRun()->format)});
    return entries;
}

DataTable LogitsChart::table() const {
    DataTable table{.header = {tr("Class")}, .rows = {}};
    for (const auto run : goodRuns()) table.header << titleOf(report().runs[run]);
    if (candidateRun()) table.header << differenceText();
    for (std::size_t i = 0; i < report().reference().logits.size(); ++i) {
        QStringList row{classLabel(report(), i)};
        for (const auto run : goodRuns()) row << valueText(report().runs[run].logits[i]);
        if (candidateRun()) row << errorText(delta_[i]);
        table.rows.push_back(row);
    }
    return table;
}

void LogitsChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    clearPlot(plot, style);
    switch (view_) {
        case LogitView::delta:
            return byClass() ? drawDeltaByClass(plot, style) : drawDelta(plot, style);
        case LogitView::scatter:
            return drawScatter(plot, style);
        case LogitView::paired:
            return drawPaired(plot, style);
    }
}

void LogitsChart::drawPoints(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style, bool difference) const {
    addPainting(plot, rect, [=, this](QPainter& painter) {
        QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
        const FormatRun& run = *candidateRun();
        const auto& reference = report().reference().logits;
        const QColor strong = style.color(run.format), weak = blended(strong, style.tokens.card, 0.6);
        const FormatLook look = lookOf(run.format);
        const auto place = [&](std::size_t i) {
            return QPointF(x->coordToPixel(reference[i]), y->coordToPixel(difference ? delta_[i] : run.logits[i]));
        };
        const auto mark = [&](std::size_t i, double size, const QColor& color) {
            if (std::isfinite(reference[i]) && std::isfinite(run.logits[i]))
                paintMarker(painter, QRectF(place(i) - QPointF(size / 2, size / 2), QSizeF(size, size)), look, color);
        };
        const std::size_t leading = std::min<std::size_t>(5, order_.size());
        const double small = reference.size() > 300 ? 4 : 6;
        for (std::size_t i = 0; i < reference.size(); ++i) mark(i, small, weak);
        for (std::size_t i = 0; i < leading; ++i) mark(order_[i], 8, strong);
        std::vector<std::size_t> named;
        if (!order_.empty()) named.push_back(order_.front());
        if (highlight() && (named.empty() || *highlight() != named.front())) named.push_back(*highlight());
        for (const auto i : named) {
            if (!std::isfinite(reference[i]) || !std::isfinite(run.logits[i])) continue;
            mark(i, 10, strong);
            const QPointF at = place(i);
            const QString text = elidedMiddle(classLabel(report(), i), 22);
            const bool left = at.x() + 8 + textSize(text, style.axisFont()).width() > rect->right();
            paintText(painter, at + QPointF(left ? -8 : 8, 0), left ? Qt::AlignRight : Qt::AlignLeft, text,
                      style.axisFont(), style.tokens.text1);
        }
    });
}

void LogitsChart::drawDelta(QCustomPlot& plot, const ChartStyle& style) const {
    QCPAxisRect* rect = addAxes(plot, style);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    Range logits, deltas;
    for (std::size_t i = 0; i < delta_.size(); ++i)
        logits.take(report().reference().logits[i]), deltas.take(std::abs(delta_[i]));
    const double reach = deltas.high > 0 ? deltas.high : 1;
    const int exponent = axisExponent(reach);
    styleAxis(*x, style, tr("%1 logit").arg(titleOf(report().reference())));
    styleAxis(*y, style, scaledLabel(differenceText(), exponent));
    y->setTicker(scaledTicker(5, exponent));
    x->setRange(logits.padded(0.06));
    y->setRange(-1.12 * reach, 1.12 * reach);
    // Where a scale says how large a step is, half of one is no fixed distance.
    const Format& candidateFormat = candidateRun()->format;
    const bool banded = candidateFormat.scaling == Scaling::none && candidateFormat.kind != FormatKind::integer;
    if (banded) {
        rect->setMinimumMargins(QMargins(2, 20, 14, 2));
        addPainting(
            plot, rect,
            [=, title = titleOf(*candidateRun())](QPainter& painter) {
                paintText(painter, {static_cast<double>(rect->right()) + 10, rect->top() - 10.0},
                          Qt::AlignRight | Qt::AlignVCenter, QObject::tr("band: ± half a step (ULP) of %1").arg(title),
                          style.axisFont(), style.tokens.text2);
            },
            ClipTo::nothing);
    }
    addPainting(plot, rect, [=, this](QPainter& painter) {
        const Format& format = candidateRun()->format;
        if (banded) paintHalfUlpBand(painter, *x, *y, format, blended(style.color(format), style.tokens.card, 0.17));
        painter.setPen(QPen(style.tokens.inputLine, 1));
        painter.drawLine(QPointF(rect->left(), y->coordToPixel(0)), QPointF(rect->right(), y->coordToPixel(0)));
    });
    drawPoints(plot, rect, style, true);
}

void LogitsChart::drawScatter(QCustomPlot& plot, const ChartStyle& style) const {
    QCPAxisRect* rect = addAxes(plot, style);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    Range range;
    for (std::size_t i = 0; i < delta_.size(); ++i)
        range.take(report().reference().logits[i]), range.take(candidateRun()->logits[i]);
    styleAxis(*x, style, tr("%1 logit").arg(titleOf(report().reference())));
    styleAxis(*y, style, tr("%1 logit").arg(titleOf(*candidateRun())));
    x->setRange(range.padded(0.06));
    y->setRange(range.padded(0.06));
    addPainting(plot, rect, [=](QPainter& painter) {
        const double low = std::min(x->range().lower, y->range().lower),
                     high = std::max(x->range().upper, y->range().upper);
        painter.setPen(QPen(style.tokens.inputLine, 1, Qt::DashLine));
        painter.drawLine(QPointF(x->coordToPixel(low), y->coordToPixel(low)),
                         QPointF(x->coordToPixel(high), y->coordToPixel(high)));
    });
    drawPoints(plot, rect, style, false);
}

std::vector<std::size_t> LogitsChart::pairedClasses(int width) const {
    const auto room = static_cast<std::size_t>(std::max(5.0, (width - 60) / kPairedSlot));
    return {order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(std::min(room, order_.size()))};
}

void LogitsChart::labelClasses(QCPAxisRect* rect, const ChartStyle& style,
                               const std::vector<std::size_t>& classes) const {
    QCPAxis* x = rect->axis(QCPAxis::atBottom);
    const auto ticker = QSharedPointer<QCPAxisTickerText>::create();
    const double slot = (style.size.width() - 60.0) / static_cast<double>(classes.size());
    const bool named = report().model && !report().model->labels.empty() && slot >= kLeastNamedSlot;
    for (std::size_t i = 0; i < classes.size(); ++i)
        ticker->addTick(static_cast<double>(i),
                        named ? elidedMiddle(classLabel(report(), classes[i]), 14) : QString::number(classes[i]));
    styleAxis(*x, style, named ? QString() : tr("Class"));
    x->setTicker(ticker);
    x->setTickLabelRotation(named ? -45 : 0);
    x->setRange(-0.6, static_cast<double>(classes.size()) - 0.4);
    setGrid(*x, Grid::off);
}

void LogitsChart::drawDeltaByClass(QCustomPlot& plot, const ChartStyle& style) const {
    QCPAxisRect* rect = addAxes(plot, style);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    rect->setMinimumMargins(QMargins(2, 20, 14, 2));
    std::vector<std::size_t> classes(delta_.size());
    for (std::size_t i = 0; i < classes.size(); ++i) classes[i] = i;
    labelClasses(rect, style, classes);
    const Comparison* comparison = comparisonOf(report(), candidate());
    const double meanAbs = comparison ? comparison->metrics.meanAbs : 0,
                 maxAbs = comparison ? comparison->metrics.maxAbs : 0;
    const double reach = maxAbs > 0 ? maxAbs : 1;
    const int exponent = axisExponent(reach);
    styleAxis(*y, style, scaledLabel(differenceText(), exponent));
    y->setTicker(scaledTicker(5, exponent));
    y->setRange(-1.15 * reach, 1.15 * reach);
    addPainting(plot, rect, [=, this](QPainter& painter) {
        const FormatRun& run = *candidateRun();
        const QColor color = style.color(run.format);
        const auto level = [&](double value, Qt::PenStyle pen) {
            painter.setPen(QPen(style.tokens.text2, 1, pen));
            painter.drawLine(QPointF(rect->left(), y->coordToPixel(value)),
                             QPointF(rect->right(), y->coordToPixel(value)));
        };
        level(0, Qt::SolidLine);
        if (maxAbs > 0) level(maxAbs, Qt::DashLine), level(-maxAbs, Qt::DashLine), level(meanAbs, Qt::DotLine);
        for (std::size_t i = 0; i < delta_.size(); ++i) {
            if (!std::isfinite(delta_[i])) continue;
            const QPointF at(x->coordToPixel(static_cast<double>(i)), y->coordToPixel(delta_[i]));
            const bool chosen = highlight() && *highlight() == i;
            painter.setPen(QPen(color, chosen ? 4 : 2.5));
            painter.drawLine(QPointF(at.x(), y->coordToPixel(0)), at);
            const double size = chosen ? 12 : 9;
            paintMarker(painter, QRectF(at - QPointF(size / 2, size / 2), QSizeF(size, size)), lookOf(run.format),
                        color);
        }
    });
    addPainting(
        plot, rect,
        [=](QPainter& painter) {
            paintText(painter, {static_cast<double>(rect->right()) + 10, rect->top() - 10.0},
                      Qt::AlignRight | Qt::AlignVCenter,
                      QObject::tr("dashed ±max |Δ| %1, dotted mean |Δ| %2").arg(valueText(maxAbs), valueText(meanAbs)),
                      style.axisFont(), style.tokens.text2);
        },
        ClipTo::nothing);
}

void LogitsChart::drawPaired(QCustomPlot& plot, const ChartStyle& style) const {
    QCPAxisRect* rect = addAxes(plot, style);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    const std::vector<std::size_t> shown = pairedClasses(style.size.width());
    labelClasses(rect, style, shown);
    const auto runs = goodRuns();
    Range range;
    for (const auto run : runs)
        for (const auto index : shown) range.take(report().runs[run].logits[index]);
    styleAxis(*y, style, tr("Logit"));
    y->setRange(range.padded(0.07));
    addPainting(plot, rect, [=, this](QPainter& painter) {
        const double slot = std::abs(x->coordToPixel(1) - x->coordToPixel(0));
        const double size = std::clamp(slot / static_cast<double>(runs.size() + 1), 4.0, 9.0);
        for (std::size_t place = 0; place < shown.size(); ++place) {
            const double center = x->coordToPixel(static_cast<double>(place));
            if (highlight() && *highlight() == shown[place])
                painter.fillRect(QRectF(center - slot / 2, rect->top(), slot, rect->height()), style.tokens.accentFill);
            QPolygonF path;
            for (std::size_t i = 0; i < runs.size(); ++i) {
                const double value = report().runs[runs[i]].logits[shown[place]];
                if (!std::isfinite(value)) continue;
                const double shift = (static_cast<double>(i) - (static_cast<double>(runs.size()) - 1) / 2) *
                                     std::min(size, slot / static_cast<double>(runs.size() + 1));
                path << QPointF(center + shift, y->coordToPixel(value));
            }
            painter.setPen(QPen(style.tokens.inputLine, 1));
            painter.drawPolyline(path);
            qsizetype point = 0;
            for (const auto run : runs) {
                if (!std::isfinite(report().runs[run].logits[shown[place]])) continue;
                const Format& format = report().runs[run].format;
                paintMarker(painter, QRectF(path[point++] - QPointF(size / 2, size / 2), QSizeF(size, size)),
                            lookOf(format), style.color(format));
            }
        }
    });
}

std::optional<std::size_t> LogitsChart::classAt(const QCustomPlot& plot, QPointF position) const {
    if (plot.axisRectCount() == 0) return {};
    QCPAxisRect* rect = const_cast<QCustomPlot&>(plot).axisRect(0);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    const bool byPlace = view_ == LogitView::paired || (view_ == LogitView::delta && byClass());
    if (byPlace) {
        const auto place = std::lround(x->pixelToCoord(position.x()));
        const std::vector<std::size_t> shown = pairedClasses(plot.viewport().width());
        const std::size_t count = view_ == LogitView::paired ? shown.size() : order_.size();
        if (place < 0 || static_cast<std::size_t>(place) >= count || !rect->rect().contains(position.toPoint()))
            return {};
        return view_ == LogitView::paired ? shown[static_cast<std::size_t>(place)] : static_cast<std::size_t>(place);
    }
    std::optional<std::size_t> nearest;
    double best = kPickDistance * kPickDistance;
    const auto& reference = report().reference().logits;
    for (std::size_t i = 0; i < reference.size(); ++i) {
        const QPointF at(x->coordToPixel(reference[i]),
                         y->coordToPixel(view_ == LogitView::delta ? delta_[i] : candidateRun()->logits[i]));
        const QPointF away = at - position;
        if (const double distance = QPointF::dotProduct(away, away); distance < best) best = distance, nearest = i;
    }
    return nearest;
}

QString LogitsChart::hoverText(const QCustomPlot& plot, QPointF position) const {
    if (!emptyText().isEmpty()) return {};
    const auto index = classAt(plot, position);
    if (!index) return {};
    QStringList lines{tr("%1 (output %2)").arg(classLabel(report(), *index), QString::number(*index))};
    for (const auto run : goodRuns())
        lines << tr("%1: %2").arg(titleOf(report().runs[run]), valueText(report().runs[run].logits[*index]));
    if (candidateRun()) lines << tr("%1: %2").arg(differenceText(), errorText(delta_[*index]));
    return lines.join('\n');
}

}  // namespace mantissa::ui
