#include "charts/magnitude_chart.h"

#include <qcustomplot.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "charts/painted_item.h"
#include "number_text.h"
#include "numerics/rounding.h"

namespace mantissa::ui {
namespace {

constexpr double kZoneRow = 14;      // px above the data
constexpr double kValueTick = 4;     // px of a representable value's tick
constexpr double kLeastTickGap = 2;  // px; closer values would be a solid line
constexpr int kLowBelow = 100;       // px of height without room for the name of the horizontal axis
constexpr double kPowerLabel = 42;   // px between labels of the axis, at least
constexpr int kCells = MagnitudeCounts::kCells;

/// Labels powers of two.
class BinadeTicker final : public QCPAxisTicker {
  public:
    explicit BinadeTicker(int step) : step_(step) {}

  protected:
    double getTickStep(const QCPRange&) override { return step_; }
    int getSubTickCount(double) override { return 0; }
    QString getTickLabel(double tick, const QLocale&, QChar, int) override {
        const int power = static_cast<int>(std::lround(tick));
        return power == 0 ? QStringLiteral("1") : QStringLiteral("2") + superscriptText(power);
    }

  private:
    int step_;
};

}  // namespace

MagnitudeChart::MagnitudeChart(Of of, QWidget* parent) : Chart(parent), of_(of) { allowZoom(); }

void MagnitudeChart::setValues(LayerValuesPtr values) {
    values_ = std::move(values);
    refresh();
}

void MagnitudeChart::setBins(MagnitudeBins bins) {
    bins_ = bins;
    refresh();
}

void MagnitudeChart::setPowers(int lowest, int highest) {
    lowest_ = lowest;
    highest_ = highest;
    refresh();
}

const ValueSpread& MagnitudeChart::spread() const {
    return of_ == Of::weights ? values_->weights : values_->activations;
}
bool MagnitudeChart::scaled() const { return of_ == Of::weights ? values_->weightsScaled : values_->activationsScaled; }

QString MagnitudeChart::name() const {
    return of_ == Of::weights ? QStringLiteral("layer-weights") : QStringLiteral("layer-activations");
}

QString MagnitudeChart::title() const { return of_ == Of::weights ? tr("Weights") : tr("Activations"); }

QString MagnitudeChart::provenance() const {
    return values_
               ? tr("%1, %2").arg(QString::fromStdString(values_->layer), QString::fromStdString(values_->format.title))
               : QString();
}

QString MagnitudeChart::emptyText() const {
    if (!values_) return tr("Choose a layer to see its values.");
    if (spread().casts.values == 0 && spread().magnitudes.counted() == 0)
        return of_ == Of::weights ? tr("This layer has no weights.") : tr("This layer makes no new values.");
    if (spread().magnitudes.counted() == 0) return tr("All values are 0, NaN or infinite.");
    return {};
}

QString MagnitudeChart::finding() const {
    if (!emptyText().isEmpty()) return {};
    return tr("%1: %2 values, largest %3, smallest %4")
        .arg(title(), groupedText(spread().casts.values), compactText(spread().range.largest, 3),
             compactText(spread().range.smallest, 3));
}

double MagnitudeChart::binWidth() const { return bins_ == MagnitudeBins::powers ? 1 : 1.0 / kCells; }

std::vector<std::pair<double, std::int64_t>> MagnitudeChart::bins() const {
    std::vector<std::pair<double, std::int64_t>> bins;
    const MagnitudeCounts& counts = spread().magnitudes;
    for (int power = 0; power < counts.powers(); ++power) {
        const double exponent = counts.lowest + power;
        if (bins_ == MagnitudeBins::powers) {
            bins.emplace_back(exponent, counts.inPower(power));
            continue;
        }
        for (int cell = 0; cell < kCells; ++cell)
            bins.emplace_back(exponent + std::log2(1 + static_cast<double>(cell) / kCells),
                              counts.counts[static_cast<std::size_t>(power * kCells + cell)]);
    }
    std::erase_if(bins, [](const auto& bin) { return bin.second == 0; });
    return bins;
}

DataTable MagnitudeChart::table() const {
    DataTable table{.header = {tr("From"), tr("Values")}, .rows = {}};
    if (!values_) return table;
    if (spread().magnitudes.zeros > 0)
        table.rows.push_back({QStringLiteral("0"), groupedText(spread().magnitudes.zeros)});
    for (const auto& [from, count] : bins())
        table.rows.push_back({compactText(std::exp2(from), 4), groupedText(count)});
    return table;
}

std::vector<MagnitudeChart::Zone> MagnitudeChart::zones(const ChartStyle& style) const {
    // A scale moves the limits from tensor to tensor.
    if (scaled()) return {};
    const FormatLimits l = limits(values_->format);
    const double zero = std::log2(l.minSubnormal) - 1, normal = std::log2(l.minNormal), most = std::log2(l.max);
    const double left = lowest_, right = highest_ + 1;
    const QColor lost = style.colored(style.tokens.errorFill), fewer = style.colored(style.tokens.cautionFill);
    std::vector<Zone> zones{{left, zero, tr("becomes 0"), lost}};
    if (l.minSubnormal < l.minNormal) zones.push_back({zero, normal, tr("subnormal"), fewer});
    zones.push_back({l.minSubnormal < l.minNormal ? normal : zero, most,
                     tr("normal in %1").arg(shortTitle(values_->format)), style.tokens.card});
    zones.push_back({most, right, tr("> %1").arg(compactText(l.max, 3)), lost});
    for (auto& zone : zones) {
        zone.from = std::clamp(zone.from, left, right);
        zone.to = std::clamp(zone.to, left, right);
    }
    std::erase_if(zones, [](const Zone& zone) { return zone.to <= zone.from; });
    return zones;
}

void MagnitudeChart::draw(QCustomPlot& plot, const ChartStyle& style) const {
    clearPlot(plot, style);
    QCPAxisRect* rect = addAxes(plot, style);
    QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
    rect->setMinimumMargins(QMargins(40, static_cast<int>(kZoneRow) + 2, 14, 2));
    std::int64_t most = 1;
    for (const auto& bin : bins()) most = std::max(most, bin.second);
    const double powers = highest_ + 1 - lowest_;
    const int labels = std::max(2, static_cast<int>((style.size.width() - 60) / kPowerLabel));
    int step = 1;
    while (powers / step > labels) step *= 2;
    const bool low = style.size.height() < kLowBelow;
    const QString what = of_ == Of::weights ? tr("|weight| in FP32") : tr("|activation| in FP32");
    styleAxis(*x, style, low ? QString() : what);
    x->setRange(lowest_, highest_ + 1);
    x->setTicker(QSharedPointer<BinadeTicker>::create(step));
    setGrid(*x, Grid::off);
    styleAxis(*y, style, low ? tr("log") : tr("Values, log"));
    makeLogarithmic(*y);
    if (low) y->ticker()->setTickCount(2);
    y->setRange(0.7, static_cast<double>(most) * 1.6);
    drawZones(plot, rect, style);
    drawBars(plot, rect, style);
    drawGrid(plot, rect, style);
}

void MagnitudeChart::drawZones(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const {
    const auto all = zones(style);
    addPainting(
        plot, rect,
        [=, this](QPainter& painter) {
            QCPAxis* x = rect->axis(QCPAxis::atBottom);
            if (scaled())
                return paintText(
                    painter, {rect->left() + 0.0, rect->top() - kZoneRow / 2}, Qt::AlignLeft | Qt::AlignVCenter,
                    tr("%1 scales its codes: its limits follow the values").arg(shortTitle(values_->format)),
                    style.axisFont(), style.tokens.text3);
            double lastEnd = rect->left() - 4.0;
            for (const auto& zone : all) {
                const double left = std::max<double>(rect->left(), x->coordToPixel(zone.from)),
                             right = std::min<double>(rect->right() + 1, x->coordToPixel(zone.to));
                if (right <= left) continue;
                if (zone.fill != style.tokens.card)
                    painter.fillRect(QRectF(left, rect->top(), right - left, rect->height()), zone.fill);
                if (left > rect->left() + 1) {
                    painter.setPen(QPen(style.tokens.inputLine, 1, Qt::DashLine));
                    painter.drawLine(QPointF(left, rect->top()), QPointF(left, rect->bottom()));
                }
                const double width = textSize(zone.text, style.axisFont()).width();
                const double at = std::clamp((left + right) / 2 - width / 2, lastEnd + 6,
                                             std::max(lastEnd + 6, rect->right() + 12 - width));
                if (width > right - left + 16 && width > 40) continue;
                if (at + width > rect->right() + 13) continue;
                paintText(painter, {at, rect->top() - kZoneRow / 2}, Qt::AlignLeft | Qt::AlignVCenter, zone.text,
                          style.axisFont(), style.tokens.text2);
                lastEnd = at + width;
            }
        },
        ClipTo::nothing);
}

void MagnitudeChart::drawBars(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const {
    const auto all = bins();
    const double zero = scaled() ? -1e9 : std::log2(limits(values_->format).minSubnormal) - 1;
    addPainting(plot, rect, [=, this](QPainter& painter) {
        QCPAxis *x = rect->axis(QCPAxis::atBottom), *y = rect->axis(QCPAxis::atLeft);
        const QColor color = style.color(values_->format);
        for (const auto& [from, count] : all) {
            // A cell's right end is the next one's left.
            const double mantissa = std::exp2(from - std::floor(from));
            const double to =
                bins_ == MagnitudeBins::powers ? from + 1 : std::floor(from) + std::log2(mantissa + 1.0 / kCells);
            const double left = x->coordToPixel(from), right = x->coordToPixel(to);
            const double gap = right - left > 4 ? 1 : 0, top = y->coordToPixel(static_cast<double>(count));
            paintBar(painter, QRectF(left + gap / 2, top, std::max(1.0, right - left - gap), rect->bottom() - top),
                     from < zero - 1e-9 ? BarFill::tinted : BarFill::solid, color, style.tokens.card);
        }
    });
}

/// A tick for each value of the format, as long as they can be told apart.
void MagnitudeChart::drawGrid(QCustomPlot& plot, QCPAxisRect* rect, const ChartStyle& style) const {
    if (scaled() || values_->format.kind != FormatKind::floating) return;
    addPainting(
        plot, rect,
        [=, this](QPainter& painter) {
            QCPAxis* x = rect->axis(QCPAxis::atBottom);
            const FormatLimits l = limits(values_->format);
            painter.setPen(QPen(style.tokens.text2, 1));
            const auto tick = [&](double value, double length) {
                const double pixel = x->coordToPixel(std::log2(value));
                if (pixel >= rect->left() && pixel <= rect->right())
                    painter.drawLine(QPointF(pixel, rect->bottom() - length), QPointF(pixel, rect->bottom()));
                return pixel;
            };
            const int first = std::max(lowest_, static_cast<int>(std::floor(std::log2(l.minSubnormal)))),
                      last = std::min(highest_, static_cast<int>(std::floor(std::log2(l.max))));
            for (int power = first; power <= last; ++power) {
                const double value = std::exp2(power), next = value + ulp(values_->format, value);
                tick(value, 2 * kValueTick);
                const double gap = x->coordToPixel(power + 1) - x->coordToPixel(std::log2(2 * value - (next - value)));
                if (gap < kLeastTickGap || next <= value) continue;
                for (double one = next; one < 2 * value && one <= l.max; one += next - value) tick(one, kValueTick);
            }
        },
        ClipTo::axisRect);
}

QString MagnitudeChart::hoverText(const QCustomPlot& plot, QPointF position) const {
    if (!emptyText().isEmpty() || plot.axisRectCount() == 0) return {};
    const QCPAxisRect* rect = const_cast<QCustomPlot&>(plot).axisRect(0);
    if (!rect->rect().contains(position.toPoint())) return {};
    const double power = rect->axis(QCPAxis::atBottom)->pixelToCoord(position.x());
    const std::pair<double, std::int64_t>* under = nullptr;
    const auto all = bins();
    for (const auto& bin : all)
        if (bin.first <= power && power < bin.first + binWidth() * 1.5) under = &bin;
    const double value = std::exp2(power);
    QString text = tr("|x| about %1").arg(compactText(value, 2));
    if (under)
        text += tr("\n%1 values from %2").arg(groupedText(under->second), compactText(std::exp2(under->first), 3));
    if (!scaled())
        for (const auto& zone : zones(screenStyle()))
            if (zone.from <= power && power < zone.to) text += QLatin1Char('\n') + zone.text;
    return text;
}

}  // namespace mantissa::ui
