#include "pages/compare_page.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

#include "charts/differences_chart.h"
#include "charts/logits_chart.h"
#include "charts/run_bars_chart.h"
#include "charts/top_classes_chart.h"
#include "compare/finding_card.h"
#include "compare/metric_table.h"
#include "compare/model_facts.h"
#include "compare/option_bar.h"
#include "compare/preprocessing_dialog.h"
#include "compare/report_strips.h"
#include "compare/run_words.h"
#include "number_text.h"
#include "session/session.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/image_view.h"
#include "widgets/panel_board.h"
#include "widgets/segmented_control.h"

namespace mantissa::ui {
namespace {

constexpr int kImageColumn = 224, kImageColumnLeast = 196, kNumberColumn = 408, kNumberColumnLeast = 320;  // px
constexpr std::size_t kMostSegments = 4;  // candidates beyond this are chosen from a box
constexpr int kTopCounts[]{5, 10, 20};

}  // namespace

ComparePage::ComparePage(Session& session, QWidget* parent)
    : Page(session, parent),
      options_(new OptionBar(session, this)),
      strips_(new ReportStrips(session, this)),
      finding_(new FindingCard(this)),
      board_(new PanelBoard(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kCardGap);
    layout->addWidget(options_);
    layout->addWidget(strips_);
    layout->addWidget(finding_);
    layout->addWidget(board_, 1);

    makeChartPanels();
    makeNumberPanels();
    makeImagePanel();
    board_->setColumnWidth(0, kImageColumnLeast, kImageColumn);
    board_->setColumnWidth(2, kNumberColumnLeast, kNumberColumn);
    board_->arrange(width_);

    charts_ = {top_, differences_, logits_, latency_, weights_};
    for (auto* chart : charts_)
        connect(chart, &CompareChart::classChosen, this, [this](std::size_t index) {
            highlightClass(highlight_ == index ? std::nullopt : std::optional(index));
        });
    connect(strips_, &ReportStrips::preprocessingRequested, this, &ComparePage::editPreprocessing);
    connect(strips_, &ReportStrips::scalesRequested, this, &ComparePage::editScales);
    connect(&session, &Session::compareReady, this, &ComparePage::showReport);
    connect(&session, &Session::imageChanged, this, &ComparePage::showImage);
    connect(&session, &Session::modelChanged, this, &ComparePage::showState);
    connect(&session, &Session::choicesChanged, this, &ComparePage::showState);
    connect(&session, &Session::staleChanged, this, &ComparePage::showState);
    computing_.setSingleShot(true);
    computing_.setInterval(kComputingAfter);
    connect(&computing_, &QTimer::timeout, this, [this] {
        if (previousOwner().isEmpty()) board_->setBusyText(tr("computing"));
    });
    connect(&session, &Session::busyChanged, this, [this](bool busy) {
        finding_->setWaiting(busy);
        if (busy) return computing_.start();
        computing_.stop();
        showState();
    });
    connect(&Theme::instance(), &Theme::changed, this, &ComparePage::updateCandidateSwitch);
    for (auto* chart : charts_) chart->refresh();
    showState();
}

void ComparePage::makeImagePanel() {
    auto* body = new QWidget;
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    imageView_ = new ImageView(body);
    imageText_ = roleLabel({}, "caption", body);
    imageText_->setWordWrap(true);
    auto* edit = linkButton(tr("Preprocessing…"), body);
    edit->setToolTip(tr("How the picture becomes the model's input"));
    imageView_->setMaximumHeight(kImageColumn - 26);  // square in its card
    layout->addWidget(imageView_, 100);
    layout->addWidget(imageText_);
    layout->addWidget(edit, 0, Qt::AlignLeft);
    layout->addStretch(1);
    auto* mode = new SegmentedControl(tr("Image view"));
    mode->setSegments({{tr("Model view"), {}, tr("Exactly what the model sees")},
                       {tr("Full"), {}, tr("The whole picture, the model's crop outlined")}});
    connect(mode, &SegmentedControl::chosen, this, [this](int index) {
        imageView_->setMode(index == 0 ? ImageView::Mode::modelView : ImageView::Mode::full);
    });
    connect(edit, &QPushButton::clicked, this, &ComparePage::editPreprocessing);
    connect(imageView_, &ImageView::preprocessingRequested, this, &ComparePage::editPreprocessing);
    board_->addPanel({.title = tr("Image"), .tab = tr("Inputs"), .body = body, .header = {mode}, .result = false},
                     {.column = 0, .row = 0, .stretch = 0, .tabGroup = 1});
    model_ = new ModelFacts;
    board_->addPanel({.title = tr("Model"), .tab = tr("Inputs"), .body = model_, .header = {}, .result = false},
                     {.column = 0, .row = 1, .stretch = 1, .tabGroup = 1});
}

void ComparePage::makeChartPanels() {
    top_ = new TopClassesChart;
    topCount_ = new QComboBox;
    topCount_->setProperty("small", true);
    topCount_->setAccessibleName(tr("Number of classes"));
    for (const int count : kTopCounts) topCount_->addItem(tr("Top %1").arg(count));
    connect(topCount_, &QComboBox::currentIndexChanged, this,
            [this](int index) { top_->setClassCount(kTopCounts[index]); });
    board_->addPanel({.title = tr("Top classes"), .tab = {}, .body = top_, .header = {new LegendBar(top_), topCount_}},
                     {.column = 1, .row = 0, .cells = 2, .stretch = 8});

    candidate_ = new SegmentedControl(tr("Candidate of Differences and Logits"));
    connect(candidate_, &SegmentedControl::chosen, this,
            [this](int index) { chooseCandidate(switchRuns_[static_cast<std::size_t>(index)]); });
    candidateBox_ = new QComboBox;
    candidateBox_->setProperty("small", true);
    candidateBox_->setAccessibleName(tr("Candidate of Differences and Logits"));
    connect(candidateBox_, &QComboBox::activated, this,
            [this](int index) { chooseCandidate(switchRuns_[static_cast<std::size_t>(index)]); });
    auto* chooser = new QWidget;
    auto* chooserLayout = new QHBoxLayout(chooser);
    chooserLayout->setContentsMargins(0, 0, 0, 0);
    chooserLayout->setSpacing(8);
    chooserLayout->addWidget(candidate_);
    chooserLayout->addWidget(candidateBox_);
    differences_ = new DifferencesChart;
    logY_ = new QCheckBox(tr("Log"));
    connect(logY_, &QCheckBox::clicked, this,
            [this](bool on) { differences_->setCountScale(on ? CountScale::logarithmic : CountScale::linear); });
    connect(differences_, &Chart::redrawn, this, [this] {
        logY_->setChecked(differences_->logarithmic());
        sizes_->setChecked(differences_->sign() == DifferenceSign::absolute);
    });
    logY_->setToolTip(tr("Counts on a logarithmic axis"));
    sizes_ = new QCheckBox(tr("|Δ|"));
    sizes_->setToolTip(tr("Sizes of the differences, without their sign"));
    sizes_->setAccessibleName(tr("Sizes of the differences"));
    connect(sizes_, &QCheckBox::clicked, this,
            [this](bool on) { differences_->setSign(on ? DifferenceSign::absolute : DifferenceSign::signedDelta); });
    chooserLayout->insertWidget(0, logY_);
    chooserLayout->insertWidget(1, sizes_);
    board_->addPanel({.title = tr("Differences"), .tab = {}, .body = differences_, .header = {chooser}},
                     {.column = 1, .row = 1, .cell = 0, .stretch = 6});

    logits_ = new LogitsChart;
    logitView_ = new SegmentedControl(tr("Logit view"));
    connect(logitView_, &SegmentedControl::chosen, this,
            [this](int index) { logits_->setView(static_cast<LogitView>(index)); });
    board_->addPanel({.title = tr("Logits"), .tab = {}, .body = logits_, .header = {logitView_}},
                     {.column = 1, .row = 1, .cell = 1, .stretch = 6});
}

void ComparePage::makeNumberPanels() {
    metrics_ = new MetricTable;
    auto* copy = linkButton(tr("Copy table"));
    auto* menu = new QMenu(copy);
    metrics_->fillCopyMenu(*menu);
    copy->setMenu(menu);
    board_->addPanel({.title = tr("Metrics"), .tab = {}, .body = metrics_, .header = {copy}},
                     {.column = 2, .row = 0, .stretch = 10, .tabGroup = 1});
    latency_ = new LatencyChart;
    board_->addPanel({.title = tr("Latency"), .tab = {}, .body = latency_, .header = {}},
                     {.column = 2, .row = 1, .stretch = 4, .tabGroup = 1});
    weights_ = new WeightBytesChart;
    board_->addPanel({.title = tr("Memory"), .tab = {}, .body = weights_, .header = {}},
                     {.column = 2, .row = 2, .stretch = 4, .tabGroup = 1});
}

void ComparePage::highlightClass(std::optional<std::size_t> index) {
    highlight_ = index;
    for (auto* each : charts_) each->setHighlight(highlight_);
}

void ComparePage::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && highlight_ && !session().busy()) return highlightClass(std::nullopt);
    Page::keyPressEvent(event);
}

