#include "compare/run_words.h"

#include <QObject>
#include <algorithm>
#include <cmath>

#include "module_words.h"
#include "number_text.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

QString quoted(const std::string& label) {
    // "class 4" is our own word for an output without a name; only names are quoted.
    const QString text = QString::fromStdString(label);
    return text.startsWith(QLatin1String("class ")) ? text : QStringLiteral("“%1”").arg(text);
}

QString firstName(const TopClass& top) { return quoted(top.label); }

std::vector<std::size_t> ranCandidates(const CompareReport& report) {
    std::vector<std::size_t> found;
    for (std::size_t i = 1; i < report.runs.size(); ++i)
        if (report.runs[i].ok()) found.push_back(i);
    return found;
}

/// "with half the memory", "with a quarter of the memory"; empty where the weights do not shrink to such a part.
QString memoryPart(const CompareReport& report, std::size_t run) {
    const double whole = static_cast<double>(report.reference().memory.weightBytes);
    const double part = static_cast<double>(report.runs[run].memory.weightBytes);
    if (!(whole > 0)) return {};
    const double share = part / whole;
    if (std::abs(share - 0.5) < 0.005) return QObject::tr(", with half the memory");
    if (std::abs(share - 0.25) < 0.005) return QObject::tr(", with a quarter of the memory");
    return {};
}

/// "“dog”", "2 other classes": what a candidate puts level with the answer; empty where it is no tie.
QString tieWords(const CompareReport& report, std::size_t run) {
    const auto level = tieOf(report, run);
    if (level.empty()) return {};
    return level.size() == 1 ? quoted(classLabel(report, level.front()).toStdString())
                             : QObject::tr("%1 other classes").arg(level.size());
}

QString singleFinding(const CompareReport& report, std::size_t run, const TopClass& answer) {
    const FormatRun& candidate = report.runs[run];
    const QString name = titleOf(candidate);
    if (const QString tie = tieWords(report, run); !tie.isEmpty())
        return QObject::tr("%1 makes the answer a tie, %2 with %3").arg(name, firstName(answer), tie);
    if (keepsAnswer(report, run))
        return QObject::tr("%1 keeps the answer, %2%3").arg(name, firstName(answer), memoryPart(report, run));
    const TopClass* other = topOf(candidate);
    if (!other) return QObject::tr("%1 gives no answer: its outputs are not numbers").arg(name);
    return QObject::tr("%1 changes the answer from %2 to %3").arg(name, firstName(answer), firstName(*other));
}

}  // namespace

const Comparison* comparisonOf(const CompareReport& report, std::size_t run) {
    const auto found = std::find_if(report.comparisons.begin(), report.comparisons.end(),
                                    [run](const Comparison& one) { return one.candidate == run; });
    return found == report.comparisons.end() ? nullptr : &*found;
}

BadgeKind badgeOf(const CompareReport& report, std::size_t run) {
    const FormatRun& one = report.runs[run];
    if (!one.ok()) return BadgeKind::error;
    if (one.mode == RunMode::emulated) return BadgeKind::emulated;
    const Comparison* comparison = comparisonOf(report, run);
    return comparison && comparison->slowdown.value_or(0) > kSlowFactor ? BadgeKind::nativeSlow : BadgeKind::native;
}

BarFill fillOf(const FormatRun& run) { return run.mode == RunMode::emulated ? BarFill::hatched : BarFill::solid; }

QString titleOf(const FormatRun& run) { return QString::fromStdString(run.format.title); }

const TopClass* topOf(const FormatRun& run) {
    if (!run.ok() || run.top.empty() || run.nans > 0) return nullptr;
    return &run.top.front();
}

bool keepsAnswer(const CompareReport& report, std::size_t run) {
    const Comparison* comparison = comparisonOf(report, run);
    return comparison && outcomeOf(report, *comparison) == AnswerOutcome::kept;
}

std::vector<std::size_t> tieOf(const CompareReport& report, std::size_t run) {
    const Comparison* comparison = comparisonOf(report, run);
    return comparison ? tiedWithAnswer(report, *comparison) : std::vector<std::size_t>();
}

QString findingOf(const CompareReport& report) {
    const TopClass* answer = topOf(report.reference());
    if (!answer) return QObject::tr("%1 gives no answer: its outputs are not numbers").arg(titleOf(report.reference()));
    const auto ran = ranCandidates(report);
    if (ran.empty()) {
        const QString base = QObject::tr("%1 says %2").arg(titleOf(report.reference()), firstName(*answer));
        return report.runs.size() > 1 ? base + QObject::tr("; no candidate ran") : base;
    }
    if (report.runs.size() == 2) return singleFinding(report, ran.front(), *answer);
    const auto keeping =
        std::count_if(ran.begin(), ran.end(), [&](std::size_t run) { return keepsAnswer(report, run); });
    if (keeping == 2 && report.runs.size() == 3)
        return QObject::tr("Both formats keep the answer, %1").arg(firstName(*answer));
    if (keeping == static_cast<std::ptrdiff_t>(report.runs.size()) - 1)
        return QObject::tr("All %1 formats keep the answer, %2").arg(QString::number(keeping), firstName(*answer));
    return QObject::tr("%1 of %2 formats keep the answer, %3")
        .arg(QString::number(keeping), QString::number(report.runs.size() - 1), firstName(*answer));
}

