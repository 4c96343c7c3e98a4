#include "compare/report_strips.h"

#include <QVBoxLayout>

#include "compare/preprocessing_dialog.h"
#include "compare/run_words.h"
#include "module_words.h"
#include "number_text.h"
#include "session/layers_session.h"
#include "session/session.h"
#include "widgets/card.h"
#include "widgets/clear_layout.h"
#include "widgets/strip.h"

namespace mantissa::ui {

ReportStrips::ReportStrips(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), layout_(new QVBoxLayout(this)) {
    layout_->setContentsMargins(0, 0, 0, 0);
    layout_->setSpacing(6);
    hide();
}

void ReportStrips::setReport(const CompareReportPtr& report) {
    clearLayout(*layout_);
    showAssumed(*report);
    showKept(*report);
    showScales(*report);
    showSlow(*report);
    setVisible(layout_->count() > 0);
}

void ReportStrips::add(Strip* strip) {
    layout_->addWidget(strip);
    // Without any, nothing is to stand between the options and the finding.
    connect(strip, &Strip::closed, this, [this, strip] {
        layout_->removeWidget(strip);
        strip->deleteLater();
        setVisible(layout_->count() > 0);
    });
}

/// A model that does not say how pictures are made ready gets sensible values, which may be the wrong ones.
void ReportStrips::showAssumed(const CompareReport& report) {
    if (report.preprocessing.fromFile || report.preprocessing != report.model->preprocessing) return;
    if (report.model->sha256 == closedAssumed_) return;
    auto* strip = new Strip(Strip::Kind::info, this);
    strip->setText(tr("How the picture is made ready was assumed:"),
                   tr("%1. The model does not say it; other values may give other answers.")
                       .arg(preprocessingText(report.preprocessing)));
    strip->addAction(tr("Preprocessing…"), [this] { emit preprocessingRequested(); });
    connect(strip, &Strip::closed, this, [this, sha = report.model->sha256] { closedAssumed_ = sha; });
    add(strip);
}

/// What is not cast at all, because the user keeps it.
void ReportStrips::showKept(const CompareReport& report) {
    if (report.keep.empty() || report.keep == closedKept_) return;
    QStringList names;
    for (const auto& path : report.keep) names << QString::fromStdString(path);
    auto* strip = new Strip(Strip::Kind::info, this);
    strip->setText(keptModulesText(report.keep.size()) + QLatin1Char(':'),
                   elidedMiddle(names.join(QStringLiteral(", ")), 90));
    strip->setToolTip(plainToolTip(names.join(QLatin1Char('\n'))));
    strip->addAction(tr("Cast every layer again"),
                     [this] { session_.layers().keepOnly(tr("Cast every layer again"), {}); });
    connect(strip, &Strip::closed, this, [this, kept = report.keep] { closedKept_ = kept; });
    add(strip);
}

/// Scales that are not the usual ones, which change what emulated formats give.
void ReportStrips::showScales(const CompareReport& report) {
    const auto words = scaleWords(report.scales);
    if (words.empty() || words == closedScales_) return;
    auto* strip = new Strip(Strip::Kind::info, this);
    strip->setText(tr("Scales of emulated formats:"), QString::fromStdString(words));
    strip->addAction(tr("Change…"), [this] { emit scalesRequested(); });
    strip->addAction(tr("Usual scales"), [this] {
        Choices choices = session_.choices();
        choices.scales = {};
        session_.choose(tr("Use the usual scales"), choices);
    });
    connect(strip, &Strip::closed, this, [this, words] { closedScales_ = words; });
    add(strip);
}

/// One line for all of them: cautions must not push the charts away.
void ReportStrips::showSlow(const CompareReport& report) {
    std::vector<Format> slow;
    QStringList names, times, factors, measured;
    for (const auto index : slowRuns(report)) {
        const FormatRun& run = report.runs[index];
        if (closedSlow_.contains(run.format.name)) continue;
        slow.push_back(run.format);
        names << titleOf(run);
        times << millisecondsText(run.latency->median);
        factors << timesText(*comparisonOf(report, index)->slowdown);
        measured << tr("%1 runs of %2").arg(QString::number(run.latency->runs), titleOf(run));
    }
    if (slow.empty()) return;
    const QString joiner = tr(" and ");
    auto* strip = new Strip(Strip::Kind::caution, this);
    strip->setText(
        (slow.size() == 1 ? tr("%1 is slow on this CPU:") : tr("%1 are slow on this CPU:")).arg(names.join(joiner)),
        tr("%1 ms per image, %2 slower than %3. The values are correct. The time says nothing about a GPU.")
            .arg(times.join(joiner), factors.join(joiner), titleOf(report.reference())));
    strip->setToolTip(tr("Measured here after a warm-up: the median of %1 against %2 ms in %3.")
                          .arg(measured.join(joiner), millisecondsText(report.reference().latency->median),
                               titleOf(report.reference())));
    strip->addAction(slow.size() == 1 ? tr("Use emulated %1").arg(names.front()) : tr("Use emulation"),
                     [this, slow] { useEmulated(slow); });
    connect(strip, &Strip::closed, this, [this, slow] {
        for (const auto& format : slow) closedSlow_.insert(format.name);
    });
    add(strip);
}

void ReportStrips::useEmulated(const std::vector<Format>& formats) {
    Choices choices = session_.choices();
    choices.emulated.insert(choices.emulated.end(), formats.begin(), formats.end());
    QStringList names;
    for (const auto& format : formats) names << QString::fromStdString(format.title);
    session_.choose(tr("Use emulated %1").arg(names.join(QStringLiteral(", "))), choices);
}

}  // namespace mantissa::ui