std::vector<Chart*> ComparePage::charts() const { return {charts_.begin(), charts_.end()}; }

void ComparePage::setWidthClass(WidthClass width) {
    width_ = width;
    const bool narrow = width == WidthClass::narrow;
    options_->setNarrow(narrow);
    finding_->setNarrow(narrow);
    board_->arrange(width);
    updateCandidateSwitch();
    showState();
}

void ComparePage::showReport() {
    const auto& report = session().report();
    highlight_.reset();
    finding_->setReport(report);
    metrics_->setReport(report);
    for (auto* chart : charts_) chart->setReport(report);
    // Many outputs: counts span decades. Few: sizes read better than signs. Both stand in the chart's menu as well.
    logY_->setVisible(!logits_->byClass());
    sizes_->setVisible(logits_->byClass());
    logitView_->setSegments(
        {logits_->byClass() ? SegmentedControl::Segment{tr("Δ by class"), {}, tr("The difference of each output")}
                            : SegmentedControl::Segment{tr("Δ"), {}, tr("Differences against the reference's logit")},
         {tr("Scatter"), {}, tr("Candidate's logits against the reference's")},
         {tr("Paired"), {}, tr("All formats side by side, first classes first")}});
    logitView_->setCurrent(static_cast<int>(logits_->view()));
    const bool emulated = std::any_of(report->runs.begin(), report->runs.end(),
                                      [](const FormatRun& run) { return run.ok() && run.mode == RunMode::emulated; });
    board_->setSubtitle(top_, emulated ? tr("hatched: emulated")
                                       : tr("top %1 of %2").arg(top_->classCount()).arg(titleOf(report->reference())));
    board_->setSubtitle(latency_, latency_->subtitle());
    board_->setSubtitle(weights_, weights_->subtitle());
    if (report->input) imageView_->setModelView(toQImage(report->input->view), report->input->cropInSource);
    updateCandidateSwitch();
    strips_->setReport(report);
    showState();
}

