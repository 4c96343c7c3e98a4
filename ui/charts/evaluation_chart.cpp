#include "charts/evaluation_chart.h"

#include <cmath>
#include <utility>

#include "module_words.h"
#include "number_text.h"

namespace mantissa::ui {

void EvaluationChart::setReport(std::shared_ptr<const EvaluateReport> report) {
    report_ = std::move(report);
    refresh();
}

QString EvaluationChart::emptyText() const {
    return report_ ? QString() : tr("No result yet. Choose a folder of pictures and press Run.");
}

QString EvaluationChart::provenance() const {
    if (!report_) return {};
    const auto folder = report_->pictures->path();
    const auto name = folder.filename().empty() ? folder.parent_path().filename() : folder.filename();
    QStringList formats;
    for (const auto& run : report_->runs)
        if (run.ok())
            formats << tr("%1 %2").arg(QString::fromStdString(run.format.title),
                                       run.mode == RunMode::native ? tr("native") : tr("emulated"));
    QStringList parts{
        QString::fromStdString(report_->model->name),
        tr("%1, %2 pictures")
            .arg(QString::fromStdString(name.string()), groupedText(static_cast<std::int64_t>(report_->done.size()))),
        formats.join(QStringLiteral(", "))};
    if (!report_->keep.empty()) parts << tr("%1 in FP32").arg(modulesText(report_->keep.size()));
    if (const auto scales = scaleWords(report_->scales); !scales.empty())
        parts << tr("emulated: %1").arg(QString::fromStdString(scales));
    parts << QStringLiteral("Mantissa ") + QString::fromStdString(report_->environment.mantissa) +
                 QStringLiteral(", LibTorch ") + QString::fromStdString(report_->environment.libtorch);
    return parts.join(QStringLiteral(" · "));
}

std::vector<const FormatEvaluation*> EvaluationChart::candidates() const {
    std::vector<const FormatEvaluation*> runs;
    if (report_)
        for (std::size_t i = 1; i < report_->runs.size(); ++i)
            if (report_->runs[i].ok()) runs.push_back(&report_->runs[i]);
    return runs;
}

QString EvaluationChart::candidatesEmptyText() const {
    if (!report_) return EvaluationChart::emptyText();
    if (report_->runs.size() < 2) return tr("No format to compare with was chosen. Turn on BF16 and run again.");
    return candidates().empty() ? tr("None of the formats ran.") : QString();
}

std::vector<LegendEntry> EvaluationChart::legend() const {
    std::vector<LegendEntry> entries;
    for (const auto* run : candidates()) entries.push_back(legendOf(run->format));
    return entries;
}

QString percentText(double share) {
    if (std::isnan(share)) return QStringLiteral("—");
    // Two decimals where one would make nearly all look like all.
    const double percent = 100 * share;
    const bool nearAnEnd = (percent > 99 && percent < 100) || (percent > 0 && percent < 1);
    return fixedText(percent, nearAnEnd ? 2 : 1) + QStringLiteral(" %");
}

QString rateText(const Rate& rate) {
    const QString value = percentText(rate.value);
    return QObject::tr("%1 (%2 to %3)").arg(value, percentText(rate.low).chopped(2), percentText(rate.high).chopped(2));
}

}  // namespace mantissa::ui
