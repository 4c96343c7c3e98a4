#pragma once

#include <filesystem>
#include <vector>

#include "charts/chart_export.h"
#include "study/compare.h"

namespace mantissa::ui {

/// Draws every chart of a comparison into `folder` (made if needed), without a window: charts of one candidate once for
/// each, as "differences-bf16.png". Makes an offscreen QApplication where there is none, so the command line can call
/// it without a display; call it from the main thread. Gives the files in the order in which they were written.
Result<std::vector<std::filesystem::path>> exportCharts(const CompareReport& report,
                                                        const std::filesystem::path& folder,
                                                        const ExportAllOptions& options);
/// As PNG, with a caption that says where the data come from.
Result<std::vector<std::filesystem::path>> exportCharts(const CompareReport& report,
                                                        const std::filesystem::path& folder);

}  // namespace mantissa::ui
