#pragma once

#include <QByteArray>
#include <QImage>
#include <QSize>
#include <QString>
#include <filesystem>
#include <stop_token>
#include <variant>

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

/// A chart as it was painted for a file. An SVG and a PDF are made by the painting; pixels are still to be encoded as
/// PNG, which takes ten times as long.
struct PaintedChart {
    std::filesystem::path path;
    std::variant<QImage, QByteArray> content;
};

/// Paints on the thread of the widgets; the kind follows the path's extension (.png, .svg, .pdf).
Result<PaintedChart> paintChart(const Chart& chart, const std::filesystem::path& path,
                                const ChartExportOptions& options);
/// Encodes and writes on any thread, whole or not at all; asked to stop, it writes nothing and says `cancelled`.
Status writeChart(const PaintedChart& painted, const std::stop_token& stop = {});
/// Both.
Status saveChart(const Chart& chart, const std::filesystem::path& path, const ChartExportOptions& options);

void copyChart(const Chart& chart, const ChartExportOptions& options);

}  // namespace mantissa::ui
