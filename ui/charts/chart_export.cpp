#include "charts/chart_export.h"

#include <qcustomplot.h>

#include <QBuffer>
#include <QClipboard>
#include <QFontMetricsF>
#include <QGuiApplication>
#include <QPageSize>
#include <QPdfWriter>
#include <QSvgGenerator>
#include <algorithm>
#include <cmath>
#include <utility>

#include "charts/chart.h"
#include "charts/legend.h"
#include "charts/painted_item.h"
#include "storage/atomic_file.h"

namespace mantissa::ui {
namespace {

constexpr double kMargin = 14;

ChartStyle styleOf(const ChartExportOptions& options, QSize plot) {
    const Scheme scheme = options.theme == ExportTheme::dark ? Scheme::dark : Scheme::light;
    return chartStyle(scheme, options.theme == ExportTheme::greyscale ? Ink::greyscale : Ink::color, plot);
}

/// `text` in lines no wider than `width`, painted from (left, top) down; gives the height used.
double paintWrapped(QPainter& painter, QRectF area, const QString& text, const QFont& font, const QColor& color) {
    const QFontMetricsF metrics(font);
    QString line;
    double y = area.top();
    const auto flush = [&] {
        if (line.isEmpty()) return;
        paintText(painter, {area.left(), y}, Qt::AlignLeft | Qt::AlignTop, line, font, color);
        y += metrics.height();
        line.clear();
    };
    for (const auto& word : text.split(' ', Qt::SkipEmptyParts)) {
        const QString longer = line.isEmpty() ? word : line + ' ' + word;
        if (metrics.horizontalAdvance(longer) > area.width()) flush();
        line = line.isEmpty() ? word : line + ' ' + word;
    }
    flush();
    return y - area.top();
}

/// Heading, plot and caption, in logical px of `options.size`. `painter` is a QCPPainter because the plot asks for one.
void paintPicture(const Chart& chart, QCPPainter& painter, const ChartExportOptions& options) {
    const ChartStyle style = styleOf(options, options.size);
    const QSizeF size(options.size);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(QRectF(QPointF(0, 0), size), style.tokens.card);
    double top = kMargin, bottom = size.height() - kMargin;
    if (options.heading) {
        const QString heading = chart.finding().isEmpty() ? chart.title() : chart.finding();
        const QFont font = themeFont(FontRole::words, 15, FontWeight::semibold);
        top += paintWrapped(painter, QRectF(kMargin, top, size.width() - 2 * kMargin, size.height()), heading, font,
                            style.tokens.text1);
        if (const auto legend = chart.legend(); !legend.empty()) {
            paintLegend(painter, QRectF(kMargin, top + 2, size.width() - 2 * kMargin, 22), legend, style);
            top += 24;
        }
        top += 4;
    }
    if (!options.caption.isEmpty()) {
        const QFont font = style.axisFont();
        const double width = size.width() - 2 * kMargin;
        const QRectF area =
            QFontMetricsF(font).boundingRect(QRectF(0, 0, width, size.height()), Qt::TextWordWrap, options.caption);
        bottom -= area.height() + 2;
        paintWrapped(painter, QRectF(kMargin, bottom + 4, width, area.height() + 8), options.caption, font,
                     style.tokens.text3);
        bottom -= 4;
    }
    const QSize plotSize(static_cast<int>(size.width() - 2 * kMargin), std::max(40, static_cast<int>(bottom - top)));
    QCustomPlot plot;
    plot.setViewport(QRect(QPoint(0, 0), plotSize));
    chart.draw(plot, styleOf(options, plotSize));
    painter.translate(kMargin, top);
    plot.toPainter(&painter, plotSize.width(), plotSize.height());
}

Error notWritten(const std::string& what) { return {.code = ErrorCode::internal, .message = what}; }

Result<QByteArray> encoded(const PaintedChart& painted) {
    if (const auto* bytes = std::get_if<QByteArray>(&painted.content)) return *bytes;
    QByteArray bytes;
    QBuffer buffer(&bytes);
    if (!std::get<QImage>(painted.content).save(&buffer, "PNG"))
        return notWritten("the picture could not be encoded as PNG");
    return bytes;
}

Result<QByteArray> svgBytes(const Chart& chart, const ChartExportOptions& options) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(96);
    generator.setSize(options.size);
    generator.setViewBox(QRect(QPoint(0, 0), options.size));
    generator.setTitle(chart.title());
    generator.setDescription(chart.finding());
    QCPPainter painter;
    if (!painter.begin(&generator)) return notWritten("the SVG could not be begun");
    painter.setModes(QCPPainter::pmVectorized | QCPPainter::pmNoCaching);
    paintPicture(chart, painter, options);
    painter.end();
    return bytes;
}

Result<QByteArray> pdfBytes(const Chart& chart, const ChartExportOptions& options) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    // One logical px is 1/96 inch, as on screen and in SVG; the writer's own resolution only sets the grid of its
    // coordinates.
    constexpr double kPixelsAnInch = 96;
    writer.setResolution(1200);
    writer.setPageSize(QPageSize(QSizeF(options.size) / kPixelsAnInch, QPageSize::Inch, {}, QPageSize::ExactMatch));
    writer.setPageMargins(QMarginsF(0, 0, 0, 0));
    writer.setTitle(chart.title());
    writer.setCreator(QStringLiteral("Mantissa " MANTISSA_VERSION));
    QCPPainter painter;
    if (!painter.begin(&writer)) return notWritten("the PDF could not be begun");
    painter.scale(1200 / kPixelsAnInch, 1200 / kPixelsAnInch);
    painter.setModes(QCPPainter::pmVectorized | QCPPainter::pmNoCaching);
    paintPicture(chart, painter, options);
    painter.end();
    return bytes;
}

}  // namespace

