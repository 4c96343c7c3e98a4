#include "pages/memory_page.h"

#include <QCheckBox>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>

#include "charts/live_bytes_chart.h"
#include "charts/memory_bars_chart.h"
#include "charts/weight_share_chart.h"
#include "memory/memory_option_bar.h"
#include "memory/memory_table.h"
#include "number_text.h"
#include "session/session.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/panel_board.h"

namespace mantissa::ui {
namespace {

constexpr int kMemoryColumn = 446, kMemoryColumnLeast = 400;  // px
constexpr double kHeadingPixels = 17;

}  // namespace

std::vector<Format> memoryFormats(const Format& custom) {
    std::vector<Format> formats;
    for (const char* name : {"fp64", "fp32", "tf32", "bf16", "fp16", "e4m3", "e5m2", "int8"})
        formats.push_back(format(name));
    formats.push_back(custom);
    return formats;
}

MemoryPage::MemoryPage(Session& session, QWidget* parent)
    : Page(session, parent), options_(new MemoryOptionBar(this)), board_(new PanelBoard(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kCardGap);
    layout->addWidget(options_);
    layout->addWidget(board_, 1);
    makeChartPanels();
    makeNumberPanels();
    board_->setColumnWidth(1, kMemoryColumnLeast, kMemoryColumn);
    board_->arrange(WidthClass::wide);
    charts_ = {bars_, live_, share_};

    connect(options_, &MemoryOptionBar::viewChanged, this, &MemoryPage::showView);
    connect(options_, &MemoryOptionBar::batchChosen, this, &MemoryPage::follow);
    connect(&session, &Session::memoryReady, this, &MemoryPage::showReport);
    for (const auto signal : {&Session::modelChanged, &Session::choicesChanged})
        connect(&session, signal, this, &MemoryPage::follow);
    connect(&session, &Session::busyChanged, this, &MemoryPage::showState);
    connect(&Theme::instance(), &Theme::changed, table_->viewport(), qOverload<>(&QWidget::update));
    for (auto* chart : charts_) chart->refresh();
    showState();
}

void MemoryPage::makeChartPanels() {
    auto* body = new QWidget;
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    finding_ = roleLabel({}, "", body);
    finding_->setFont(themeFont(FontRole::words, kHeadingPixels, FontWeight::semibold));
    finding_->setWordWrap(true);
    detail_ = roleLabel({}, "secondary", body);
    detail_->setWordWrap(true);
    measure_ = new QPushButton(tr("Measure"), body);
    measure_->setProperty("role", "primary");
    bars_ = new MemoryBarsChart(body);
    layout->addWidget(finding_);
    layout->addWidget(detail_);
    layout->addWidget(measure_, 0, Qt::AlignLeft);
    layout->addWidget(bars_, 1);
    connect(measure_, &QPushButton::clicked, this, &MemoryPage::run);
    board_->addPanel(
        {.title = tr("Memory per format"), .tab = tr("Formats"), .body = body, .header = {new LegendBar(bars_)}},
        {.column = 0, .row = 0, .stretch = 15});
    live_ = new LiveBytesChart;
    board_->addPanel(
        {.title = live_->title(), .tab = tr("Activations"), .body = live_, .header = {new LegendBar(live_)}},
        {.column = 0, .row = 1, .stretch = 8});
    share_ = new WeightShareChart;
    board_->addPanel({.title = share_->title(), .tab = tr("Weights by module"), .body = share_, .header = {}},
                     {.column = 1, .row = 2, .stretch = 1});
}

void MemoryPage::makeNumberPanels() {
    table_ = new MemoryTable;
    auto* copy = linkButton(tr("Copy table"));
    auto* menu = new QMenu(copy);
    table_->fillCopyMenu(*menu);
    copy->setMenu(menu);
    board_->addPanel({.title = tr("Bytes per format"), .tab = tr("Numbers"), .body = table_, .header = {copy}},
                     {.column = 1, .row = 0, .stretch = 0, .tabGroup = 1});
    words_ = roleLabel({}, "secondary");
    words_->setWordWrap(true);
    words_->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    words_->setFont(themeFont(FontRole::words, kSecondaryPixels));
    board_->addPanel({.title = tr("Stored and here differ"), .tab = tr("Numbers"), .body = words_, .header = {}},
                     {.column = 1, .row = 1, .stretch = 0, .tabGroup = 1});
}

std::vector<Chart*> MemoryPage::charts() const { return {charts_.begin(), charts_.end()}; }

QString MemoryPage::finding() const { return finding_->text(); }

MemoryPage::Question MemoryPage::question() const {
    return {.model = session().model(),
            .preprocessing = session().choices().preprocessing,
            .custom = session().choices().custom,
            .batch = options_->batch(),
            .scales = session().choices().scales.options,
            .keep = session().choices().keep};
}

void MemoryPage::onShown() { follow(); }

void MemoryPage::follow() {
    if (session().model() && isVisible() && session().runOnChange() && asked_ != question()) run();
    showState();
}

void MemoryPage::run() {
    if (!session().model()) return;
    asked_ = question();
    session().measureMemory(memoryFormats(asked_->custom), asked_->batch);
}

void MemoryPage::showReport() {
    answered_ = asked_;
    const auto& report = session().memoryReport();
    for (auto* chart : charts_) chart->setReport(report);
    table_->numbers().setReport(report);
    finding_->setText(memoryFindingOf(*report));
    setWords(storedAndHereText(*report));
    showView();
}

void MemoryPage::showView() {
    const MemoryView& view = options_->view();
    for (auto* chart : charts_) chart->setView(view);
    table_->numbers().setView(view);
    board_->setTitle(table_, table_->numbers().title());
    board_->setSubtitle(live_, live_->subtitle());
    board_->setSubtitle(share_, share_->subtitle());
    if (session().memoryReport()) detail_->setText(memoryDetailOf(*session().memoryReport(), view));
    showState();
}

void MemoryPage::showState() {
    const bool current = answered_ && answered_ == question();
    const bool busy = session().busy();
    if (!answered_) {
        finding_->setText(session().model() ? tr("What this model takes in each format") : tr("No model yet"));
        detail_->setText(session().model() ? busy ? tr("Measuring.") : tr("Memory was not measured yet.")
                                           : tr("Open a model to measure its memory."));
        setWords(tr("“Stored” is what the format needs. “Here” is what Mantissa holds while it runs the format."));
    }
    measure_->setText(answered_ ? tr("Measure again") : tr("Measure"));
    measure_->setVisible(session().model() && !busy && !current);
    board_->setBusyText(current || !answered_ ? QString() : busy ? tr("computing") : tr("not up to date"));
    emit statusTextChanged();
}

void MemoryPage::setWords(const QString& text) {
    words_->setText(text);
    // Cards share heights without asking how words wrap, so the label says what it needs where it is narrowest.
    words_->setMinimumHeight(words_->heightForWidth(kMemoryColumnLeast - 30));
}

QString MemoryPage::statusText() const {
    const auto& report = session().memoryReport();
    if (!report || !answered_) return {};
    const auto ran = std::count_if(report->formats.begin(), report->formats.end(),
                                   [](const FormatMemory& one) { return one.measuredActivationBytes.has_value(); });
    return tr("Memory: stored from sizes and FP32's activation peak; here from one run in each of %1 formats. This "
              "process holds %2.")
        .arg(QString::number(ran), bytesText(report->processBytes));
}

void MemoryPage::setWidthClass(WidthClass width) {
    options_->setNarrow(width == WidthClass::narrow);
    board_->arrange(width);
    showView();
}

}  // namespace mantissa::ui
