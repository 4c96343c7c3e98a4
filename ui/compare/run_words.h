#pragma once

#include <QString>
#include <QStringList>
#include <optional>

#include "charts/painted_item.h"
#include "study/compare.h"
#include "study/verdict.h"
#include "widgets/badge.h"

namespace mantissa::ui {

/// The comparison of `report.runs[run]` with the reference; nothing for the reference itself and for runs that failed.
const Comparison* comparisonOf(const CompareReport& report, std::size_t run);

BadgeKind badgeOf(const CompareReport& report, std::size_t run);
BarFill fillOf(const FormatRun& run);

/// "BF16".
QString titleOf(const FormatRun& run);

/// The class the run puts first; nothing for failed runs and where an output is NaN.
const TopClass* topOf(const FormatRun& run);

/// Whether this candidate's first class is the reference's, alone: a tie is neither kept nor changed.
bool keepsAnswer(const CompareReport& report, std::size_t run);
/// The other classes that this candidate puts exactly level with the reference's answer: a tie. Empty where there is
/// none.
std::vector<std::size_t> tieOf(const CompareReport& report, std::size_t run);

/// One sentence over all candidates: "2 of 3 formats keep the answer, “tabby cat”"; for one candidate also how much
/// memory it takes.
QString findingOf(const CompareReport& report);
/// The quieter sentence below it.
QString findingDetailOf(const CompareReport& report);

/// Native candidates whose measured time is above kSlowFactor times the reference's, slowest first, as indices of runs.
std::vector<std::size_t> slowRuns(const CompareReport& report);

/// "46×", "1.6×": two significant digits, whole numbers from 10.
QString timesText(double factor);

/// "½ of FP32", "78 % of FP32", "as FP32".
QString shareText(std::int64_t part, std::int64_t whole, const QString& wholeName);

/// Name of a class by its index.
QString classLabel(const CompareReport& report, std::size_t index);

/// One line for the foot of exported charts: model, picture, formats with how they ran, version.
QString provenanceOf(const CompareReport& report);

}  // namespace mantissa::ui