ChartExportOptions screenExportOptions(const Chart& chart) {
    const QSize heading(28, 76);
    return {.size = chart.size().expandedTo({320, 160}) + heading,
            .theme = chart.screenStyle().scheme == Scheme::dark ? ExportTheme::dark : ExportTheme::light};
}

QImage chartImage(const Chart& chart, const ChartExportOptions& options) {
    const double scale = std::clamp(options.scale, 1.0, 4.0);
    QImage image((QSizeF(options.size) * scale).toSize(), QImage::Format_RGB32);
    const int dotsPerMeter = static_cast<int>(std::lround(options.dpi / 0.0254));
    QCPPainter painter;
    image.fill(Qt::white);
    if (painter.begin(&image)) {
        painter.scale(scale, scale);
        painter.setModes(QCPPainter::pmNoCaching);
        paintPicture(chart, painter, options);
        painter.end();
    }
    // Set last: fonts in points would follow it.
    image.setDotsPerMeterX(dotsPerMeter);
    image.setDotsPerMeterY(dotsPerMeter);
    return image;
}

Result<QByteArray> chartBytes(const Chart& chart, const QString& suffix, const ChartExportOptions& options) {
    const auto painted = paintChart(chart, "chart." + suffix.toStdString(), options);
    if (!painted) return painted.error();
    return encoded(*painted);
}

Result<PaintedChart> paintChart(const Chart& chart, const std::filesystem::path& path,
                                const ChartExportOptions& options) {
    const auto refused = [&](std::string message) {
        return Error{.code = ErrorCode::invalidArgument, .message = std::move(message), .where = path.string()};
    };
    if (!chart.emptyText().isEmpty()) return refused("the chart is empty: " + chart.emptyText().toStdString());
    std::string suffix = path.extension().string();
    if (!suffix.empty()) suffix.erase(0, 1);
    const QString kind = QString::fromStdString(suffix).toLower();
    if (kind == QLatin1String("png")) return PaintedChart{path, chartImage(chart, options)};
    if (kind != QLatin1String("svg") && kind != QLatin1String("pdf"))
        return refused("charts are written as .png, .svg or .pdf, not as \"" + suffix + "\"");
    auto bytes = kind == QLatin1String("svg") ? svgBytes(chart, options) : pdfBytes(chart, options);
    if (bytes) return PaintedChart{path, *std::move(bytes)};
    bytes.error().where = path.string();
    return std::move(bytes).error();
}

Status writeChart(const PaintedChart& painted, const std::stop_token& stop) {
    auto bytes = encoded(painted);
    if (!bytes) {
        bytes.error().where = painted.path.string();
        return std::move(bytes).error();
    }
    if (stop.stop_requested()) return Error{.code = ErrorCode::cancelled, .message = "cancelled before it was written"};
    return writeFileAtomically(painted.path,
                               std::string_view(bytes->constData(), static_cast<std::size_t>(bytes->size())));
}

Status saveChart(const Chart& chart, const std::filesystem::path& path, const ChartExportOptions& options) {
    const auto painted = paintChart(chart, path, options);
    if (!painted) return painted.error();
    return writeChart(*painted);
}

void copyChart(const Chart& chart, const ChartExportOptions& options) {
    QGuiApplication::clipboard()->setImage(chartImage(chart, options));
}

}  // namespace mantissa::ui
