#pragma once

#include <qcustomplot.h>

#include <functional>

#include "charts/chart_style.h"

namespace mantissa::ui {

/// Free painting inside a plot, in pixels of the plot: bars with a hatch, marks, labels. It is called whenever the plot
/// is drawn, so axes are asked for their current ranges (QCPAxis::coordToPixel) and it stays right when the user zooms.
using PlotPainter = std::function<void(QPainter&)>;

enum class ClipTo { axisRect, nothing };

/// Adds such painting to `rect`, above the grid and below later additions. The plot owns it.
void addPainting(QCustomPlot& plot, QCPAxisRect* rect, PlotPainter paint, ClipTo clip = ClipTo::axisRect);

/// How a bar is filled (design, section 1): solid is native or computed, hatched emulated, tinted the secondary part of
/// a series.
enum class BarFill { solid, hatched, tinted };

/// A bar in pixels. The hatch is drawn as lines at 45°, so that SVG and PDF show it as the screen does.
void paintBar(QPainter& painter, const QRectF& bar, BarFill fill, const QColor& color, const QColor& background);

/// The double slash over a bar that is cut at the end of the scale, centred at `at`; `background` shows through it.
void paintScaleBreak(QPainter& painter, QPointF at, double barHeight, const QColor& background, const QColor& ink);

/// Text at a point, aligned relative to it: Qt::AlignLeft puts the text right of the point, Qt::AlignBottom above it.
void paintText(QPainter& painter, QPointF at, Qt::Alignment alignment, const QString& text, const QFont& font,
               const QColor& color);

/// Size of a text, in px.
QSizeF textSize(const QString& text, const QFont& font);

}  // namespace mantissa::ui
