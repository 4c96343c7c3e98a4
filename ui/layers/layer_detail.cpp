#include "layers/layer_detail.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "charts/magnitude_chart.h"
#include "layers/fact_table.h"
#include "layers/layer_words.h"
#include "layers/worst_view.h"
#include "number_text.h"
#include "storage/shape_text.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/elided_label.h"
#include "widgets/segmented_control.h"

namespace mantissa::ui {
namespace {

constexpr int kNearLimit = 14;  // powers of two between the values and a limit of the format that is still shown
constexpr int kSpare = 1;

DataTable errorTable(const QString& title, const LayerError& error) {
    DataTable table{.header = {title, QObject::tr("SQNR, dB"), QObject::tr("Cosine"), QObject::tr("Max |Δ|"),
                               QObject::tr("Max ULP")},
                    .rows = {}};
    const QString names[]{QObject::tr("Both"), QObject::tr("Weights only"), QObject::tr("Activations only"),
                          QObject::tr("Native kernels")};
    for (const auto part : {LayerPart::weights, LayerPart::activations, LayerPart::both, LayerPart::native}) {
        const ArrayError* one = partOf(error, part);
        QStringList row{names[static_cast<int>(part)]};
        if (one && one->count > 0)
            row << decibelText(one->sqnrDb())
                << (std::isnan(one->cosine()) ? QStringLiteral("—") : fixedText(one->cosine(), 6))
                << errorText(one->maxAbs) << ulpText(*one);
        else
            row << QStringLiteral("—") << QStringLiteral("—") << QStringLiteral("—") << QStringLiteral("—");
        table.rows.push_back(row);
    }
    return table;
}

QString spreadText(const ValueSpread& spread) {
    if (spread.casts.values == 0) return {};
    return QObject::tr("%1 values, largest %2")
        .arg(groupedText(spread.casts.values), compactText(spread.range.largest, 3));
}

QWidget* headingRow(const QString& title, QLabel* text) {
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    auto* name = roleLabel(title, "", row);
    name->setFont(themeFont(FontRole::words, kSecondaryPixels, FontWeight::semibold));
    layout->addWidget(name);
    layout->addWidget(text);
    layout->addStretch(1);
    return row;
}

}  // namespace

LayerDetail::LayerDetail(LayersSession& layers, QWidget* parent)
    : QWidget(parent),
      session_(layers),
      path_(new ElidedLabel(Qt::ElideLeft, this)),
      facts_(roleLabel({}, "caption", this)),
      views_(new SegmentedControl(tr("What is shown of the layer"), this)),
      stack_(new QStackedWidget(this)),
      bins_(new SegmentedControl(tr("Bins of the histograms"), this)),
      keep_(new QPushButton(tr("Keep in FP32"))) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    path_->setFont(themeFont(FontRole::numbers, kSecondaryPixels));
    keep_->setProperty("small", true);
    views_->setSegments({{tr("Values"), {}, tr("Magnitudes of weights and activations over the format's range")},
                         {tr("Error split"), {}, tr("The error by what was rounded")},
                         {tr("Worst elements"), {}, tr("The elements that the format changes most, and their bits")}});
    bins_->setSegments({{tr("2ⁿ"), {}, tr("One bar a power of two")},
                        {tr("Grid"), {}, tr("Eight bars a power of two, as the values of FP8 E4M3 lie")}});
    layout->addWidget(path_);
    layout->addWidget(facts_);
    layout->addWidget(views_, 0, Qt::AlignLeft);
    stack_->addWidget(makeValues());
    stack_->addWidget(makeErrors());
    stack_->addWidget(makeWorst());
    layout->addWidget(stack_, 1);