void ComparePage::showImage() {
    const auto& image = session().image();
    if (image) imageView_->setSource(toQImage(image->rgb));
    showState();
}

void ComparePage::updateCandidateSwitch() {
    const auto& report = session().report();
    if (!report) return;
    switchRuns_.clear();
    std::vector<SegmentedControl::Segment> segments;
    for (std::size_t run = 1; run < report->runs.size(); ++run) {
        if (!report->runs[run].ok()) continue;
        const Format& format = report->runs[run].format;
        switchRuns_.push_back(run);
        segments.push_back({{},
                            QIcon(markerPixmap(lookOf(format), Theme::instance().formatColor(format), 12, 2)),
                            QString::fromStdString(format.title)});
    }
    const int before = candidate_->current();
    candidate_->setSegments(segments);
    candidate_->setCurrent(std::clamp(before, 0, std::max(0, candidate_->count() - 1)));
    candidateBox_->clear();
    for (std::size_t i = 0; i < segments.size(); ++i)
        candidateBox_->addItem(segments[i].icon, shortTitle(report->runs[switchRuns_[i]].format));
    // With one candidate there is nothing to choose.
    const bool few = segments.size() <= kMostSegments;
    candidate_->setVisible(segments.size() > 1 && few);
    candidateBox_->setVisible(!few);
    if (!switchRuns_.empty())
        chooseCandidate(switchRuns_[static_cast<std::size_t>(std::max(0, candidate_->current()))]);
}

void ComparePage::chooseCandidate(std::size_t run) {
    const auto place = std::find(switchRuns_.begin(), switchRuns_.end(), run) - switchRuns_.begin();
    candidate_->setCurrent(static_cast<int>(place));
    candidateBox_->setCurrentIndex(static_cast<int>(place));
    differences_->setCandidate(run);
    logits_->setCandidate(run);
}

void ComparePage::showState() {
    const auto& report = session().report();
    const Preprocessing now = session().preprocessing();
    const bool sameModel = report && report->model == session().model();
    model_->setModel(session().model(), now, sameModel ? report->reference().logits.size() : 0);
    if (const auto& image = session().image())
        imageText_->setText(tr("%1, %2 × %3 px\n%4")
                                .arg(elidedMiddle(QString::fromStdString(image->name), 28),
                                     QString::number(image->rgb.width), QString::number(image->rgb.height),
                                     session().model() ? preprocessingText(now) : QString()));
    else
        imageText_->setText(tr("No image yet"));

    const QString owner = previousOwner();
    finding_->setPrevious(owner);
    board_->setDimmed(!owner.isEmpty());
    finding_->setNote(session().stale() ? tr("Press Run (F5) to update.")
                      : owner.isEmpty() ? QString()
                                        : tr("The result for what is chosen now is on its way."));
    if (!owner.isEmpty())
        board_->setBusyText(tr("of %1").arg(elidedMiddle(owner, 24)));
    else if (!session().busy())
        board_->setBusyText(session().stale() ? tr("not up to date") : QString());
}

/// The model, or picture, that the results shown belong to where it is no longer the one chosen; else empty.
QString ComparePage::previousOwner() const {
    const auto& report = session().report();
    if (!report) return {};
    if (report->model != session().model()) return QString::fromStdString(report->model->name);
    const auto& image = session().image();
    if (report->image && image && report->image->sha256 != image->sha256)
        return QString::fromStdString(report->image->name);
    return {};
}

void ComparePage::editCustomFormat() { options_->editCustomFormat(); }

void ComparePage::editScales() { options_->editScales(); }

void ComparePage::editPreprocessing() {
    if (!session().model()) return;
    auto* dialog = new PreprocessingDialog(session().preprocessing(), *session().model(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        if (dialog->remembers()) return session().rememberInput(dialog->remembered());
        if (dialog->forgets()) return session().forgetInput();
        Choices choices = session().choices();
        const Preprocessing wanted = dialog->value();
        if (wanted == session().model()->preprocessing)
            choices.preprocessing.reset();
        else
            choices.preprocessing = wanted;
        session().choose(tr("Change preprocessing"), choices);
    });
    dialog->open();
}

}  // namespace mantissa::ui
