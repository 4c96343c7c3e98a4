#include "pages/dot_product_page.h"

#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "charts/dot_error_chart.h"
#include "charts/running_sum_chart.h"
#include "dot/demonstrations.h"
#include "dot/dot_results.h"
#include "dot/step_view.h"
#include "dot/sum_box.h"
#include "dot/transport.h"
#include "dot/vector_box.h"
#include "number_text.h"
#include "session/session.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/panel_board.h"

namespace mantissa::ui {
namespace {

constexpr int kControlColumnLeast = 262, kControlColumn = 300, kSumColumnLeast = 300, kSumColumn = 404;  // px
constexpr int kLeastChoices = 260;                                                                       // px

/// Scrolls up and down only, and is never narrower than what it shows, whatever fonts the theme brings.
class ChoicesScroll : public QScrollArea {
  public:
    using QScrollArea::QScrollArea;
    QSize minimumSizeHint() const override { return {widget()->minimumSizeHint().width(), kLeastChoices}; }
    QSize sizeHint() const override { return {widget()->minimumSizeHint().width(), QScrollArea::sizeHint().height()}; }

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (watched == widget() && event->type() == QEvent::LayoutRequest) updateGeometry();
        return QScrollArea::eventFilter(watched, event);
    }
};

}  // namespace