    connect(views_, &SegmentedControl::chosen, this, [this](int view) { setView(static_cast<View>(view)); });
    connect(bins_, &SegmentedControl::chosen, this, [this](int bins) {
        for (auto* chart : {weights_, activations_}) chart->setBins(static_cast<MagnitudeBins>(bins));
    });
    connect(keep_, &QPushButton::clicked, this, [this] {
        const auto& report = session_.report();
        if (!report || layer_ < 0) return;
        const std::string& path = report->layers[static_cast<std::size_t>(layer_)].path;
        session_.setKept(path, session_.kept(path) != LayersSession::Kept::all);
    });
    connect(&layers, &LayersSession::reportChanged, this, &LayerDetail::showReport);
    connect(&layers, &LayersSession::layerReady, this, [this](int index) {
        if (index == layer_) showReport();
    });
    connect(&layers, &LayersSession::valuesChanged, this, &LayerDetail::showValues);
    setView(View::values);
    showReport();
    showValues();
}

QWidget* LayerDetail::makeValues() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(2);
    weights_ = new MagnitudeChart(MagnitudeChart::Of::weights, page);
    activations_ = new MagnitudeChart(MagnitudeChart::Of::activations, page);
    weightText_ = roleLabel({}, "caption", page);
    activationText_ = roleLabel({}, "caption", page);
    casts_ = new FactTable(tr("What the casts did"), page);
    auto* first = headingRow(tr("Weights"), weightText_);
    first->layout()->addWidget(bins_);
    layout->addWidget(first);
    layout->addWidget(weights_, 1);
    layout->addWidget(headingRow(tr("Activations"), activationText_));
    layout->addWidget(activations_, 1);
    layout->addWidget(casts_);
    return page;
}

QWidget* LayerDetail::makeErrors() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(10);
    local_ = new FactTable(tr("Error of this layer alone"), page);
    cumulative_ = new FactTable(tr("Error of everything up to it"), page);
    auto* words = roleLabel(tr("Alone: the layer in the format on FP32 inputs. Up to here: everything before it in the "
                               "format too. Native kernels accumulate in their own way; the other rows accumulate in "
                               "FP32. Higher SQNR is better, +6 dB halves the error."),
                            "secondary", page);
    words->setWordWrap(true);
    layout->addWidget(local_);
    layout->addWidget(cumulative_);
    layout->addWidget(words);
    layout->addStretch(1);
    return page;
}

QWidget* LayerDetail::makeWorst() {
    auto* page = new QWidget;
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(6);
    worstOf_ = new SegmentedControl(tr("Worst elements of"), page);
    worstOf_->setSegments({{tr("Weights"), {}, {}}, {tr("Activations"), {}, tr("On FP32 inputs")}});
    worst_ = new WorstView(page);
    layout->addWidget(worstOf_, 0, Qt::AlignLeft);
    layout->addWidget(worst_, 1);
    connect(worstOf_, &SegmentedControl::chosen, this,
            [this](int index) { worst_->setValues(session_.values(), index == 0); });
    connect(worst_, &WorstView::formatsRequested, this, &LayerDetail::formatsRequested);
    return page;
}

std::vector<Chart*> LayerDetail::charts() const { return {weights_, activations_}; }

LayerDetail::View LayerDetail::view() const { return static_cast<View>(stack_->currentIndex()); }

void LayerDetail::setView(View view) {
    views_->setCurrent(static_cast<int>(view));
    stack_->setCurrentIndex(static_cast<int>(view));
}

void LayerDetail::setLayer(int layer) {
    layer_ = layer;
    showReport();
}

void LayerDetail::showReport() {
    const auto& report = session_.report();
    const bool known = report && layer_ >= 0 && layer_ < static_cast<int>(report->layers.size());
    keep_->setEnabled(known);
    showKept();
    if (!known) {
        path_->setText(tr("No layer is chosen"));
        facts_->clear();
        local_->setTable(errorTable(tr("Alone"), {}));
        cumulative_->setTable(errorTable(tr("Up to here"), {}));
        return;
    }
    const LayerReport& one = report->layers[static_cast<std::size_t>(layer_)];
    const QString path = layerPath(*report, static_cast<std::size_t>(layer_));
    path_->setText(path);
    path_->setFullText(path);
    QStringList facts{layerKind(*report, static_cast<std::size_t>(layer_))};
    if (!one.outputShape.empty()) facts << QString::fromStdString(mantissa::shapeText(one.outputShape));
    facts << tr("%1 parameters").arg(groupedText(one.parameters));
    if (one.milliseconds) facts << tr("%1 ms").arg(millisecondsText(*one.milliseconds));
    facts.removeAll(QString());
    facts_->setText(elidedMiddle(facts.join(QStringLiteral(" · ")), 72));
    local_->setTable(errorTable(tr("Alone"), one.local));
    cumulative_->setTable(errorTable(tr("Up to here"), one.cumulative));
}

