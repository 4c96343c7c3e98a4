// How the three views of RepresentableChart are drawn.

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "charts/painted_item.h"
#include "charts/representable_chart.h"
#include "number_text.h"
#include "numerics/rounding_interval.h"
#include "numerics/stated_limits.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

constexpr double kHalfWidth = 13;      // units in the last place of the selected format
constexpr double kDensest = 3;         // px between ticks; below it they become a band
constexpr double kIntervalsFrom = 14;  // px between ticks from which the borders of rounding are drawn
constexpr double kDecadesBelow = -46, kDecadesAbove = 40;
constexpr double kNarrowView = 1e-3;  // of the value: below it, the axis counts from the value

/// Exponents of 10 as 10ⁿ.
class PowerTicker final : public QCPAxisTicker {
  public:
    PowerTicker() { setTickCount(7); }

  protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        const int exponent = static_cast<int>(std::lround(tick));
        if (exponent == 0) return QStringLiteral("1");
        return QStringLiteral("10") + superscriptText(exponent);
    }
    double getTickStep(const QCPRange& range) override {
        return std::max(1.0, std::round(QCPAxisTicker::getTickStep(range)));
    }
};

/// Coordinates count from `origin`; labels are the values themselves.
class ShiftedTicker final : public QCPAxisTicker {
  public:
    explicit ShiftedTicker(double origin, int wanted) : origin_(origin) {
        setTickCount(wanted);
        setTickOrigin(-origin);
    }

  protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        const double value = origin_ + tick;
        return compactText(std::abs(value) < step_ * 1e-6 ? 0 : value, 6);
    }
    double getTickStep(const QCPRange& range) override { return step_ = QCPAxisTicker::getTickStep(range); }

  private:
    double origin_;
    double step_ = 0;
};

double nameWidth(const std::vector<FormatEntry>& entries, const QFont& font) {
    double width = 0;
    for (const auto& entry : entries) width = std::max(width, textSize(shortEntryTitle(entry), font).width());
    return width;
}

QCPAxisRect* addRows(QCustomPlot& plot, const ChartStyle& style, const std::vector<FormatEntry>& entries) {
    QCPAxisRect* rect = addAxes(plot, style);
    rect->setAutoMargins(QCP::msBottom);
    rect->setMargins(QMargins(static_cast<int>(nameWidth(entries, style.axisFont())) + 12, 20, 14, 0));
    QCPAxis* y = rect->axis(QCPAxis::atLeft);
    y->setTicks(false);
    y->setTickLabels(false);
    setGrid(*y, Grid::off);
    rect->setRangeZoom(Qt::Horizontal);
    rect->setRangeDrag(Qt::Horizontal);
    return rect;
}

void paintNames(QPainter& painter, const QCPAxisRect* rect, const ChartStyle& style,
                const std::vector<FormatEntry>& entries, const std::string& selected) {
    const double band = static_cast<double>(rect->height()) / static_cast<double>(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const bool strong = entries[i].key == selected;
        QFont font = style.axisFont();
        if (strong) font.setWeight(QFont::DemiBold);
        paintText(painter, {rect->left() - 8.0, rect->top() + band * (static_cast<double>(i) + 0.5)},
                  Qt::AlignRight | Qt::AlignVCenter, shortEntryTitle(entries[i]), font,
                  strong ? style.tokens.text1 : style.tokens.text2);
    }
}

/// The dashed line at the value, its name above.
void paintTyped(QPainter& painter, const QCPAxisRect* rect, const ChartStyle& style, double x, const QString& text) {
    if (!(x >= rect->left() && x <= rect->right())) return;
    // On a pale edge, so that the line shows on bars of its own colour, too.
    for (const QPen& pen : {QPen(style.tokens.card, 4), QPen(style.tokens.text1, 1.4, Qt::DashLine)}) {
        painter.setPen(pen);
        painter.drawLine(QPointF(x, rect->top() - 4), QPointF(x, rect->bottom()));
    }
    const QFont font = style.strongFont();
    const double half = textSize(text, font).width() / 2;
    const double at = std::max(half + 2, std::min(x, rect->right() - half));
    paintText(painter, {at, rect->top() - 12.0}, Qt::AlignHCenter | Qt::AlignVCenter, text, font, style.tokens.text1);
}

/// The values of a format between two others.
struct ValuesBetween {
    std::vector<double> values;
    bool tooMany = false;        ///< more than were asked for, and so not listed
    double first = 0, last = 0;  ///< where they begin and end; nothing between where first > last
};