QString findingDetailOf(const CompareReport& report) {
    const TopClass* answer = topOf(report.reference());
    if (!answer) return {};
    const QString reference = titleOf(report.reference());
    QStringList sentences;
    const auto ran = ranCandidates(report);
    if (report.runs.size() == 2 && ran.size() == 1) {
        const ErrorMetrics& metrics =
            comparisonOf(report, ran.front()) ? comparisonOf(report, ran.front())->metrics : ErrorMetrics{};
        if (metrics.excluded == metrics.count)
            sentences << QObject::tr("None of its %1 outputs can be compared with those of %2.")
                             .arg(groupedText(static_cast<std::int64_t>(metrics.count)), reference);
        else if (metrics.maxAbs == 0 && metrics.excluded == 0)
            sentences << QObject::tr("Its %1 outputs are those of %2, bit for bit in value.")
                             .arg(groupedText(static_cast<std::int64_t>(metrics.count)), reference);
        else
            sentences << QObject::tr("Its %1 outputs differ from %2 by %3 on average and %4 at most.")
                             .arg(groupedText(static_cast<std::int64_t>(metrics.count - metrics.excluded)), reference,
                                  valueText(metrics.meanAbs), valueText(metrics.maxAbs));
    } else {
        sentences << QObject::tr("%1 gives it %2.").arg(reference, valueText(answer->probability));
    }
    for (std::size_t i = 1; i < report.runs.size(); ++i) {
        const FormatRun& run = report.runs[i];
        if (!run.ok())
            sentences << QObject::tr("%1 did not run: %2.").arg(titleOf(run), QString::fromStdString(run.error->text()));
        else if (run.nans + run.infinities > 0)
            sentences << QObject::tr("%1 of %2's outputs are NaN or infinite.")
                             .arg(groupedText(static_cast<std::int64_t>(run.nans + run.infinities)), titleOf(run));
        else if (const QString tie = tieWords(report, i); !tie.isEmpty() && report.runs.size() > 2)
            sentences << QObject::tr("%1 puts it level with %2: a tie.").arg(titleOf(run), tie);
        else if (!keepsAnswer(report, i) && report.runs.size() > 2 && topOf(run))
            sentences << QObject::tr("%1 changes the answer to %2.").arg(titleOf(run), firstName(*topOf(run)));
    }
    if (report.partial) sentences << QObject::tr("Cancelled: this is part of what was asked.");
    return sentences.join(' ');
}

std::vector<std::size_t> slowRuns(const CompareReport& report) {
    std::vector<std::size_t> slow;
    for (std::size_t i = 1; i < report.runs.size(); ++i)
        if (badgeOf(report, i) == BadgeKind::nativeSlow) slow.push_back(i);
    std::sort(slow.begin(), slow.end(), [&](std::size_t a, std::size_t b) {
        return *comparisonOf(report, a)->slowdown > *comparisonOf(report, b)->slowdown;
    });
    return slow;
}

QString timesText(double factor) {
    return fixedText(factor, factor >= 10 ? 0 : factor >= 1.1 ? 1 : 2) + QStringLiteral("×");
}

QString shareText(std::int64_t part, std::int64_t whole, const QString& wholeName) {
    if (whole <= 0) return {};
    const double share = static_cast<double>(part) / static_cast<double>(whole);
    const auto near = [share](double value) { return std::abs(share - value) < 0.005 * value; };
    if (near(1)) return QObject::tr("as %1").arg(wholeName);
    if (near(0.5)) return QObject::tr("½ of %1").arg(wholeName);
    if (near(0.25)) return QObject::tr("¼ of %1").arg(wholeName);
    if (near(2)) return QObject::tr("2× %1").arg(wholeName);
    return QObject::tr("%1 % of %2").arg(fixedText(100 * share, 0), wholeName);
}

QString classLabel(const CompareReport& report, std::size_t index) {
    return report.model ? QString::fromStdString(report.model->label(index)) : QObject::tr("class %1").arg(index);
}

QString provenanceOf(const CompareReport& report) {
    QStringList parts;
    if (report.model) parts << QString::fromStdString(report.model->name);
    if (report.image) parts << QString::fromStdString(report.image->name);
    if (report.tensor) parts << QString::fromStdString(report.tensor->tensor);
    QStringList formats;
    for (const auto& run : report.runs)
        if (run.ok())
            formats << titleOf(run) +
                           (run.mode == RunMode::emulated ? QObject::tr(" emulated") : QObject::tr(" native"));
    parts << formats.join(QStringLiteral(", "));
    if (const auto scales = scaleWords(report.scales); !scales.empty())
        parts << QObject::tr("emulated: %1").arg(QString::fromStdString(scales));
    if (!report.keep.empty()) parts << QObject::tr("%1 in FP32").arg(modulesText(report.keep.size()));
    parts << QStringLiteral("Mantissa ") + QString::fromStdString(report.environment.mantissa) +
                 QStringLiteral(", LibTorch ") + QString::fromStdString(report.environment.libtorch);
    return parts.join(QStringLiteral(" · "));
}

}  // namespace mantissa::ui
