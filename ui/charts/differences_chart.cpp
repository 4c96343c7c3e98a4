#include "charts/differences_chart.h"

#include <qcustomplot.h>

#include <QMenu>
#include <algorithm>
#include <cmath>

#include "charts/painted_item.h"
#include "compare/run_words.h"
#include "number_text.h"

namespace mantissa::ui {
namespace {

constexpr std::uint64_t kLogFrom = 50;
constexpr int kMarkRow = 15;  // px a line of labels above the bars

}  // namespace

DifferencesChart::DifferencesChart(QWidget* parent) : CompareChart(parent) { allowZoom(); }

void DifferencesChart::setSign(DifferenceSign sign) {
    sign_ = sign;
    if (hasReport()) onReport();
    refresh();
}

void DifferencesChart::setCountScale(CountScale scale) {
    scale_ = scale;
    refresh();
}

bool DifferencesChart::logarithmic() const {
    if (scale_ != CountScale::automatic) return scale_ == CountScale::logarithmic;
    return !histogram_.counts.empty() &&
           *std::max_element(histogram_.counts.begin(), histogram_.counts.end()) > kLogFrom;
}

void DifferencesChart::onReport() {
    histogram_ = {};
    metrics_ = {};
    const Comparison* comparison = comparisonOf(report(), candidate());
    if (!candidateRun() || !comparison) return;
    metrics_ = comparison->metrics;
    if (sign_ == DifferenceSign::signedDelta) {
        histogram_ = comparison->differences;
        return;
    }
    std::vector<double> sizes;
    for (std::size_t i = 0; i < candidateRun()->logits.size(); ++i)
        sizes.push_back(std::abs(candidateRun()->logits[i] - report().reference().logits[i]));
    histogram_ =
        histogram(sizes, static_cast<int>(std::max<std::size_t>(comparison->differences.counts.size(), 10) / 2),
                  HistogramRange::fromZero);
}

QString DifferencesChart::emptyText() const {
    if (const QString missing = candidateEmptyText(); !missing.isEmpty()) return missing;
    if (metrics_.count == metrics_.excluded)
        return tr("Every output of %1 is NaN or infinite.").arg(titleOf(*candidateRun()));
    if (metrics_.maxAbs == 0)
        return tr("%1 equals %2 in all %3 outputs.")
            .arg(titleOf(*candidateRun()), titleOf(report().reference()),
                 groupedText(static_cast<std::int64_t>(metrics_.count - metrics_.excluded)));
    return {};
}

QString DifferencesChart::finding() const {
    if (!emptyText().isEmpty()) return {};
    return tr("%1 differs from %2 by %3 on average and %4 at most")
        .arg(titleOf(*candidateRun()), titleOf(report().reference()), valueText(metrics_.meanAbs),
             valueText(metrics_.maxAbs));
}

std::vector<LegendEntry> DifferencesChart::legend() const {
    return candidateRun() ? std::vector{legendOf(candidateRun()->format)} : std::vector<LegendEntry>{};
}

QString DifferencesChart::axisLabel() const {
    const QString difference = tr("%1 − %2").arg(titleOf(*candidateRun()), titleOf(report().reference()));
    return sign_ == DifferenceSign::absolute ? tr("|%1|, logit units").arg(difference)
                                             : tr("%1, logit units").arg(difference);
}

DataTable DifferencesChart::table() const {
    DataTable table{.header = {tr("From"), tr("To"), tr("Outputs")}, .rows = {}};
    for (std::size_t i = 0; i < histogram_.counts.size(); ++i)
        table.rows.push_back({valueText(histogram_.edges[i]), valueText(histogram_.edges[i + 1]),
                              groupedText(static_cast<std::int64_t>(histogram_.counts[i]))});
    return table;
}

void DifferencesChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    clearPlot(plot, style);
    QCPAxisRect* rect = addAxes(plot, style);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    rect->setMinimumMargins(QMargins(2, 2 * kMarkRow + 4, 14, 2));

    const double reach = std::max(std::abs(histogram_.edges.front()), std::abs(histogram_.edges.back()));
    const int exponent = axisExponent(reach);
    styleAxis(*x, style, scaledLabel(axisLabel(), exponent));
    x->setTicker(scaledTicker(style.size.width() < 360 ? 4 : 6, exponent));
    const double end = std::max(reach, metrics_.maxAbs) * 1.04;
    x->setRange(sign_ == DifferenceSign::absolute ? 0 : -end, end);
    setGrid(*x, Grid::off);

