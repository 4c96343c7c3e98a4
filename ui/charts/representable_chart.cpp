#include "charts/representable_chart.h"

#include <qcustomplot.h>

#include <QKeyEvent>
#include <algorithm>
#include <cmath>
#include <utility>

#include "number_text.h"
#include "numerics/rounding_interval.h"
#include "numerics/stated_limits.h"

namespace mantissa::ui {
namespace {

constexpr double kPointDistance = 8;  // px
constexpr int kClickReach = 3;       // px a pointer may move and still click

bool isSmallFloat(const Format& f) { return f.kind == FormatKind::floating && f.bits() <= 8; }

}  // namespace

RepresentableChart::RepresentableChart(QWidget* parent) : Chart(parent) {
    allowZoom();
    connect(&plot(), &QCustomPlot::mousePress, this, [this](QMouseEvent* event) { pressedAt_ = event->position(); });
    connect(&plot(), &QCustomPlot::mouseRelease, this, [this](QMouseEvent* event) {
        const QPointF moved = event->position() - pressedAt_;
        if (event->button() != Qt::LeftButton || moved.manhattanLength() > kClickReach) return;
        if (const auto pick = pickAt(plot(), event->position()))
            emit codeChosen(QString::fromStdString(pick->key), pick->code);
    });
}

void RepresentableChart::setData(RepresentableData data) {
    data_ = std::move(data);
    refresh();
}

void RepresentableChart::setView(RepresentableView view) {
    if (view_ == view) return;
    view_ = view;
    refresh();
}

const FormatEntry* RepresentableChart::selected() const {
    for (const auto& entry : data_.entries)
        if (entry.key == data_.selected) return &entry;
    return nullptr;
}

const FormatEntry* RepresentableChart::binadeEntry() const {
    if (const auto* chosen = selected(); chosen && isSmallFloat(chosen->format)) return chosen;
    for (const auto& entry : data_.entries)
        if (entry.key == "e4m3") return &entry;
    for (const auto& entry : data_.entries)
        if (isSmallFloat(entry.format)) return &entry;
    return nullptr;
}

QString RepresentableChart::emptyText() const {
    if (data_.entries.empty()) return tr("No format is shown.");
    if (view_ == RepresentableView::near && !std::isfinite(data_.typed))
        return tr("%1 has no neighbourhood. Type a finite value, or look at the whole range.").arg(data_.typedText);
    if (view_ == RepresentableView::binades && !binadeEntry())
        return tr("No format of 8 bits or less with an exponent is shown. Choose main formats, or 8 bits and less.");
    return {};
}

QString RepresentableChart::provenance() const {
    const FormatEntry* shown = view_ == RepresentableView::binades ? binadeEntry() : selected();
    const QString rounding =
        QString::fromStdString(std::string(roundingName(data_.rounding.rounding))).replace('-', ' ');
    QStringList parts{tr("Value %1").arg(data_.typedText)};
    if (shown) parts << entryTitle(*shown);
    parts << tr("rounded %1").arg(rounding) << QStringLiteral("Mantissa " MANTISSA_VERSION);
    return parts.join(QStringLiteral(" · "));
}

QString RepresentableChart::finding() const {
    const auto* chosen = selected();
    switch (view_) {
        case RepresentableView::near:
            if (!chosen) return {};
            return tr("Near %1, %2 has a value every %3")
                .arg(data_.typedText, entryTitle(*chosen), compactText(ulp(chosen->format, chosen->stored.value)));
        case RepresentableView::range:
            if (!chosen) return {};
            return tr("%1 reaches from %2 to %3")
                .arg(entryTitle(*chosen), compactText(limits(chosen->format).minSubnormal, 3),
                     compactText(limits(chosen->format).max, 3));
        case RepresentableView::binades:
            if (const auto* entry = binadeEntry())
                return tr("All %1 codes of %2, a binade a line")
                    .arg(QString::number(limits(entry->format).codes), entryTitle(*entry));
            return {};
    }
    return {};
}

DataTable RepresentableChart::table() const {
    if (view_ == RepresentableView::binades) {
        DataTable table{.header = {tr("Code"), tr("Value"), tr("Class")}, .rows = {}};
        const auto* entry = binadeEntry();
        if (!entry) return table;
        for (std::uint64_t code = 0; code < limits(entry->format).codes; ++code)
            table.rows.push_back({hexText(entry->format, code),
                                  QString::fromStdString(exactDecimalText(decode(entry->format, code))),
                                  classWords(entry->format, code)});
        return table;
    }
    if (view_ == RepresentableView::range) {
        DataTable table{.header = {tr("Format"), tr("Smallest positive"), tr("Smallest normal"), tr("Largest")},
                        .rows = {}};
        for (const auto& entry : data_.entries) {
            const StatedLimits l = statedLimits(entry.format);
            const auto plain = [](const std::optional<double>& limit) {
                return limit ? QString::fromStdString(shortestText(*limit)) : QString();
            };
            table.rows.push_back({entryTitle(entry), plain(l.minSubnormal ? l.minSubnormal : l.minNormal),
                                  plain(l.minNormal), plain(l.max)});
        }
        return table;
    }
    DataTable table{
        .header = {tr("Format"), tr("Next down"), tr("Stored"), tr("Next up"), tr("Rounds from"), tr("Rounds to")},
        .rows = {}};
    for (const auto& entry : data_.entries) {
        const Format& f = entry.format;
        const std::uint64_t code = entry.stored.code;
        const RoundingInterval interval = roundingInterval(f, code, data_.rounding);
        // Numbers that read back, for whoever copies them.
        QStringList row{entryTitle(entry)};
        for (const double value : {decode(f, nextDown(f, code)), entry.stored.value, decode(f, nextUp(f, code)),
                                   interval.low, interval.high})
            row << QString::fromStdString(exactDecimalText(value));
        table.rows.push_back(row);
    }
    return table;
}

void RepresentableChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    clearPlot(plot, style);
    switch (view_) {
        case RepresentableView::near:
            return drawNear(plot, style);
        case RepresentableView::range:
            return drawRange(plot, style);
        case RepresentableView::binades:
            return drawBinades(plot, style);
    }
}

