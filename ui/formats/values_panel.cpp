#include "formats/values_panel.h"

#include <qcustomplot.h>

#include <QKeyEvent>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "charts/representable_chart.h"
#include "formats/formats_session.h"
#include "formats/scaled_line.h"
#include "widgets/elided_label.h"
#include "widgets/segmented_control.h"

namespace mantissa::ui {
namespace {

/// What the chart of all formats draws; the view of INT8 has a chart of its own.
RepresentableView drawnView(ValuesView view) {
    switch (view) {
        case ValuesView::range:
            return RepresentableView::range;
        case ValuesView::codes:
            return RepresentableView::binades;
        case ValuesView::near:
        case ValuesView::scaled:
            break;
    }
    return RepresentableView::near;
}

}  // namespace

ValuesPanel::ValuesPanel(FormatsSession& formats, QWidget* parent)
    : QWidget(parent),
      formats_(formats),
      views_(new SegmentedControl(tr("Representable values shown"))),
      stack_(new QStackedWidget),
      chart_(new RepresentableChart),
      scaled_(new ScaledLine),
      note_(new ElidedLabel(Qt::ElideRight)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    stack_->addWidget(chart_);
    stack_->addWidget(scaled_);
    layout->addWidget(stack_, 1);
    note_->setText(tr("INT8 has a scale: its values stand under INT8."));
    note_->setProperty("role", "caption");
    note_->hide();
    layout->addWidget(note_);
    setShortNames(false);
    connect(views_, &SegmentedControl::chosen, this,
            [this](int index) { formats_.setValuesShown(static_cast<ValuesView>(index)); });
    connect(chart_, &RepresentableChart::codeChosen, this, [this](const QString& key, quint64 code) {
        formats_.setBits(key.toStdString(), code, tr("Choose a value"));
    });
    connect(
        scaled_, &ScaledLine::codeChosen, this,
        [this](quint64 code) { formats_.setBits(kScaledKey, code, tr("Choose a value")); }, Qt::QueuedConnection);
    connect(chart_, &Chart::redrawn, this, &ValuesPanel::followZoom);
    // Before the chart hears of them, for it draws anew at once.
    chart_->installEventFilter(this);
    chart_->plot().installEventFilter(this);
    connect(&formats_, &FormatsSession::changed, this, &ValuesPanel::follow);
    follow();
}

void ValuesPanel::setShortNames(bool isShort) {
    views_->setSegments({{isShort ? tr("Near") : tr("Near the value"), {}, tr("Values around this one, linear scale")},
                         {tr("Range"), {}, tr("From the smallest to the largest value, log scale")},
                         {tr("Codes"), {}, tr("Every code of a format of 8 bits or less, by binade")},
                         {tr("INT8"), {}, tr("The codes of INT8, with its scale and zero point")}});
    views_->setCurrent(static_cast<int>(formats_.state().look.values));
}

std::vector<Chart*> ValuesPanel::charts() const { return {chart_, scaled_}; }

void ValuesPanel::follow() {
    const FormatsState& state = formats_.state();
    const auto keys = state.shownKeys();
    RepresentableData shown{.entries = {},
                            .selected = state.selected,
                            .typed = formats_.value().nearestDouble(),
                            .typedText = formats_.valueText(),
                            .rounding = state.roundOptions()};
    bool scaled = false;
    for (const auto& key : keys) {
        const FormatEntry& entry = formats_.entry(key);
        // That chart takes codes as what they are by themselves.
        if (entry.affine)
            scaled = true;
        else
            shown.entries.push_back(entry);
    }
    const bool hasScaled = std::find(keys.begin(), keys.end(), kScaledKey) != keys.end();
    scaled_->setData({.entry = hasScaled ? std::optional(formats_.entry(kScaledKey)) : std::nullopt,
                      .typed = shown.typed,
                      .typedText = shown.typedText});
    chart_->setView(drawnView(state.look.values));
    chart_->setData(std::move(shown));
    const bool ofInt8 = state.look.values == ValuesView::scaled;
    stack_->setCurrentIndex(ofInt8 ? 1 : 0);
    views_->setCurrent(static_cast<int>(state.look.values));
    note_->setVisible(scaled && !ofInt8);
}

void ValuesPanel::followZoom() {
    const FormatsLook& look = formats_.state().look;
    if (look.values != ValuesView::near && look.values != ValuesView::range) return;
    if (chart_->view() != drawnView(look.values) || chart_->plot().axisRectCount() == 0) return;
    // The axis is a new one each time the chart is drawn.
    QCPAxis* x = chart_->plot().axisRect(0)->axis(QCPAxis::atBottom);
    if (look.zoom) x->setRange(look.zoom->low, look.zoom->high);
    connect(x, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), this,
            [this](const QCPRange& range) { formats_.setZoom(ZoomRange{.low = range.lower, .high = range.upper}); });
}

bool ValuesPanel::eventFilter(QObject* watched, QEvent* event) {
    const bool resets = event->type() == QEvent::MouseButtonDblClick ||
                        (event->type() == QEvent::KeyPress && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Home);
    if (resets) formats_.setZoom({});
    return QWidget::eventFilter(watched, event);
}

}  // namespace mantissa::ui