DotProductPage::DotProductPage(Session& session, QWidget* parent)
    : Page(session, parent), dot_(new DotSession(session, this)), board_(new PanelBoard(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(board_, 1);
    makeControlPanel();
    makeChartPanels();
    makeNumberPanels();
    board_->setColumnWidth(0, kControlColumnLeast, kControlColumn);
    board_->setColumnWidth(2, kSumColumnLeast, kSumColumn);
    board_->arrange(WidthClass::wide);

    const auto toStep = [this](quint64 step) { inspect(series_, step); };
    connect(sumChart_, &DotChart::stepChosen, this, toStep);
    connect(errorChart_, &DotChart::stepChosen, this, toStep);
    connect(transport_, &Transport::stepChosen, this, toStep);
    connect(results_, &DotResults::seriesChosen, this, [this](std::size_t series) { inspect(series, step_); });
    connect(dot_, &DotSession::ready, this, &DotProductPage::showReport);
    connect(dot_, &DotSession::failed, this, &DotProductPage::showState);
    connect(dot_, &DotSession::staleChanged, this, &DotProductPage::showState);
    computing_.setSingleShot(true);
    computing_.setInterval(kComputingAfter);
    connect(&computing_, &QTimer::timeout, this, [this] {
        if (dot_->busy()) board_->setBusyText(tr("computing"));
    });
    connect(dot_, &DotSession::choicesChanged, this, [this] { computing_.start(); });
    sumChart_->refresh();
    errorChart_->refresh();
    showState();
}

void DotProductPage::makeControlPanel() {
    auto* body = new QWidget;
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    // Where the window is low the choices scroll, and the charts keep a height that shows them whole.
    auto* choices = new QWidget;
    auto* column = new QVBoxLayout(choices);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    vectors_ = new VectorBox(session(), *dot_, choices);
    sums_ = new SumBox(*dot_, choices);
    column->addWidget(vectors_);
    column->addWidget(sums_);
    column->addStretch(1);
    auto* scroll = new ChoicesScroll(body);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(choices);
    choices->setAutoFillBackground(false);  // the card's colour shows through
    scroll->viewport()->setAutoFillBackground(false);
    transport_ = new Transport(body);
    layout->addWidget(scroll, 1);
    layout->addWidget(transport_);
    board_->addPanel({.title = tr("Vectors"), .tab = tr("Vectors"), .body = body, .header = {}},
                     {.column = 0, .row = 0, .tabGroup = 1});
}

void DotProductPage::makeChartPanels() {
    auto* body = new QWidget;
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    finding_ = roleLabel({}, "", body);
    finding_->setFont(themeFont(FontRole::words, kFindingPixels - 1, FontWeight::semibold));
    finding_->setWordWrap(true);
    explanation_ = roleLabel({}, "secondary", body);
    explanation_->setWordWrap(true);
    sumChart_ = new RunningSumChart(body);
    layout->addWidget(finding_);
    layout->addWidget(explanation_);
    layout->addWidget(sumChart_, 1);
    board_->addPanel({.title = {}, .tab = tr("Running sum"), .body = body, .header = {}},
                     {.column = 1, .row = 0, .stretch = 11});
    errorChart_ = new DotErrorChart;
    board_->addPanel({.title = errorChart_->title(), .tab = tr("Error"), .body = errorChart_, .header = {}},
                     {.column = 1, .row = 1, .stretch = 10});
    board_->setSubtitle(errorChart_, tr("|sum − exact| / Σ |aᵢbᵢ|; thin: the bound, where it holds"));
}

void DotProductPage::makeNumberPanels() {
    stepView_ = new StepView;
    showInFormats_ = linkButton(tr("Show in Formats"));
    showInFormats_->setToolTip(tr("The sum so far bit by bit, and what is added to it"));
    connect(showInFormats_, &QPushButton::clicked, this, [this] {
        if (const auto state = stepView_->formatsState()) emit formatsRequested(*state);
    });
    board_->addPanel({.title = tr("Step"), .tab = {}, .body = stepView_, .header = {showInFormats_}},
                     {.column = 2, .row = 0, .stretch = 0, .tabGroup = 1});
    results_ = new DotResults;
    auto* copy = linkButton(tr("Copy table"));
    auto* menu = new QMenu(copy);
    results_->fillCopyMenu(*menu);
    copy->setMenu(menu);
    board_->addPanel({.title = tr("Results"), .tab = {}, .body = results_, .header = {copy}},
                     {.column = 2, .row = 1, .stretch = 1, .tabGroup = 1});
    demonstrations_ = new Demonstrations(*dot_);
    board_->addPanel({.title = tr("Demonstrations"), .tab = tr("Results"), .body = demonstrations_, .header = {}},
                     {.column = 2, .row = 2, .stretch = 0, .tabGroup = 1});
}

std::vector<Chart*> DotProductPage::charts() const { return {sumChart_, errorChart_}; }

void DotProductPage::onShown() {
    if (!dot_->report() && !dot_->busy()) dot_->run();
}

void DotProductPage::setWidthClass(WidthClass width) { board_->arrange(width); }

QString DotProductPage::finding() const { return finding_->text(); }

QString DotProductPage::statusText() const {
    if (dot_->stale()) return tr("Press Run (F5) to update.");
    if (!dot_->report()) return {};
    const DotReport& report = *dot_->report();
    return tr("Dot product: n = %1, %2 sums in %3 ms, every addition rounded to nearest even")
        .arg(groupedText(static_cast<std::int64_t>(report.n)), QString::number(report.series.size()),
             millisecondsText(1e3 * report.seconds));
}

/// Keeps what is looked at where it still exists; else the sum that is off most, and the step that shows why.
void DotProductPage::chooseInspected(const DotReport& report) {
    const auto sameSeries = [&](const DotSeries& series) {
        return shown_ && series_ < shown_->series.size() &&
               series.how.accumulator == shown_->series[series_].how.accumulator &&
               series.how.order == shown_->series[series_].how.order;
    };
    const bool sameTerms = shown_ && shown_->vectors->terms == report.vectors->terms;
    const auto kept = std::find_if(report.series.begin(), report.series.end(), sameSeries);
    if (kept != report.series.end() && sameTerms) {
        series_ = static_cast<std::size_t>(kept - report.series.begin());
        step_ = std::min<quint64>(step_, report.n);
        return;
    }
    const auto worst = std::max_element(report.series.begin(), report.series.end(), [](const auto& a, const auto& b) {
        return std::abs(a.error) < std::abs(b.error);
    });
    series_ = static_cast<std::size_t>(worst - report.series.begin());
    step_ = worst->stagnation ? worst->stagnation->n + 1 : worst->notFiniteFrom ? *worst->notFiniteFrom : report.n;
}

void DotProductPage::showReport() {
    const DotReportPtr& report = dot_->report();
    transport_->setPlaying(false);
    chooseInspected(*report);
    shown_ = report;
    finding_->setText(QString::fromStdString(report->finding));
    QString explanation = QString::fromStdString(report->explanation);
    if (!report->vectors->note.empty())
        explanation += tr(" The vectors were %1.").arg(QString::fromStdString(report->vectors->note));
    explanation_->setText(explanation);
    transport_->setRange(report->n);
    sumChart_->setReport(report, series_, step_);
    errorChart_->setReport(report, series_, step_);
    results_->setReport(report, series_);
    board_->setSubtitle(results_, tr("at n = %1").arg(groupedText(static_cast<std::int64_t>(report->n))));
    inspect(series_, step_);
    showState();
}

void DotProductPage::inspect(std::size_t series, quint64 step) {
    if (!shown_ || series >= shown_->series.size()) return;
    series_ = series;
    step_ = std::clamp<quint64>(step, 1, shown_->n);
    transport_->setStep(step_);
    sumChart_->setInspected(series_, step_);
    errorChart_->setInspected(series_, step_);
    results_->setInspected(series_);
    sums_->setInspected(shown_->series[series_].how.accumulator);
    stepView_->setStep(shown_, series_, step_);
    showInFormats_->setEnabled(stepView_->formatsState().has_value());
    board_->setSubtitle(stepView_, stepView_->title().section(QStringLiteral(" "), 1));
}

void DotProductPage::showState() {
    computing_.stop();
    board_->setBusyText(dot_->stale() ? tr("press Run (F5) to update") : QString());
    if (const auto& failure = dot_->failure()) {
        finding_->setText(tr("This dot product was not computed"));
        explanation_->setText(
            QString::fromStdString(failure->text()) +
            (shown_ ? tr(" The charts below still show %1.").arg(QString::fromStdString(shown_->vectors->terms))
                    : QString()));
    }
    explanation_->setProperty("role", dot_->failure() ? "errorText" : "secondary");
    restyle(explanation_);
    emit statusTextChanged();
}

void DotProductPage::keyPressEvent(QKeyEvent* event) {
    const int index = event->key() - Qt::Key_1;
    if (event->modifiers() == Qt::NoModifier && index >= 0 && index < demonstrations_->count())
        return demonstrations_->show(index);
    Page::keyPressEvent(event);
}

}  // namespace mantissa::ui
