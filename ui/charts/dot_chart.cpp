#include "charts/dot_chart.h"

#include <qcustomplot.h>

#include <QKeyEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "charts/painted_item.h"
#include "number_text.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

constexpr double kLabelLine = 15, kLabelGap = 7, kClickDistance = 4;  // px
constexpr double kMostLabelShare = 0.3;                               // of the chart's width

/// Broken at spaces so that each line fits, as far as its words allow.
QStringList wrapped(const QString& text, const QFont& font, double room) {
    QStringList lines;
    for (const QString& word : text.split(' ')) {
        const QString longer = lines.isEmpty() ? word : lines.back() + ' ' + word;
        if (lines.isEmpty() || textSize(longer, font).width() > room)
            lines << word;
        else
            lines.back() = longer;
    }
    return lines;
}

}  // namespace

Qt::PenStyle penOf(SummationKind order) {
    switch (order) {
        case SummationKind::sequential:
            return Qt::SolidLine;
        case SummationKind::pairwise:
            return Qt::DashLine;
        case SummationKind::kahan:
            return Qt::DotLine;
        case SummationKind::blocked:
            return Qt::DashDotLine;
    }
    return Qt::SolidLine;
}

QString titleOf(const SummationOrder& order) {
    switch (order.kind) {
        case SummationKind::sequential:
            return QObject::tr("Sequential");
        case SummationKind::pairwise:
            return QObject::tr("Pairwise");
        case SummationKind::kahan:
            return QObject::tr("Kahan");
        case SummationKind::blocked:
            return QObject::tr("Blocks of %1").arg(order.block);
    }
    return {};
}

QString wordsOf(const SummationOrder& order) {
    const QString title = titleOf(order);
    return order.kind == SummationKind::kahan ? title : title.toLower();  // a name
}

QString titleOf(const DotSeries& series) {
    const QString format = QString::fromStdString(series.how.accumulator.title);
    if (series.how.order.kind == SummationKind::sequential) return format;
    return format + ' ' + wordsOf(series.how.order);
}

DotChart::DotChart(QWidget* parent) : Chart(parent) {
    allowZoom();
    const auto pressed = std::make_shared<QPointF>();
    connect(&plot(), &QCustomPlot::mousePress, this, [pressed](QMouseEvent* event) { *pressed = event->position(); });
    connect(&plot(), &QCustomPlot::mouseRelease, this, [this, pressed](QMouseEvent* event) {
        // A drag pans.
        const bool click = (event->position() - *pressed).manhattanLength() < kClickDistance;
        if (!click || event->button() != Qt::LeftButton || !emptyText().isEmpty()) return;
        const QCPAxisRect* rect = plot().axisRect();
        if (!rect->rect().contains(event->pos())) return;
        const double n = rect->axis(QCPAxis::atBottom)->pixelToCoord(event->position().x());
        emit stepChosen(static_cast<quint64>(std::clamp(std::round(n), 1.0, static_cast<double>(report().n))));
    });
}

void DotChart::setReport(std::shared_ptr<const DotReport> report, std::size_t series, std::uint64_t step) {
    report_ = std::move(report);
    series_ = series;
    step_ = step;
    refresh();
}

void DotChart::setInspected(std::size_t series, std::uint64_t step) {
    const bool sameLines = series == series_;
    series_ = series;
    step_ = step;
    if (!sameLines) return refresh();
    plot().replot(QCustomPlot::rpQueuedReplot);  // keeps the zoom
}

QString DotChart::emptyText() const { return report_ ? QString() : tr("No sum yet."); }

QString DotChart::provenance() const {
    if (!report_) return {};
    QStringList sums;
    for (const auto& series : report_->series) {
        const QString title = QString::fromStdString(series.how.accumulator.title);
        if (!sums.contains(title)) sums << title;
    }
    return tr("%1 · products in %2 · sums in %3 · Mantissa %4")
        .arg(QString::fromStdString(report_->vectors->terms), QString::fromStdString(report_->product.title),
             sums.join(QStringLiteral(", ")), QStringLiteral(MANTISSA_VERSION));
}

std::vector<std::size_t> DotChart::shownSeries() const {
    std::vector<std::size_t> shown;
    const Format* before = nullptr;
    for (std::size_t i = 0; i < report_->series.size(); ++i) {
        const Format& accumulator = report_->series[i].how.accumulator;
        const bool first = !before || *before != accumulator;
        if (first || accumulator == inspected().how.accumulator) shown.push_back(i);
        before = &accumulator;
    }
    return shown;
}

std::vector<LegendEntry> DotChart::legend() const {
    std::vector<LegendEntry> entries;
    if (!report_) return entries;
    const Format* before = nullptr;
    for (const auto& series : report_->series) {
        if (!before || *before != series.how.accumulator) entries.push_back(legendOf(series.how.accumulator));
        before = &series.how.accumulator;
    }
    return entries;
}