    const auto largest = static_cast<double>(*std::max_element(histogram_.counts.begin(), histogram_.counts.end()));
    const bool log = logarithmic();
    styleAxis(*y, style, log ? tr("Outputs, log scale") : tr("Outputs"));
    if (log) {
        makeLogarithmic(*y);
        y->setRange(0.7, largest * 1.3);
    } else {
        y->setTicker(countTicker());
        y->setRange(0, largest * 1.05);
    }

    addPainting(plot, rect, [=, this](QPainter& painter) {
        const QColor color = style.color(candidateRun()->format);
        const double floor = rect->bottom();
        for (std::size_t i = 0; i < histogram_.counts.size(); ++i) {
            if (histogram_.counts[i] == 0) continue;
            const double left = x->coordToPixel(histogram_.edges[i]), right = x->coordToPixel(histogram_.edges[i + 1]);
            const double top = y->coordToPixel(static_cast<double>(histogram_.counts[i]));
            const double gap = right - left > 4 ? 1 : 0;
            paintBar(painter, QRectF(left + gap / 2, top, right - left - gap, floor - top), fillOf(*candidateRun()),
                     color, style.tokens.card);
        }
    });
    drawMarks(plot, rect, style);
}

void DifferencesChart::drawMarks(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const {
    addPainting(
        plot, rect,
        [=, this](QPainter& painter) {
            QCPAxis* x = rect->axis(QCPAxis::atBottom);
            const bool absolute = sign_ == DifferenceSign::absolute;
            const double mean = absolute ? metrics_.meanAbs : metrics_.meanDelta;
            const double top = rect->top(), bottom = rect->bottom();
            const auto within = [&](double pixel) { return pixel >= rect->left() - 1 && pixel <= rect->right() + 1; };
            const auto line = [&](double value, double from, Qt::PenStyle pen) {
                const double pixel = x->coordToPixel(value);
                if (!within(pixel)) return;
                painter.setPen(QPen(style.tokens.text1, 1.4, pen, Qt::FlatCap));
                painter.drawLine(QPointF(pixel, from), QPointF(pixel, bottom));
            };
            line(mean, top - kMarkRow - 2, Qt::SolidLine);
            line(metrics_.maxAbs, top - 4, Qt::DashLine);
            if (!absolute) line(-metrics_.maxAbs, top - 4, Qt::DashLine);

            const QFont font = style.axisFont();
            const auto label = [&](double value, double y, const QString& text) {
                const double half = textSize(text, font).width() / 2;
                const double low = rect->left() + half, high = rect->right() + 12 - half;
                const double at = low < high ? std::clamp(x->coordToPixel(value), low, high) : (low + high) / 2;
                paintText(painter, {at, y}, Qt::AlignHCenter | Qt::AlignVCenter, text, font, style.tokens.text1);
            };
            label(mean, top - 2 * kMarkRow + 4,
                  absolute ? tr("mean |Δ| %1").arg(valueText(mean))
                           : tr("mean Δ %1, mean |Δ| %2").arg(valueText(mean), valueText(metrics_.meanAbs)));
            label(metrics_.maxAbs, top - kMarkRow + 3,
                  absolute ? tr("max |Δ| %1").arg(valueText(metrics_.maxAbs))
                           : tr("±max |Δ| %1").arg(valueText(metrics_.maxAbs)));
        },
        ClipTo::nothing);
}

QString DifferencesChart::hoverText(const QCustomPlot& plot, QPointF position) const {
    if (!emptyText().isEmpty() || plot.axisRectCount() == 0) return {};
    const double value =
        const_cast<QCustomPlot&>(plot).axisRect(0)->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
    const auto& edges = histogram_.edges;
    if (edges.empty() || value < edges.front() || value > edges.back()) return {};
    const auto bin = std::min<std::size_t>(
        static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), value) - edges.begin()) - 1,
        histogram_.counts.size() - 1);
    return tr("%1 outputs of %2 with Δ from %3 to %4")
        .arg(groupedText(static_cast<std::int64_t>(histogram_.counts[bin])), titleOf(*candidateRun()),
             valueText(edges[bin]), valueText(edges[bin + 1]));
}

void DifferencesChart::addMenuEntries(QMenu& menu) {
    auto* log = menu.addAction(tr("Log y axis"));
    log->setCheckable(true);
    log->setChecked(logarithmic());
    connect(log, &QAction::toggled, this,
            [this](bool on) { setCountScale(on ? CountScale::logarithmic : CountScale::linear); });
    auto* sizes = menu.addAction(tr("Sizes |Δ|, without the sign"));
    sizes->setCheckable(true);
    sizes->setChecked(sign_ == DifferenceSign::absolute);
    connect(sizes, &QAction::toggled, this,
            [this](bool on) { setSign(on ? DifferenceSign::absolute : DifferenceSign::signedDelta); });
}

}  // namespace mantissa::ui
