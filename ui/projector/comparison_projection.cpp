#include "projector/comparison_projection.h"

#include <qcustomplot.h>

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "charts/differences_chart.h"
#include "charts/logits_chart.h"
#include "charts/run_bars_chart.h"
#include "charts/top_classes_chart.h"
#include "compare/finding_card.h"
#include "compare/metric_table.h"
#include "compare/option_bar.h"
#include "compare/run_words.h"
#include "number_text.h"
#include "session/session.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/image_view.h"
#include "widgets/segmented_control.h"

namespace mantissa::ui {
namespace {

constexpr int kShownClasses = 3;  // more would be too small for the last row of a room
constexpr int kImageWidth = 168;  // px

/// A card without a title around `body`.
Card* cardAround(QWidget* body, QWidget* parent) {
    auto* card = new Card({}, parent);
    card->addBody(body);
    return card;
}

}  // namespace

ComparisonProjection::ComparisonProjection(Session& session, QWidget* parent) : Projection(parent), session_(session) {
    setProperty("role", "page");
    setAttribute(Qt::WA_StyledBackground);
    options_ = new OptionBar(session, this);
    options_->setNarrow(true);
    finding_ = new FindingCard(this);
    finding_->setProminent();
    question_ = roleLabel({}, "", this);
    question_->setFont(themeFont(FontRole::words, FindingCard::kProminentPixels, FontWeight::semibold));
    question_->setWordWrap(true);
    question_->setContentsMargins(12, 10, 12, 10);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(makeTop());
    auto* page = new QVBoxLayout;
    page->setContentsMargins(kPageMargin, 0, kPageMargin, 0);
    page->setSpacing(8);
    page->addWidget(options_);
    page->addWidget(finding_);
    page->addWidget(question_);
    auto* body = new QHBoxLayout;
    body->setSpacing(kCardGap);
    body->addWidget(makeImage());
    body->addWidget(makeViews(), 1);
    page->addLayout(body, 1);
    layout->addLayout(page, 1);
    layout->addWidget(makeFoot());

    connect(&session, &Session::compareReady, this, &ComparisonProjection::showReport);
    for (const auto signal : {&Session::modelChanged, &Session::imageChanged, &Session::staleChanged})
        connect(&session, signal, this, &ComparisonProjection::showNames);
    for (auto* chart : charts_) chart->refresh();
    if (session.report()) showReport();
    showNames();
    cover(false);
}

QWidget* ComparisonProjection::makeTop() {
    auto* bar = new QFrame(this);
    bar->setProperty("role", "toolbar");
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(kPageMargin, 6, kPageMargin, 6);
    row->setSpacing(8);
    modelName_ = roleLabel({}, "", bar);
    modelName_->setFont(themeFont(FontRole::words, kProjectionTitle, FontWeight::semibold));
    imageName_ = roleLabel({}, "caption", bar);
    tabs_ = new SegmentedControl(tr("View"), bar);
    tabs_->setSegments({{tr("1 Classes")}, {tr("2 Differences")}, {tr("3 Metrics")}, {tr("4 Memory")}});
    connect(tabs_, &SegmentedControl::chosen, this, &ComparisonProjection::showView);
    hide_ = new QPushButton(tr("Hide result, H"), bar);
    hide_->setCheckable(true);
    hide_->setToolTip(tr("Let the room predict first: new results stay covered until R"));
    connect(hide_, &QPushButton::toggled, this, &ComparisonProjection::setHidden);
    auto* leave = new QPushButton(tr("Leave, Esc"), bar);
    leave->setAccessibleName(tr("Leave projector mode"));
    connect(leave, &QPushButton::clicked, this, &ComparisonProjection::leaveRequested);
    row->addWidget(modelName_);
    row->addWidget(imageName_);
    row->addStretch(1);
    row->addWidget(tabs_);
    row->addWidget(hide_);
    row->addWidget(leave);
    return bar;
}

QWidget* ComparisonProjection::makeImage() {
    auto* body = new QWidget;
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    image_ = new ImageView(body);
    image_->setFixedHeight(kImageWidth - 26);
    imageText_ = roleLabel({}, "secondary", body);
    imageText_->setWordWrap(true);
    layout->addWidget(image_);
    layout->addWidget(imageText_);
    layout->addStretch(1);
    Card* card = cardAround(body, this);
    card->setFixedWidth(kImageWidth);
    return card;
}

QWidget* ComparisonProjection::makeViews() {
    auto* top = new TopClassesChart;
    top->setClassCount(kShownClasses);
    metrics_ = new MetricTable;
    auto* weights = new WeightBytesChart;
    views_ = new QStackedWidget;
    views_->addWidget(top);
    views_->addWidget(makeDifferences());
    views_->addWidget(metrics_);
    views_->addWidget(weights);
    charts_ = {top, differences_, logits_, weights};
    auto* waiting = roleLabel(tr("Press R to reveal"), "secondary");
    waiting->setAlignment(Qt::AlignCenter);
    covers_ = waiting;
    views_->addWidget(covers_);
    return cardAround(views_, this);
}

QWidget* ComparisonProjection::makeDifferences() {
    auto* body = new QWidget;
    auto* layout = new QVBoxLayout(body);
    layout->setContentsMargins(0, 0, 0, 0);
    candidate_ = new SegmentedControl(tr("Candidate"), body);
    connect(candidate_, &SegmentedControl::chosen, this, &ComparisonProjection::chooseCandidate);
    differences_ = new DifferencesChart(body);
    logits_ = new LogitsChart(body);
    auto* charts = new QHBoxLayout;
    charts->addWidget(differences_, 1);
    charts->addWidget(logits_, 1);
    layout->addWidget(candidate_);
    layout->addLayout(charts, 1);
    return body;
}

QWidget* ComparisonProjection::makeFoot() {
    auto* bar = new QFrame(this);
    bar->setProperty("role", "foot");
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(kPageMargin, 4, kPageMargin, 4);
    row->setSpacing(18);
    for (const auto& text : {tr("Next view: Page Down or Space"), tr("Previous: Page Up"),
                             tr("Formats on or off: Alt+1 to Alt+7"), tr("Reveal: R")})
        row->addWidget(roleLabel(text, "caption", bar));
    row->addStretch(1);
    row->addWidget(roleLabel(tr("CPU, %1").arg(threadsText(environment().threads)), "caption", bar));
    return bar;
}

void ComparisonProjection::showReport() {
    const auto& report = session_.report();
    finding_->setReport(report);
    metrics_->setReport(report);
    for (auto* chart : charts_) chart->setReport(report);
    candidateRuns_.clear();
    std::vector<SegmentedControl::Segment> segments;
    for (std::size_t run = 1; run < report->runs.size(); ++run) {
        if (!report->runs[run].ok()) continue;
        candidateRuns_.push_back(run);
        const Format& format = report->runs[run].format;
        segments.push_back({shortTitle(format),
                            QIcon(markerPixmap(lookOf(format), Theme::instance().formatColor(format), 12, 2)),
                            {}});
    }
    const int before = candidate_->current();
    candidate_->setSegments(segments);
    candidate_->setVisible(segments.size() > 1);
    if (!segments.empty()) chooseCandidate(std::clamp(before, 0, static_cast<int>(segments.size()) - 1));
    if (report->input) image_->setModelView(toQImage(report->input->view), report->input->cropInSource);
    showNames();
    cover(hides_);
}

void ComparisonProjection::chooseCandidate(int index) {
    candidate_->setCurrent(index);
    const std::size_t run = candidateRuns_[static_cast<std::size_t>(index)];
    differences_->setCandidate(run);
    logits_->setCandidate(run);
}

void ComparisonProjection::showNames() {
    modelName_->setText(session_.model() ? elidedMiddle(QString::fromStdString(session_.model()->name), 32)
                                         : tr("No model"));
    imageName_->setText(session_.image() ? elidedMiddle(QString::fromStdString(session_.image()->name), 24)
                                         : tr("No image"));
    const Preprocessing how = session_.preprocessing();
    imageText_->setText(tr("What the model sees: %1 × %2 pixels").arg(how.inputWidth()).arg(how.inputHeight()));
    finding_->setNote(session_.stale() ? tr("Press F5 to update.") : QString());
}

int ComparisonProjection::view() const { return tabs_->current(); }

void ComparisonProjection::showView(int index) {
    if (index < 0 || index >= kViews) return;
    tabs_->setCurrent(index);
    if (!covered_) views_->setCurrentIndex(index);
}

void ComparisonProjection::turn(int step) { showView(view() + step); }

void ComparisonProjection::setHidden(bool hidden) {
    hides_ = hidden;
    hide_->setChecked(hidden);
    cover(hidden);
}

void ComparisonProjection::reveal() { cover(false); }

void ComparisonProjection::cover(bool covered) {
    covered_ = covered && session_.report();
    if (covered_) {
        QStringList names;
        for (std::size_t run = 1; run < session_.report()->runs.size(); ++run)
            names << shortTitle(session_.report()->runs[run].format);
        const QString reference = titleOf(session_.report()->reference());
        const TopClass* answer = topOf(session_.report()->reference());
        question_->setText(!answer           ? tr("What will the formats answer?")
                           : names.isEmpty() ? tr("What will %1 answer?").arg(reference)
                                             : tr("%1 says “%2”. Will %3 say the same?")
                                                   .arg(reference, QString::fromStdString(answer->label),
                                                        names.join(QStringLiteral(", "))));
    }
    question_->setVisible(covered_);
    finding_->setVisible(!covered_);
    if (covered_)
        views_->setCurrentWidget(covers_);
    else
        views_->setCurrentIndex(view());
}

QString ComparisonProjection::question() const { return covered_ ? question_->text() : QString(); }

void ComparisonProjection::setPlotPixels(double ratio) {
    for (auto* chart : charts_) chart->setPlotPixels(ratio);
}

bool ComparisonProjection::takesKey(int key) {
    switch (key) {
        case Qt::Key_PageDown:
            turn(+1);
            return true;
        case Qt::Key_PageUp:
            turn(-1);
            return true;
        case Qt::Key_Space:
            if (focusWidget()) return false;
            turn(+1);
            return true;
        case Qt::Key_1:
        case Qt::Key_2:
        case Qt::Key_3:
        case Qt::Key_4:
            showView(key - Qt::Key_1);
            return true;
        case Qt::Key_H:
            setHidden(!hidesResults());
            return true;
        case Qt::Key_R:
            reveal();
            return true;
        case Qt::Key_F5:
            session_.run();
            return true;
        default:
            return false;
    }
}

}  // namespace mantissa::ui