QPen DotChart::penFor(const DotSeries& series, const ChartStyle& style) const {
    QPen pen(style.color(series.how.accumulator), 2, penOf(series.how.order.kind));
    pen.setCapStyle(Qt::FlatCap);
    return pen;
}

void DotChart::styleStepAxis(QCPAxisRect& rect, const ChartStyle& style, bool logarithmic) const {
    QCPAxis* x = rect.axis(QCPAxis::atBottom);
    styleAxis(*x, style, logarithmic ? tr("Terms added, n (log scale)") : tr("Terms added, n"));
    const auto n = static_cast<double>(report().n);
    if (logarithmic) {
        x->setRange(1, std::max(2.0, n));
        makeLogarithmic(*x);
    } else {
        x->setRange(0, n);
        x->setTicker(countTicker(std::max(2, style.size.width() / 110)));
    }
}

void DotChart::drawStepLine(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const {
    addPainting(
        plot, rect,
        [=, this](QPainter& painter) {
            const double x = rect->axis(QCPAxis::atBottom)->coordToPixel(static_cast<double>(step_));
            if (x < rect->left() - 0.5 || x > rect->right() + 0.5) return;
            painter.setPen(QPen(style.tokens.accent, 1, Qt::DashLine));
            painter.drawLine(QPointF(x, rect->top() - 12), QPointF(x, rect->bottom()));
            const QString text = tr("step n = %1").arg(groupedText(static_cast<std::int64_t>(step_)));
            const bool left = x + 6 + textSize(text, style.axisFont()).width() > rect->right();
            paintText(painter, {x + (left ? -4 : 4), rect->top() - 7.0},
                      (left ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter, text, style.axisFont(),
                      style.tokens.accent);
        },
        ClipTo::nothing);
}

int DotChart::endLabelWidth(const ChartStyle& style, const std::vector<EndLabel>& labels) {
    double widest = 0;
    for (const auto& label : labels) widest = std::max(widest, textSize(label.text, style.strongFont()).width());
    return static_cast<int>(std::min(widest + kLabelGap + 8, style.size.width() * kMostLabelShare));
}

void DotChart::drawEndLabels(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style,
                             const std::vector<EndLabel>& labels) const {
    addPainting(
        plot, rect,
        [=](QPainter& painter) {
            QCPAxis* y = rect->axis(QCPAxis::atLeft);
            const double room = style.size.width() - 2.0 - rect->right() - kLabelGap;
            struct Placed {
                QStringList lines;
                double top;
                double height() const { return static_cast<double>(lines.size()) * kLabelLine; }
            };
            std::vector<Placed> placed;
            for (const auto& label : labels) {
                const double at = y->coordToPixel(label.value);
                if (!std::isfinite(at)) continue;
                const QStringList lines = wrapped(label.text, style.strongFont(), room);
                // The first line stands beside the end of the curve.
                placed.push_back({lines, std::clamp(at, static_cast<double>(rect->top()),
                                                    static_cast<double>(rect->bottom())) -
                                             kLabelLine / 2});
            }
            std::stable_sort(placed.begin(), placed.end(),
                             [](const Placed& a, const Placed& b) { return a.top < b.top; });
            // Downwards until none overlap, then back up from the lower end.
            for (std::size_t i = 1; i < placed.size(); ++i)
                placed[i].top = std::max(placed[i].top, placed[i - 1].top + placed[i - 1].height());
            double most = rect->bottom() + 4 + kLabelLine / 2;
            for (auto i = placed.size(); i-- > 0; most = placed[i].top)
                placed[i].top = std::min(placed[i].top, most - placed[i].height());
            for (const auto& [lines, top] : placed)
                for (int i = 0; i < lines.size(); ++i)
                    paintText(painter, {rect->right() + kLabelGap, top + (i + 0.5) * kLabelLine},
                              Qt::AlignLeft | Qt::AlignVCenter, lines[i], style.strongFont(), style.tokens.text1);
        },
        ClipTo::nothing);
}

void DotChart::keyPressEvent(QKeyEvent* event) {
    if (!report_ || event->modifiers() != Qt::NoModifier) return Chart::keyPressEvent(event);
    const auto n = static_cast<std::int64_t>(report_->n), step = static_cast<std::int64_t>(step_);
    const std::int64_t tenth = std::max<std::int64_t>(1, n / 10);
    std::int64_t to = step;
    switch (event->key()) {
        case Qt::Key_Left:
            to = step - 1;
            break;
        case Qt::Key_Right:
            to = step + 1;
            break;
        case Qt::Key_PageUp:
            to = step - tenth;
            break;
        case Qt::Key_PageDown:
            to = step + tenth;
            break;
        case Qt::Key_Home:
            to = 1;
            break;
        case Qt::Key_End:
            to = n;
            break;
        default:
            return Chart::keyPressEvent(event);
    }
    to = std::clamp<std::int64_t>(to, 1, n);
    if (to != step) emit stepChosen(static_cast<quint64>(to));
}

}  // namespace mantissa::ui
