#include "charts/labelled_bars.h"

#include <qcustomplot.h>

#include <algorithm>

#include "charts/painted_item.h"

namespace mantissa::ui {
namespace {

constexpr int kLeastBand = 13;      // px a bar
constexpr int kScaleHeight = 12;    // px more than the least, from which on there is a scale below the bars
constexpr double kCutBeyond = 20;   // a bar more than this many times the longest of the others is cut
constexpr double kMostNames = 0.4;  // of the width

double longest(const std::vector<double>& values) {
    return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

/// Where the scale ends: at the longest bar, or, where that dwarfs the others, a little beyond the next.
double endBeforeOutliers(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    double end = longest(values);
    for (std::size_t i = values.size(); i-- > 1;)
        if (values[i] > kCutBeyond * values[i - 1] && values[i - 1] > 0) end = 1.35 * values[i - 1];
    return end;
}

QString elided(const QString& name, const QFont& font, double width) {
    return QFontMetricsF(font).elidedText(name, Qt::ElideMiddle, width);
}

void paintLine(QPainter& painter, const QRectF& line, const LabelledBar& bar, double right, const ChartStyle& style) {
    const QFont names = style.axisFont(), numbers = style.numberFont();
    const double center = line.center().y();
    if (!bar.value) {
        QFont quiet = names;
        quiet.setItalic(true);
        paintText(painter, {line.left() + 6, center}, Qt::AlignLeft | Qt::AlignVCenter, bar.note, quiet,
                  bar.failed ? style.tokens.errorText : style.tokens.text3);
        return;
    }
    const bool cut = right > line.right();
    const double end = std::min(right, line.right()), height = std::clamp(line.height() * 0.68, 4.0, 18.0);
    paintBar(painter, QRectF(line.left(), center - height / 2, end - line.left(), height), BarFill::solid, bar.color,
             style.tokens.card);
    if (cut) paintScaleBreak(painter, {end - 18, center}, height, style.tokens.card, style.tokens.text1);
    paintText(painter, {end + 6, center}, Qt::AlignLeft | Qt::AlignVCenter, bar.valueText, numbers, style.tokens.text1);
    paintText(painter, {end + 12 + textSize(bar.valueText, numbers).width(), center}, Qt::AlignLeft | Qt::AlignVCenter,
              bar.note, names, style.tokens.text3);
}

}  // namespace

int leastHeightOfBars(std::size_t count) { return std::max(64, 24 + kLeastBand * static_cast<int>(count)); }

void drawLabelledBars(QCustomPlot& plot, const ChartStyle& style, const std::vector<LabelledBar>& bars,
                      const QString& axisLabel, ScaleEnd end) {
    clearPlot(plot, style);
    const QFont names = style.axisFont(), numbers = style.numberFont();
    double nameWidth = 0, noteWidth = 0;
    std::vector<double> values;
    for (const auto& bar : bars) {
        nameWidth = std::max(nameWidth, textSize(bar.name, names).width());
        if (!bar.value) continue;
        values.push_back(*bar.value);
        noteWidth = std::max(noteWidth, textSize(bar.valueText, numbers).width() + 6 +
                                            (bar.note.isEmpty() ? 0 : textSize(bar.note, names).width() + 6));
    }
    nameWidth = std::min(nameWidth, style.size.width() * kMostNames);
    QCPAxisRect* rect = addAxes(plot, style);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    rect->setAutoMargins(QCP::msBottom);
    rect->setMargins(QMargins(static_cast<int>(nameWidth) + 10, 2,
                              std::min(static_cast<int>(noteWidth) + 10, style.size.width() / 2), 0));
    styleAxis(*x, style, style.size.height() > 150 ? axisLabel : QString());
    // Every bar has its number: where room is short the scale gives its own to them.
    if (style.size.height() < leastHeightOfBars(bars.size()) + kScaleHeight) {
        x->setTicks(false);
        x->setTickLabels(false);
    }
    const double most = end == ScaleEnd::cutOutliers ? endBeforeOutliers(values) : longest(values);
    x->setRange(0, most > 0 ? most : 1);
    x->setTicker(numberTicker(style.size.width() < 420 ? 4 : 5));
    y->setTicks(false);
    y->setTickLabels(false);
    setGrid(*y, Grid::off);
    addPainting(
        plot, rect,
        [=](QPainter& painter) {
            const double band =
                static_cast<double>(rect->height()) / static_cast<double>(std::max<std::size_t>(1, bars.size()));
            for (std::size_t i = 0; i < bars.size(); ++i) {
                const QRectF line(rect->left(), rect->top() + band * static_cast<double>(i), rect->width(), band);
                paintText(painter, {line.left() - 6, line.center().y()}, Qt::AlignRight | Qt::AlignVCenter,
                          elided(bars[i].name, names, nameWidth + 1), names, style.tokens.text2);
                // Rounding of pixels must not cut the longest bar.
                const double value = bars[i].value.value_or(0);
                const double right = value <= x->range().upper * 1.0001
                                         ? std::min<double>(x->coordToPixel(value), rect->right())
                                         : line.right() + 1;  // beyond: cut, with a mark
                paintLine(painter, line, bars[i], right, style);
            }
        },
        ClipTo::nothing);
}

}  // namespace mantissa::ui
