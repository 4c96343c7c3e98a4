#include "formats/scaled_line.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "charts/painted_item.h"
#include "number_text.h"
#include "numerics/stated_limits.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

constexpr double kCodesAround = 8.5;  // on either side of the value
constexpr int kRangeHeight = 14,
              kRangeRoom = 104;                  // px of the bar of the whole range, and what it needs above the axis
constexpr int kLineRoom = 22, kRangeFrom = 230;  // px above the axis without that bar, and of a plot that has it
constexpr int kLabelWidth = 62;                  // px that a label of the axis may need
constexpr double kCodeTick = 11;                 // px, half of it

struct CodeEnds {
    int low, high;
};

CodeEnds codeEnds(const Format& integer) {
    const StatedLimits l = statedLimits(integer);
    return {static_cast<int>(l.lowest), static_cast<int>(l.max)};
}

/// With a true minus.
QString codeWords(int code) { return QString::number(code).replace('-', QChar(0x2212)); }

/// Ticks at whole codes; their labels are what the codes stand for.
class CodeValueTicker final : public QCPAxisTicker {
  public:
    CodeValueTicker(Affine affine, int step) : affine_(affine), step_(step) {}

  protected:
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        return compactText((tick - affine_.zeroPoint) * static_cast<double>(affine_.scale), 4);
    }
    double getTickStep(const QCPRange&) override { return step_; }
    int getSubTickCount(double) override { return 0; }

  private:
    Affine affine_;
    int step_;
};

}  // namespace

ScaledLine::ScaledLine(QWidget* parent) : Chart(parent) {
    connect(&plot(), &QCustomPlot::mousePress, this, [this](QMouseEvent* event) {
        if (event->button() != Qt::LeftButton) return;
        if (const auto code = codeAt(plot(), event->position())) emit codeChosen(*code);
    });
}

void ScaledLine::setData(Data shown) {
    data_ = std::move(shown);
    refresh();
}

double ScaledLine::valueAt(double integer) const {
    return (integer - affine().zeroPoint) * static_cast<double>(affine().scale);
}

double ScaledLine::placeOf(double value) const {
    return value / static_cast<double>(affine().scale) + affine().zeroPoint;
}

QString ScaledLine::emptyText() const {
    return data_.entry ? QString() : tr("INT8 is not among the formats shown. Choose main formats, or integers.");
}

QString ScaledLine::finding() const {
    if (!data_.entry) return {};
    const auto [low, high] = codeEnds(entry().format);
    return tr("INT8 with scale %1 and zero point %2 reaches from %3 to %4")
        .arg(compactText(static_cast<double>(affine().scale), 4), QString::number(affine().zeroPoint),
             compactText(valueAt(low), 4), compactText(valueAt(high), 4));
}

QString ScaledLine::provenance() const {
    const QString rounding =
        data_.entry ? QString::fromStdString(std::string(roundingName(entry().rounding.rounding))).replace('-', ' ')
                    : QString();
    return QStringList{tr("Value %1").arg(data_.typedText), tr("rounded %1").arg(rounding),
                       QStringLiteral("Mantissa " MANTISSA_VERSION)}
        .join(QStringLiteral(" · "));
}

DataTable ScaledLine::table() const {
    DataTable table{.header = {tr("Bits"), tr("Code"), tr("Value")}, .rows = {}};
    if (!data_.entry) return table;
    const Format& f = entry().format;
    const auto [low, high] = codeEnds(f);
    for (int integer = low; integer <= high; ++integer) {
        const std::uint64_t code = encode(f, integer);
        table.rows.push_back({hexText(f, code), QString::number(integer),
                              QString::fromStdString(shortestText(codeValue(entry(), code)))});
    }
    return table;
}