ValuesBetween valuesBetween(const Format& f, double low, double high, double most) {
    const RoundOptions up{.rounding = Rounding::up, .overflow = Overflow::saturate};
    const RoundOptions down{.rounding = Rounding::down, .overflow = Overflow::saturate};
    // The window in whole: nothing of it is representable where the format ends before it begins.
    const StatedLimits l = statedLimits(f);
    if (high < l.lowest || low > l.max) return {.values = {}, .first = 0, .last = -1};
    std::uint64_t code = encode(f, std::max(low, l.lowest), up);
    ValuesBetween found{.values = {}, .first = decode(f, code), .last = roundTo(f, std::min(high, l.max), down)};
    found.tooMany = static_cast<double>(ulpDistance(f, found.first, found.last)) > most;
    if (found.tooMany) return found;
    for (double value = found.first; std::isfinite(value) && value <= found.last && value <= high;) {
        found.values.push_back(value);
        const std::uint64_t next = nextUp(f, code);
        if (next == code) break;
        code = next;
        value = decode(f, code);
    }
    return found;
}

/// Codes side by side in a line: those of a binade, or half of the bits where so many lines would be too thin to read.
int gridColumnBits(const Format& f) {
    constexpr int kMostLineBits = 5;
    return f.exponentBits <= kMostLineBits ? f.fractionBits : (f.exponentBits + f.fractionBits) / 2;
}

}  // namespace