const FormatEntry* RepresentableChart::entryAt(const QCustomPlot& plot, double y) const {
    const QRect area = const_cast<QCustomPlot&>(plot).axisRect(0)->rect();
    if (y < area.top() || y > area.bottom() || data_.entries.empty()) return nullptr;
    const double band = static_cast<double>(area.height()) / static_cast<double>(data_.entries.size());
    const auto index = static_cast<std::size_t>((y - area.top()) / band);
    return index < data_.entries.size() ? &data_.entries[index] : nullptr;
}

std::optional<RepresentableChart::Pick> RepresentableChart::pickAt(const QCustomPlot& plot, QPointF position) const {
    if (plot.axisRectCount() == 0 || !emptyText().isEmpty()) return std::nullopt;
    if (!const_cast<QCustomPlot&>(plot).axisRect(0)->rect().contains(position.toPoint())) return std::nullopt;
    if (view_ == RepresentableView::near) return pickNear(plot, position);
    if (view_ == RepresentableView::binades) return pickBinade(plot, position);
    return std::nullopt;
}

std::optional<RepresentableChart::Pick> RepresentableChart::pickNear(const QCustomPlot& plot, QPointF position) const {
    const FormatEntry* entry = entryAt(plot, position.y());
    if (!entry) return std::nullopt;
    const QCPAxis* x = const_cast<QCustomPlot&>(plot).axisRect(0)->axis(QCPAxis::atBottom);
    // The axis counts from the value, so that it stays exact however far one zooms.
    const double value = data_.typed + x->pixelToCoord(position.x());
    const std::uint64_t code = encode(entry->format, value, {.overflow = Overflow::saturate});
    const double place = x->coordToPixel(decode(entry->format, code) - data_.typed);
    if (!(std::abs(place - position.x()) <= kPointDistance)) return std::nullopt;
    return Pick{entry->key, code};
}

QString RepresentableChart::hoverText(const QCustomPlot& plot, QPointF position) const {
    if (plot.axisRectCount() == 0 || !emptyText().isEmpty()) return {};
    if (view_ == RepresentableView::range) {
        const FormatEntry* entry = entryAt(plot, position.y());
        if (!entry) return {};
        const FormatLimits l = limits(entry->format);
        return tr("%1\nsmallest positive %2\nsmallest normal %3\nlargest %4\n%5 binades, %6 dB")
            .arg(entryTitle(*entry), compactText(l.minSubnormal), compactText(l.minNormal), compactText(l.max),
                 fixedText(l.dynamicRangeBinades, 1), fixedText(l.dynamicRangeDb, 1));
    }
    const auto pick = pickAt(plot, position);
    if (!pick) return {};
    for (const auto& entry : data_.entries)
        if (entry.key == pick->key)
            return tr("%1 %2\n%3\n%4")
                .arg(entryTitle(entry), hexText(entry.format, pick->code),
                     exactText(decode(entry.format, pick->code), 40), classWords(entry.format, pick->code));
    return {};
}

void RepresentableChart::keyPressEvent(QKeyEvent* event) {
    // What the wheel and a drag do.
    if (plot().axisRectCount() > 0 && emptyText().isEmpty() && view_ != RepresentableView::binades) {
        QCPAxis* x = plot().axisRect(0)->axis(QCPAxis::atBottom);
        const double shift = x->range().size() / 8;
        const int key = event->key();
        if (key == Qt::Key_Plus || key == Qt::Key_Equal)
            x->scaleRange(0.5);
        else if (key == Qt::Key_Minus)
            x->scaleRange(2);
        else if (key == Qt::Key_Left || key == Qt::Key_Right)
            x->moveRange(key == Qt::Key_Left ? -shift : shift);
        else if (key == Qt::Key_Home)
            return refresh();
        else
            return Chart::keyPressEvent(event);
        plot().replot(QCustomPlot::rpQueuedReplot);
        return;
    }
    Chart::keyPressEvent(event);
}

}  // namespace mantissa::ui