void ScaledLine::paintRange(QPainter& painter, const QRectF& line, const ChartStyle& style, double from,
                            double to) const {
    const auto [low, high] = codeEnds(entry().format);
    const QColor color = style.color(entry().format);
    const auto place = [&, first = low, last = high](double integer) {
        return line.left() +
               line.width() * (std::clamp(integer, first - 0.5, last + 0.5) - first + 0.5) / (last - first + 1);
    };
    paintBar(painter, line, BarFill::tinted, color, style.tokens.card);
    paintBar(painter, QRectF(QPointF(place(from), line.top()), QPointF(place(to), line.bottom())), BarFill::solid,
             color, style.tokens.card);
    const QFont font = style.axisFont();
    const double below = line.bottom() + 5;
    const auto label = [&](int integer) {
        return tr("%1, code %2").arg(compactText(valueAt(integer), 4), codeWords(integer));
    };
    paintText(painter, {line.left(), below}, Qt::AlignLeft | Qt::AlignTop, label(low), font, style.tokens.text2);
    paintText(painter, {line.right(), below}, Qt::AlignRight | Qt::AlignTop, label(high), font, style.tokens.text2);
    // Where 0 is, if the labels of the ends leave room for it.
    const double zero = place(affine().zeroPoint);
    painter.setPen(QPen(style.tokens.text1, 1.4));
    painter.drawLine(QPointF(zero, line.top() - 3), QPointF(zero, line.bottom() + 3));
    const QString zeroText = tr("0, code %1").arg(codeWords(affine().zeroPoint));
    const double half = textSize(zeroText, font).width() / 2 + 10;
    if (zero - half > line.left() + textSize(label(low), font).width() &&
        zero + half < line.right() - textSize(label(high), font).width())
        paintText(painter, {zero, below}, Qt::AlignHCenter | Qt::AlignTop, zeroText, font, style.tokens.text2);
}

