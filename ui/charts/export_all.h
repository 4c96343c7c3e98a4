#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "charts/chart_export.h"
#include "study/compare.h"

namespace mantissa::ui {

struct ExportAllOptions {
    QString suffix = QStringLiteral("png");
    ChartExportOptions chart{};  ///< of each chart: its own size, and its own caption where any are wanted
};

/// A chart that becomes a file when its turn comes.
struct ChartToWrite {
    std::filesystem::path path;
    /// On the thread of the widgets. Nothing where the chart turns out to have nothing to draw.
    std::function<Result<std::optional<PaintedChart>>()> paint;
};

/// This chart, which outlives what is returned, as it would be among all.
ChartToWrite amongAll(const Chart& chart, const std::filesystem::path& folder, const ExportAllOptions& options);
/// Every chart of a comparison: those of one candidate once for each, as "differences-bf16.png".
std::vector<ChartToWrite> chartsOf(const std::shared_ptr<const CompareReport>& report,
                                   const std::filesystem::path& folder, const ExportAllOptions& options);

/// A folder for them, where there is none.
Status makeFolder(const std::filesystem::path& folder);

/// Writes every chart of a comparison into `folder` (made if needed) as PNG, without a window, with a caption that says
/// where the data come from. Makes an offscreen QApplication where there is none, so the command line can call it
/// without a display; call it from the main thread. Gives the files in the order in which they were written.
Result<std::vector<std::filesystem::path>> exportCharts(const CompareReport& report,
                                                        const std::filesystem::path& folder);

}  // namespace mantissa::ui
