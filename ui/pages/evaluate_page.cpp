#include "pages/evaluate_page.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "charts/data_table_dialog.h"
#include "charts/flip_rate_chart.h"
#include "charts/rates_chart.h"
#include "charts/spread_chart.h"
#include "compare/option_bar.h"
#include "evaluate/flip_table.h"
#include "evaluate/source_bar.h"
#include "module_words.h"
#include "number_text.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/panel_board.h"
#include "widgets/segmented_control.h"

namespace mantissa::ui {
namespace {

constexpr int kFlipColumn = 560, kFlipColumnLeast = 430;  // px
constexpr RateKind kRateKinds[]{RateKind::top1, RateKind::top5, RateKind::agreement};

QString formatTitle(const FormatEvaluation& run) { return QString::fromStdString(run.format.title); }

}  // namespace

EvaluatePage::EvaluatePage(Session& session, QWidget* parent)
    : Page(session, parent),
      folder_(session.folder()),
      options_(new OptionBar(session, this)),
      source_(new SourceBar(session, this)),
      finding_(roleLabel({}, "", this)),
      detail_(roleLabel({}, "secondary", this)),
      skipped_(linkButton({}, this)),
      board_(new PanelBoard(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kCardGap);
    layout->addWidget(options_);
    layout->addWidget(source_);
    finding_->setFont(themeFont(FontRole::words, kFindingPixels, FontWeight::semibold));
    finding_->setWordWrap(true);
    detail_->setWordWrap(true);
    auto* details = new QHBoxLayout;
    details->addWidget(detail_, 1);
    details->addWidget(skipped_);
    layout->addWidget(finding_);
    layout->addLayout(details);
    layout->addWidget(board_, 1);
    makePanels();

    connect(skipped_, &QPushButton::clicked, this, &EvaluatePage::showSkipped);
    connect(&folder_, &FolderSession::reportReady, this, &EvaluatePage::showReport);
    connect(&folder_, &FolderSession::sourceChanged, this, &EvaluatePage::showState);
    connect(&folder_, &FolderSession::runningChanged, this, &EvaluatePage::showState);
    connect(&folder_, &FolderSession::pictureOpened, this, &Page::comparisonRequested);
    connect(&session, &Session::choicesChanged, this, &EvaluatePage::showState);
    connect(&session, &Session::modelChanged, this, &EvaluatePage::showState);
    for (auto* chart : charts_) chart->refresh();
    showState();
}

void EvaluatePage::makePanels() {
    rates_ = new RatesChart;
    rateKind_ = new SegmentedControl(tr("Which rate"));
    rateKind_->setSegments({{tr("Top-1"), {}, tr("Share of the pictures whose class has the largest logit")},
                            {tr("Top-5"), {}, tr("Share of the pictures whose class is among the five largest logits")},
                            {tr("Agreement"), {}, tr("Share of the pictures that get the reference's answer")}});
    connect(rateKind_, &SegmentedControl::chosen, this, [this](int index) { rates_->setKind(kRateKinds[index]); });
    board_->addPanel({.title = tr("Accuracy"), .tab = {}, .body = rates_, .header = {rateKind_}},
                     {.column = 0, .row = 0, .cells = 2, .stretch = 4});
    board_->setSubtitle(rates_, tr("with 95 % intervals"));

    spread_ = new SpreadChart;
    metric_ = new SegmentedControl(tr("Metric"));
    metric_->setSegments(
        {{tr("Mean |Δ|"), {}, tr("The mean difference of a picture's logits")},
         {tr("Max |Δ|"), {}, tr("The largest difference of a picture's logits")},
         {tr("KL"), {}, tr("KL divergence: how far the probabilities have moved, in nats; lower is better")},
         {tr("SQNR"),
          {},
          tr("Signal to quantisation noise of a picture's logits, 20·log10(‖r‖/‖r−c‖) dB; higher is better")}});
    connect(metric_, &SegmentedControl::chosen, this,
            [this](int index) { spread_->setMetric(static_cast<SpreadMetric>(index)); });
    board_->addPanel({.title = tr("Differences"), .tab = {}, .body = spread_, .header = {metric_}},
                     {.column = 0, .row = 1, .cell = 0, .stretch = 6});
    board_->setSubtitle(spread_, tr("marks: median, 95th percentile"));

    flipRate_ = new FlipRateChart;
    board_->addPanel({.title = tr("Changed by margin"), .tab = {}, .body = flipRate_, .header = {}},
                     {.column = 0, .row = 1, .cell = 1, .stretch = 6});
    board_->setSubtitle(flipRate_, tr("bands: 95 % intervals"));

    flips_ = new FlipTable(folder_);
    candidate_ = new QComboBox;
    candidate_->setProperty("small", true);
    candidate_->setAccessibleName(tr("Candidate of the changed answers"));
    candidate_->setPlaceholderText(tr("No result"));
    candidate_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    candidate_->setEnabled(false);
    connect(candidate_, &QComboBox::activated, this, &EvaluatePage::chooseCandidate);
    board_->addPanel({.title = tr("Changed answers"), .tab = {}, .body = flips_, .header = {candidate_}},
                     {.column = 1, .row = 0, .stretch = 1, .tabGroup = 1});
    board_->setColumnWidth(1, kFlipColumnLeast, kFlipColumn);
    board_->arrange(WidthClass::wide);
    charts_ = {rates_, spread_, flipRate_};
}

std::vector<Chart*> EvaluatePage::charts() const { return {charts_.begin(), charts_.end()}; }

void EvaluatePage::setWidthClass(WidthClass width) {
    const bool narrow = width == WidthClass::narrow;
    options_->setNarrow(narrow);
    board_->arrange(width);
}

QString EvaluatePage::finding() const { return finding_->text(); }

void EvaluatePage::showReport() {
    const auto& report = folder_.report();
    for (auto* chart : charts_) chart->setReport(report);
    showRates();
    candidateRuns_.clear();
    candidate_->clear();
    for (std::size_t run = 1; run < report->runs.size(); ++run) {
        const FormatEvaluation& one = report->runs[run];
        if (!one.ok()) continue;
        candidateRuns_.push_back(run);
        candidate_->addItem(QIcon(markerPixmap(lookOf(one.format), Theme::instance().formatColor(one.format), 12, 2)),
                            tr("%1: %2").arg(shortTitle(one.format), groupedText(one.flips)));
    }
    candidate_->setEnabled(candidateRuns_.size() > 1);
    // The one with the most changes has the most to see.
    const auto flipsOf = [&](std::size_t run) { return report->runs[run].flips; };
    const auto most = std::max_element(candidateRuns_.begin(), candidateRuns_.end(),
                                       [&](auto a, auto b) { return flipsOf(a) < flipsOf(b); });
    const auto index = candidateRuns_.empty() ? -1 : static_cast<int>(most - candidateRuns_.begin());
    candidate_->setCurrentIndex(index);
    chooseCandidate(index);
    showState();
}

/// Accuracy where classes are known, else agreement, which is always there to see.
void EvaluatePage::showRates() {
    const bool known = rates_->has(RateKind::top1);
    rateKind_->setEnabled(known);
    board_->setTitle(rates_, known ? tr("Accuracy") : tr("Agreement"));
    const auto& report = folder_.report();
    board_->setSubtitle(
        rates_, known || !report                ? tr("with 95 % intervals")
                : foreignTruths(*report) > 0    ? tr("the pictures' classes are not the model's, so there is no top-1")
                : report->model->labels.empty() ? tr("the model names no classes, so there is no top-1")
                                                : tr("the class of no picture is known, so there is no top-1"));
    RateKind kind = rates_->kind();
    if (!known) kind = RateKind::agreement;
    rates_->setKind(kind);
    rateKind_->setCurrent(
        static_cast<int>(std::find(std::begin(kRateKinds), std::end(kRateKinds), kind) - std::begin(kRateKinds)));
}

void EvaluatePage::chooseCandidate(int index) {
    const bool any = index >= 0 && static_cast<std::size_t>(index) < candidateRuns_.size();
    flips_->setReport(folder_.report(), any ? candidateRuns_[static_cast<std::size_t>(index)] : 0);
}

QString EvaluatePage::detailText() const {
    const auto& report = *folder_.report();
    QStringList parts;
    for (const auto& run : report.runs) {
        if (!run.ok()) {
            parts << tr("%1 did not run: %2").arg(formatTitle(run), QString::fromStdString(run.error->text()));
            continue;
        }
        QStringList facts;
        facts << (run.mode == RunMode::native ? tr("native") : tr("emulated"));
        if (run.top1) facts << tr("top-1 %1").arg(rateText(*run.top1));
        if (&run != &report.reference()) facts << tr("same answer %1").arg(rateText(run.agreement));
        if (run.ties > 0) facts << tr("a tie in %1").arg(groupedText(run.ties));
        if (run.notFinite > 0) facts << tr("NaN or ∞ in %1 pictures").arg(groupedText(run.notFinite));
        parts << tr("%1 %2").arg(formatTitle(run), facts.join(QStringLiteral(", ")));
    }
    QString text = parts.join(QStringLiteral("; ")) + QLatin1Char('.');
    if (!report.keep.empty()) {
        QStringList names;
        for (const auto& path : report.keep) names << QString::fromStdString(path);
        text +=
            tr(" %1: %2.").arg(keptModulesText(report.keep.size()), elidedMiddle(names.join(QStringLiteral(", ")), 90));
    }
    QStringList unknown;
    for (const auto& name : report.pictures->unknownClasses())
        unknown << QStringLiteral("“%1”").arg(QString::fromStdString(name));
    if (!unknown.isEmpty())
        text += tr(" The model has no class for %1: such pictures do not count in top-1 and top-5.")
                    .arg(elidedMiddle(unknown.join(QStringLiteral(", ")), 90));
    if (const auto foreign = foreignTruths(report); foreign > 0)
        text += tr(" The class of %1 pictures is by number and none of the model's %2: they do not count either.")
                    .arg(groupedText(foreign), groupedText(static_cast<std::int64_t>(report.classes)));
    return text;
}

void EvaluatePage::showState() {
    const auto& report = folder_.report();
    skipped_->setVisible(report && !report->skipped.empty());
    finding_->setVisible(report != nullptr);
    detail_->setVisible(report != nullptr);
    if (!report) return;
    skipped_->setText(tr("%1 skipped…").arg(groupedText(static_cast<std::int64_t>(report->skipped.size()))));
    const FormatEvaluation* most = nullptr;
    for (std::size_t i = 1; i < report->runs.size(); ++i)
        if (report->runs[i].ok() && (!most || report->runs[i].flips > most->flips)) most = &report->runs[i];
    const QString all = groupedText(static_cast<std::int64_t>(report->done.size()));
    QString text = most ? tr("%1 changes %2 of %3 answers").arg(formatTitle(*most), groupedText(most->flips), all)
                        : tr("%1 pictures evaluated").arg(all);
    if (report->partial) text += tr(" (partial)");
    finding_->setText(text);
    detail_->setText(detailText());
    board_->setBusyText(folder_.running() ? tr("computing") : folder_.stale() ? tr("not up to date") : QString());
}

void EvaluatePage::showSkipped() {
    const auto& report = folder_.report();
    DataTable table{.header = {tr("Picture"), tr("Why it was skipped")}, .rows = {}};
    for (const auto& picture : report->skipped)
        table.rows.push_back(
            {QString::fromStdString(report->pictures->name(picture.picture)), QString::fromStdString(picture.reason)});
    auto* dialog =
        new DataTableDialog(tr("Skipped pictures"), tr("These could not be read and count in no rate."), table, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

}  // namespace mantissa::ui