void ScaledLine::draw(QCustomPlot& plot, const ChartStyle& style) const {
    clearPlot(plot, style);
    QCPAxisRect* rect = addAxes(plot, style);
    rect->setAutoMargins(QCP::msBottom);
    // In a low plot the codes come first.
    const bool showsRange = style.size.height() >= kRangeFrom;
    rect->setMargins(QMargins(16, showsRange ? kRangeRoom : kLineRoom, 16, 0));
    rect->axis(QCPAxis::atLeft)->setVisible(false);
    setGrid(*rect->axis(QCPAxis::atLeft), Grid::off);
    QCPAxis* x = rect->axis(QCPAxis::atBottom);
    styleAxis(*x, style,
              tr("Value = (code − %1) × %2")
                  .arg(affine().zeroPoint < 0 ? QStringLiteral("(−%1)").arg(-affine().zeroPoint)
                                              : QString::number(affine().zeroPoint),
                       compactText(static_cast<double>(affine().scale), 4)));
    const auto [low, high] = codeEnds(entry().format);
    const double stored = decode(entry().format, entry().stored.code);
    const double middle = std::clamp(stored, low + kCodesAround - 0.5, high - kCodesAround + 0.5);
    x->setRange(middle - kCodesAround, middle + kCodesAround);
    const double pixelsACode = style.size.width() / (2 * kCodesAround);
    x->setTicker(QSharedPointer<QCPAxisTicker>(
        new CodeValueTicker(affine(), std::max(1, static_cast<int>(std::ceil(kLabelWidth / pixelsACode))))));
    const int codesALabel = std::max(
        1,
        static_cast<int>(std::ceil((textSize(QStringLiteral("−128"), style.numberFont()).width() + 4) / pixelsACode)));
    addPainting(
        plot, rect,
        [=, this, least = low, most = high](QPainter& painter) {
            const QColor color = style.color(entry().format);
            if (showsRange) {
                paintText(painter, {rect->left() + 0.0, rect->top() - kRangeRoom + 4.0}, Qt::AlignLeft | Qt::AlignTop,
                          tr("The whole range"), style.labelFont(), style.tokens.text2);
                paintRange(painter, QRectF(rect->left(), rect->top() - kRangeRoom + 24, rect->width(), kRangeHeight),
                           style, x->range().lower, x->range().upper);
            }
            const double centre = rect->top() + rect->height() * 0.55;
            const Rounding rounding = entry().rounding.rounding;
            if (rounding == Rounding::nearestEven || rounding == Rounding::nearestAway) {
                // What rounds to the stored code.
                const double from = x->coordToPixel(stored - 0.5), to = x->coordToPixel(stored + 0.5);
                painter.fillRect(QRectF(from, centre - kCodeTick - 4, to - from, 2 * kCodeTick + 8),
                                 blended(color, style.tokens.card, 0.2));
            }
            painter.setPen(QPen(style.tokens.inputLine, 1));
            painter.drawLine(QPointF(rect->left(), centre), QPointF(rect->right(), centre));
            const int first = std::max(least, static_cast<int>(std::ceil(x->range().lower)));
            const int last = std::min(most, static_cast<int>(std::floor(x->range().upper)));
            for (int integer = first; integer <= last; ++integer) {
                const double at = x->coordToPixel(integer);
                const bool zero = integer == affine().zeroPoint;
                painter.setPen(QPen(zero ? style.tokens.text1 : color, zero ? 2.4 : 1.8));
                painter.drawLine(QPointF(at, centre - kCodeTick), QPointF(at, centre + kCodeTick));
                if (integer % codesALabel != 0) continue;
                paintText(painter, {at, centre + kCodeTick + 4}, Qt::AlignHCenter | Qt::AlignTop, codeWords(integer),
                          style.numberFont(), style.tokens.text2);
            }
            if (std::isfinite(data_.typed)) {
                const double typed = placeOf(data_.typed);
                const double at = x->coordToPixel(std::clamp(typed, x->range().lower, x->range().upper));
                const QString words = tr("value: %1").arg(elidedMiddle(data_.typedText, 24));
                const QString text = typed < x->range().lower   ? QStringLiteral("← ") + words
                                     : typed > x->range().upper ? words + QStringLiteral(" →")
                                                                : words;
                painter.setPen(QPen(style.tokens.text1, 1.4, Qt::DashLine));
                painter.drawLine(QPointF(at, rect->top() + 4.0), QPointF(at, rect->bottom()));
                const double half = textSize(text, style.strongFont()).width() / 2;
                paintText(painter, {std::clamp(at, rect->left() + half, rect->right() - half), rect->top() - 4.0},
                          Qt::AlignHCenter | Qt::AlignVCenter, text, style.strongFont(), style.tokens.text1);
            }
            const double at = x->coordToPixel(stored);
            paintMarker(painter, QRectF(at - 6.5, centre - 6.5, 13, 13), lookOf(entry().format), style.tokens.card);
            paintMarker(painter, QRectF(at - 5, centre - 5, 10, 10), lookOf(entry().format), color);
        },
        ClipTo::nothing);
}

std::optional<std::uint64_t> ScaledLine::codeAt(const QCustomPlot& plot, QPointF position) const {
    if (plot.axisRectCount() == 0 || !data_.entry) return std::nullopt;
    QCPAxisRect* rect = const_cast<QCustomPlot&>(plot).axisRect(0);
    if (!rect->rect().contains(position.toPoint())) return std::nullopt;
    const auto [low, high] = codeEnds(entry().format);
    const double nearest = std::round(rect->axis(QCPAxis::atBottom)->pixelToCoord(position.x()));
    if (nearest < low || nearest > high) return std::nullopt;
    return encode(entry().format, nearest);
}

QString ScaledLine::hoverText(const QCustomPlot& plot, QPointF position) const {
    const auto code = codeAt(plot, position);
    if (!code) return {};
    return tr("INT8 %1, code %2\n%3")
        .arg(hexText(entry().format, *code), exactText(decode(entry().format, *code)),
             exactText(codeValue(entry(), *code), 40));
}

}  // namespace mantissa::ui