void LayerDetail::showKept() {
    const auto& report = session_.report();
    const bool known = report && layer_ >= 0 && layer_ < static_cast<int>(report->layers.size());
    const bool kept =
        known && session_.kept(report->layers[static_cast<std::size_t>(layer_)].path) == LayersSession::Kept::all;
    keep_->setText(kept ? tr("Cast again") : tr("Keep in FP32"));
    keep_->setToolTip(kept ? tr("Casts this layer and all below it like the rest of the model (K)")
                           : tr("Leaves this layer and all below it in FP32, on every page (K)"));
}

void LayerDetail::showValues() {
    const LayerValuesPtr& values = session_.values();
    showRange();
    for (auto* chart : {weights_, activations_}) chart->setValues(values);
    weightText_->setText(values ? spreadText(values->weights) : QString());
    activationText_->setText(values ? spreadText(values->activations) : QString());
    showCasts();
    // Where there are no weights, the activations are what there is to see.
    if (values && values->weights.casts.values == 0) worstOf_->setCurrent(1);
    worst_->setValues(values, worstOf_->current() == 0);
}

void LayerDetail::showCasts() {
    const LayerValuesPtr& values = session_.values();
    const QString format = values ? shortTitle(values->format) : tr("the format");
    DataTable table{.header = {tr("Cast to %1").arg(format), tr("Weights"), tr("Activations")}, .rows = {}};
    const auto add = [&](const QString& name, std::int64_t (*count)(const CastCounts&)) {
        QStringList row{name};
        for (const ValueSpread* spread :
             {values ? &values->weights : nullptr, values ? &values->activations : nullptr}) {
            if (!spread || spread->casts.values == 0) {
                row << QStringLiteral("—");
                continue;
            }
            const std::int64_t number = count(spread->casts);
            const double share = 100.0 * static_cast<double>(number) / static_cast<double>(spread->casts.values);
            row << (number == 0 ? QStringLiteral("0") : tr("%1  %2 %").arg(groupedText(number), fixedText(share, 2)));
        }
        table.rows.push_back(row);
    };
    add(tr("Becomes 0"), [](const CastCounts& casts) { return casts.underflows; });
    add(tr("Subnormal"), [](const CastCounts& casts) { return casts.subnormals; });
    add(tr("Overflow"), [](const CastCounts& casts) { return casts.overflows; });
    add(tr("NaN or infinite"), [](const CastCounts& casts) { return casts.nans + casts.infinities; });
    casts_->setTable(table);
}

/// One scale for both charts: all values, and the format's limits where these are near.
void LayerDetail::showRange() {
    const LayerValuesPtr& values = session_.values();
    if (!values) return;
    int low = 0, high = 0;
    bool any = false;
    for (const ValueSpread* spread : {&values->weights, &values->activations}) {
        if (spread->magnitudes.powers() == 0) continue;
        const int first = spread->magnitudes.lowest, last = first + spread->magnitudes.powers() - 1;
        low = any ? std::min(low, first) : first;
        high = any ? std::max(high, last) : last;
        any = true;
    }
    if (!any) return;
    const FormatLimits l = limits(values->format);
    const int least = static_cast<int>(std::floor(std::log2(l.minSubnormal))) - 2,
              most = static_cast<int>(std::floor(std::log2(l.max))) + 1;
    if (!values->weightsScaled && least < low && low - least <= kNearLimit) low = least;
    if (!values->weightsScaled && most > high && most - high <= kNearLimit) high = most;
    for (auto* chart : {weights_, activations_}) chart->setPowers(low - kSpare, high + kSpare);
}

}  // namespace mantissa::ui
