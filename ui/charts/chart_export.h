#pragma once

#include <QImage>
#include <QSize>
#include <QString>
#include <filesystem>
#include <vector>

#include "charts/chart_style.h"
#include "result.h"

namespace mantissa::ui {

class Chart;

enum class ExportTheme { light, dark, greyscale };

/// How a chart becomes a picture, whatever the screen's theme and size.
struct ChartExportOptions {
    QSize size{800, 480};  ///< of the whole picture, logical px: fonts and lines keep their proportion to it
    double scale = 2;      ///< PNG and clipboard only: pixels a logical px, 1 to 4
    int dpi = 192;         ///< PNG only: written into the file
    ExportTheme theme = ExportTheme::light;
    bool heading = true;  ///< finding (or title) and legend above the plot
    QString caption{};    ///< below the plot; empty for none
};

/// The size and theme that the chart has on screen, with heading.
ChartExportOptions screenExportOptions(const Chart& chart);

/// PNG pixels: options.size × options.scale.
QImage chartImage(const Chart& chart, const ChartExportOptions& options);

/// The file's bytes. `suffix` is "png", "svg" or "pdf".
Result<QByteArray> chartBytes(const Chart& chart, const QString& suffix, const ChartExportOptions& options);

/// Writes the picture whole or not at all; the kind follows the path's extension (.png, .svg, .pdf).
Status saveChart(const Chart& chart, const std::filesystem::path& path, const ChartExportOptions& options);

void copyChart(const Chart& chart, const ChartExportOptions& options);

/// Writes every chart that has something to draw as `<name>.<suffix>` into `folder`, which is made if needed. Gives the
/// files written; stops at the first that cannot be written.
struct ExportAllOptions {
    QString suffix = QStringLiteral("png");
    ChartExportOptions chart{};  ///< of each chart: its own size, and its own caption where any are wanted
};
Result<std::vector<std::filesystem::path>> saveCharts(const std::vector<Chart*>& charts,
                                                      const std::filesystem::path& folder,
                                                      const ExportAllOptions& options);

}  // namespace mantissa::ui