void RepresentableChart::drawNear(QCustomPlot& plot, const ChartStyle& style) const {
    QCPAxisRect* rect = addRows(plot, style, data_.entries);
    QCPAxis* x = rect->axis(QCPAxis::atBottom);
    const auto* chosen = selected();
    const double typed = data_.typed;
    double half = chosen ? kHalfWidth * ulp(chosen->format,
                                            std::clamp(typed, -limits(chosen->format).max, limits(chosen->format).max))
                         : std::abs(typed);
    if (!(half > 0) || !std::isfinite(typed + half) || !std::isfinite(typed - half))
        half = std::abs(typed) / 2 + 1e-300;
    const bool shifted = half < kNarrowView * std::abs(typed);
    const int exponent = shifted ? axisExponent(half) : 0;
    styleAxis(*x, style,
              shifted ? scaledLabel(tr("Value − %1").arg(data_.typedText), exponent) + tr(", linear scale")
                      : tr("Value, linear scale"));
    const int ticks = std::max(3, style.size.width() / 80);
    x->setTicker(shifted ? scaledTicker(ticks, exponent)
                         : QSharedPointer<QCPAxisTicker>(new ShiftedTicker(typed, ticks)));
    x->setRange(-half, half);
    addPainting(plot, rect, [=, this](QPainter& painter) {
        const double band = static_cast<double>(rect->height()) / static_cast<double>(data_.entries.size());
        const double low = typed + x->range().lower, high = typed + x->range().upper;
        const auto place = [&](double value) { return x->coordToPixel(value - typed); };
        for (std::size_t i = 0; i < data_.entries.size(); ++i) {
            const FormatEntry& entry = data_.entries[i];
            const QColor color = style.color(entry.format);
            const double middle = rect->top() + band * (static_cast<double>(i) + 0.5);
            const double tick = std::min(band * 0.32, 9.0);
            if (std::isfinite(entry.stored.value)) {
                const RoundingInterval interval = roundingInterval(entry.format, entry.stored.code, data_.rounding);
                const double from = std::max<double>(rect->left(), place(std::max(interval.low, low)));
                const double to = std::min<double>(rect->right(), place(std::min(interval.high, high)));
                if (to - from >= 2)
                    painter.fillRect(QRectF(from, middle - tick - 2, to - from, 2 * tick + 4),
                                     blended(color, style.tokens.card, 0.2));
            }
            painter.setPen(QPen(style.tokens.inputLine, 1));
            painter.drawLine(QPointF(rect->left(), middle), QPointF(rect->right(), middle));
            const double gap = ulp(entry.format, std::max(std::abs(low), std::abs(high)));
            const double gapPixels = std::abs(x->coordToPixel(gap) - x->coordToPixel(0));
            const auto [values, tooMany, first, last] =
                valuesBetween(entry.format, low, high, rect->width() / kDensest);
            if (tooMany)
                painter.fillRect(
                    QRectF(QPointF(place(first), middle - tick * 0.8), QPointF(place(last), middle + tick * 0.8)),
                    blended(color, style.tokens.card, 0.45));
            painter.setPen(QPen(color, 1.8));
            for (const double value : values)
                painter.drawLine(QPointF(place(value), middle - tick), QPointF(place(value), middle + tick));
            if (gapPixels >= kIntervalsFrom && data_.rounding.rounding <= Rounding::nearestAway) {
                painter.setPen(QPen(blended(color, style.tokens.card, 0.6), 1, Qt::DotLine));
                for (std::size_t v = 0; v + 1 < values.size(); ++v) {
                    const double border = place(values[v] + (values[v + 1] - values[v]) / 2);
                    painter.drawLine(QPointF(border, middle - tick), QPointF(border, middle + tick));
                }
            }
        }
    });
    addPainting(
        plot, rect,
        [=, this](QPainter& painter) {
            paintNames(painter, rect, style, data_.entries, data_.selected);
            paintTyped(painter, rect, style, x->coordToPixel(0),
                       tr("value: %1").arg(elidedMiddle(data_.typedText, 28)));
            const double band = static_cast<double>(rect->height()) / static_cast<double>(data_.entries.size());
            for (std::size_t i = 0; i < data_.entries.size(); ++i) {
                const FormatEntry& entry = data_.entries[i];
                const double at = x->coordToPixel(entry.stored.value - typed);
                const double middle = rect->top() + band * (static_cast<double>(i) + 0.5);
                if (at >= rect->left() && at <= rect->right()) {
                    paintMarker(painter, QRectF(at - 6.5, middle - 6.5, 13, 13), lookOf(entry.format),
                                style.tokens.card);
                    paintMarker(painter, QRectF(at - 5, middle - 5, 10, 10), lookOf(entry.format),
                                style.color(entry.format));
                    continue;
                }
                const bool left = entry.stored.value < typed;
                const QString word = !std::isfinite(entry.stored.value) ? exactText(entry.stored.value, 8)
                                     : left ? QStringLiteral("← ") + exactText(entry.stored.value, 9)
                                            : exactText(entry.stored.value, 9) + QStringLiteral(" →");
                paintText(painter, {left ? rect->left() + 3.0 : rect->right() - 3.0, middle - 1},
                          (left ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignBottom, word, style.axisFont(),
                          style.tokens.text2);
            }
        },
        ClipTo::nothing);
}

void RepresentableChart::drawRange(QCustomPlot& plot, const ChartStyle& style) const {
    QCPAxisRect* rect = addRows(plot, style, data_.entries);
    QCPAxis* x = rect->axis(QCPAxis::atBottom);
    styleAxis(*x, style, tr("|value|, log scale. Pale: subnormal numbers"));
    x->setTicker(QSharedPointer<QCPAxisTicker>(new PowerTicker));
    x->setRange(kDecadesBelow, kDecadesAbove);
    addPainting(plot, rect, [=, this](QPainter& painter) {
        const double band = static_cast<double>(rect->height()) / static_cast<double>(data_.entries.size());
        const double height = std::clamp(band * 0.68, 3.0, 18.0);
        for (std::size_t i = 0; i < data_.entries.size(); ++i) {
            const FormatEntry& entry = data_.entries[i];
            const FormatLimits l = limits(entry.format);
            if (l.max == 0) continue;  // e1m0 has no other finite value
            const double middle = rect->top() + band * (static_cast<double>(i) + 0.5);
            const auto place = [&](double value) {
                return std::clamp(x->coordToPixel(std::log10(value)), rect->left() - 4.0, rect->right() + 4.0);
            };
            const double first = place(l.minSubnormal), normal = place(l.minNormal), last = place(l.max);
            const QColor color = style.color(entry.format);
            paintBar(painter, QRectF(first, middle - height / 2, normal - first, height), BarFill::tinted, color,
                     style.tokens.card);
            paintBar(painter, QRectF(normal, middle - height / 2, std::max(2.0, last - normal), height), BarFill::solid,
                     color, style.tokens.card);
            if (first < rect->left())
                paintScaleBreak(painter, {rect->left() + 14.0, middle}, height, style.tokens.card, style.tokens.text1);
            if (last > rect->right())
                paintScaleBreak(painter, {rect->right() - 14.0, middle}, height, style.tokens.card, style.tokens.text1);
        }
    });
    addPainting(
        plot, rect,
        [=, this](QPainter& painter) {
            paintNames(painter, rect, style, data_.entries, data_.selected);
            const double size = std::abs(data_.typed);
            if (std::isfinite(size) && size > 0)
                paintTyped(painter, rect, style, x->coordToPixel(std::log10(size)),
                           tr("value: %1").arg(elidedMiddle(data_.typedText, 28)));
        },
        ClipTo::nothing);
}

void RepresentableChart::drawBinades(QCustomPlot& plot, const ChartStyle& style) const {
    const FormatEntry& entry = *binadeEntry();
    const Format& f = entry.format;
    QCPAxisRect* rect = addAxes(plot, style);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    const int columnBits = gridColumnBits(f);
    const int columns = 1 << columnBits, lines = 1 << (f.exponentBits + f.fractionBits - columnBits);
    const bool byFields = columnBits == f.fractionBits;
    rect->setRangeZoom({});
    rect->setRangeDrag({});
    const bool negative = fieldsOf(f, entry.stored.code).negative;
    const QString fraction = tr("Fraction, in units of 1/%1").arg(columns);
    styleAxis(*x, style,
              !byFields      ? tr("Last %1 bits of the code").arg(columnBits)
              : f.subnormals ? tr("%1. Line 0 holds the subnormals").arg(fraction)
                             : fraction);
    const QString line = byFields ? tr("Exponent field") : tr("Bits before");
    styleAxis(*y, style, negative ? tr("%1, negative codes").arg(line) : line);
    x->setRange(-0.5, columns - 0.5);
    y->setRange(-0.5, lines - 0.5);
    x->setTicker(countTicker(std::min(columns, 8)));
    y->setTicker(countTicker(std::max(2, std::min(style.size.height() / 26, lines))));
    setGrid(*x, Grid::off);
    setGrid(*y, Grid::off);
    QString title = (f.signBits == 1 ? tr("%1, %2 codes of each sign") : tr("%1, %2 codes"))
                        .arg(entryTitle(entry))
                        .arg(lines * columns);
    if (const auto* chosen = selected(); chosen && chosen != &entry)
        title += tr(" (%1 has too many to list)").arg(shortEntryTitle(*chosen));
    rect->setMinimumMargins(QMargins(2, 20, 14, 2));
    addPainting(
        plot, rect,
        [=, this](QPainter& painter) {
            paintText(painter, {static_cast<double>(rect->left()), rect->top() - 10.0},
                      Qt::AlignLeft | Qt::AlignVCenter, title, style.strongFont(), style.tokens.text1);
            const QColor color = style.color(f);
            const std::uint64_t sign = negative ? std::uint64_t{1} << (f.bits() - 1) : 0;
            const double wide = x->coordToPixel(1) - x->coordToPixel(0), high = y->coordToPixel(0) - y->coordToPixel(1);
            const QFont font = style.numberFont();
            const bool texts = high >= 11;
            for (int line = 0; line < lines; ++line)
                for (int column = 0; column < columns; ++column) {
                    const auto code = sign | static_cast<std::uint64_t>(line * columns + column);
                    const QRectF cell(x->coordToPixel(column - 0.5), y->coordToPixel(line + 0.5), wide - 1, high - 1);
                    const NumberClass kind = classify(f, code);
                    const bool finite = kind != NumberClass::nan && kind != NumberClass::infinity;
                    const QColor fill = !finite                       ? style.tokens.errorFill
                                        : kind == NumberClass::normal ? blended(color, style.tokens.card, 0.34)
                                                                      : blended(color, style.tokens.card, 0.12);
                    painter.fillRect(cell, style.colored(fill));
                    QString text = exactText(decode(f, code), 8);
                    if (textSize(text, font).width() > wide - 2)
                        text = QStringLiteral("≈") + compactText(decode(f, code), 2);
                    if (texts && textSize(text, font).width() <= wide - 2)
                        paintText(painter, cell.center(), Qt::AlignHCenter | Qt::AlignVCenter, text, font,
                                  finite ? style.tokens.text1 : style.tokens.errorText);
                    if (code != entry.stored.code) continue;
                    painter.setPen(QPen(style.tokens.text1, 2));
                    painter.setBrush(Qt::NoBrush);
                    painter.drawRect(cell);
                }
        },
        ClipTo::nothing);
}

std::optional<RepresentableChart::Pick> RepresentableChart::pickBinade(const QCustomPlot& plot,
                                                                       QPointF position) const {
    const FormatEntry& entry = *binadeEntry();
    const Format& f = entry.format;
    QCPAxisRect* rect = const_cast<QCustomPlot&>(plot).axisRect(0);
    const auto column = std::lround(rect->axis(QCPAxis::atBottom)->pixelToCoord(position.x()));
    const auto line = std::lround(rect->axis(QCPAxis::atLeft)->pixelToCoord(position.y()));
    const int columnBits = gridColumnBits(f);
    const int lineBits = f.exponentBits + f.fractionBits - columnBits;
    if (column < 0 || column >= (1L << columnBits) || line < 0 || line >= (1L << lineBits)) return std::nullopt;
    const bool negative = fieldsOf(f, entry.stored.code).negative;
    const std::uint64_t sign = negative ? std::uint64_t{1} << (f.bits() - 1) : 0;
    return Pick{entry.key, sign | static_cast<std::uint64_t>((line << columnBits) + column)};
}

}  // namespace mantissa::ui
