#include "layers/plan_panel.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include "layers/layer_words.h"
#include "number_text.h"
#include "session/settings.h"
#include "widgets/card.h"
#include "widgets/elided_label.h"

namespace mantissa::ui {

PlanPanel::PlanPanel(Session& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      layers_(session.layers()),
      measure_(new QComboBox(this)),
      target_(new QDoubleSpinBox(this)),
      sweep_(new QPushButton(tr("Sweep"), this)),
      find_(new QPushButton(tr("Find plan"), this)),
      bar_(new QProgressBar(this)),
      result_(roleLabel({}, "secondary", this)),
      names_(new ElidedLabel(Qt::ElideRight, this)),
      use_(new QPushButton(tr("Keep these in FP32"), this)),
      cast_(new QPushButton(tr("Cast every layer again"), this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    measure_->addItems({tr("SQNR, dB"), tr("Margin")});
    measure_->setAccessibleName(tr("Target of the plan"));
    measure_->setToolTip(
        tr("SQNR of the logits, or the margin of FP32's answer over the best other class, in logits: below 0 the "
           "answer changes"));
    measure_->setCurrentIndex(session.settings().value(option::kPlanMeasure));
    target_->setAccessibleName(tr("Least value that will do"));
    target_->setDecimals(2);
    for (auto* button : {sweep_, find_, use_, cast_}) button->setProperty("small", true);
    sweep_->setToolTip(
        tr("Puts one layer after the other in the format, all others in FP32, and fills the column "
           "“Only this”"));
    find_->setToolTip(tr("Sweeps, then looks for the fewest layers to keep in FP32 that reach the target"));
    auto* row = new QHBoxLayout;
    row->setSpacing(6);
    row->addWidget(measure_);
    row->addWidget(target_, 1);
    row->addWidget(find_);
    row->addWidget(sweep_);
    layout->addLayout(row);
    bar_->setTextVisible(false);
    bar_->setFixedHeight(12);
    bar_->setAccessibleName(tr("Progress of the sweep"));
    layout->addWidget(bar_);
    result_->setWordWrap(true);
    layout->addWidget(result_);
    layout->addWidget(names_);
    auto* below = new QHBoxLayout;
    below->setSpacing(6);
    below->addWidget(use_);
    below->addWidget(cast_);
    below->addStretch(1);
    layout->addLayout(below);
    layout->addStretch(1);
    showMeasure();

    connect(measure_, &QComboBox::activated, this, [this](int index) {
        session_.settings().set(option::kPlanMeasure, index);
        showMeasure();
    });
    connect(target_, &QDoubleSpinBox::valueChanged, this, &PlanPanel::rememberTarget);
    connect(sweep_, &QPushButton::clicked, this, [this] { layers_.sweep(std::nullopt); });
    connect(find_, &QPushButton::clicked, this, [this] {
        if (layers_.sweeping())
            session_.cancel();
        else
            layers_.sweep(target());
    });
    connect(use_, &QPushButton::clicked, this, [this] {
        if (const auto report = layers_.sensitivity(); report && report->plan)
            layers_.keepOnly(tr("Keep the plan's layers in FP32"), report->plan->keep);
    });
    connect(cast_, &QPushButton::clicked, this, [this] { layers_.keepOnly(tr("Cast every layer again"), {}); });
    for (const auto signal : {&LayersSession::runningChanged, &LayersSession::sweepChanged,
                              &LayersSession::reportChanged, &LayersSession::formatChanged})
        connect(&layers_, signal, this, &PlanPanel::follow);
    connect(&session, &Session::choicesChanged, this, &PlanPanel::follow);
    connect(&session, &Session::imageChanged, this, &PlanPanel::follow);
    connect(&session, &Session::progress, this, &PlanPanel::showProgress);
    follow();
}

PlanTarget PlanPanel::target() const {
    return {.measure = static_cast<PlanTarget::Measure>(measure_->currentIndex()), .value = target_->value()};
}

void PlanPanel::showMeasure() {
    const bool sqnr = measure_->currentIndex() == 0;
    const auto& option = sqnr ? option::kPlanSqnr : option::kPlanMargin;
    const double value = session_.settings().value(option);
    target_->setRange(option.least, option.most);
    target_->setSingleStep(sqnr ? 1 : 0.05);
    target_->setSuffix(sqnr ? tr(" dB") : tr(" logits"));
    target_->setValue(value);
}

void PlanPanel::rememberTarget() {
    session_.settings().set(measure_->currentIndex() == 0 ? option::kPlanSqnr : option::kPlanMargin, target_->value());
}

QString PlanPanel::planText(const SensitivityReport& report) const {
    const MixedPlan& plan = *report.plan;
    const QString reached =
        tr("%1 dB, margin %2").arg(decibelText(plan.metrics.sqnrDb), valueText(plan.metrics.candidateMargin));
    if (!plan.met) return tr("Out of reach: with every layer in FP32 the logits have %1.").arg(reached);
    if (plan.keep.empty())
        return tr("No layer has to stay in FP32: %1 has %2.").arg(QString::fromStdString(report.format.title), reached);
    QString held;
    if (const auto& layers = layers_.report(); layers && layers->layers.front().parameters > 0) {
        const std::int64_t kept = ownParameters(*layers, plan.keep), all = layers->layers.front().parameters;
        const double share = 100 * static_cast<double>(kept) / static_cast<double>(all);
        held = tr(" They hold %1 of the %2 that the weights take in FP32 (%3 %).")
                   .arg(bytesText(4 * kept), bytesText(4 * all), fixedText(share, share < 10 ? 1 : 0));
    }
    return tr("%1 of %2 layers in FP32 reach %3, found in %4 runs.")
               .arg(plan.keep.size())
               .arg(report.layers.size())
               .arg(reached)
               .arg(plan.runs) +
           held;
}

QString PlanPanel::resultText() const { return result_->text(); }

void PlanPanel::follow() {
    const bool sweeping = layers_.sweeping();
    const auto report = layers_.sensitivity();
    const bool hasPlan = report && report->plan && !report->plan->keep.empty() && report->plan->met;
    bar_->setVisible(sweeping);
    find_->setText(sweeping ? tr("Cancel") : tr("Find plan"));
    find_->setEnabled(sweeping || layers_.canRun());
    sweep_->setEnabled(!sweeping && layers_.canRun());
    const auto& keep = session_.choices().keep;
    const bool used = hasPlan && keep == report->plan->keep;
    use_->setVisible(hasPlan && !sweeping);
    use_->setEnabled(!used);
    cast_->setVisible(!keep.empty());
    QStringList names;
    if (hasPlan)
        for (const auto& path : report->plan->keep) names << QString::fromStdString(path);
    names_->setVisible(hasPlan && !sweeping);
    names_->setText(names.join(QStringLiteral(", ")));
    names_->setFullText(names.join(QLatin1Char('\n')));
    if (sweeping) return;
    if (report && report->plan)
        result_->setText(planText(*report));
    else if (report)
        result_->setText(report->partial
                             ? tr("Cancelled after %1 layers; what is done is in the table.").arg(report->layers.size())
                             : tr("%1 layers tried one by one in %2 s.")
                                   .arg(report->layers.size())
                                   .arg(fixedText(report->seconds, report->seconds < 10 ? 2 : 0)));
    else
        result_->setText(tr("Which layers cost most? Sweep puts each alone in %1; a plan keeps the fewest in FP32 that "
                            "reach the target.")
                             .arg(QString::fromStdString(layers_.format().title)));
}

void PlanPanel::showProgress(const ProgressUpdate& update) {
    if (!layers_.sweeping()) return;
    bar_->setRange(0, static_cast<int>(update.total));
    bar_->setValue(static_cast<int>(update.done));
    const QString stage = QString::fromStdString(update.stage);
    result_->setText(update.total > 0 ? tr("%1 of %2: %3").arg(update.done).arg(update.total).arg(stage) : stage);
}

}  // namespace mantissa::ui
