#pragma once

#include <QColor>
#include <QString>
#include <optional>
#include <vector>

#include "charts/chart_style.h"

namespace mantissa::ui {

/// One horizontal bar with its name at the left and its value at its end.
struct LabelledBar {
    QString name;
    QColor color;
    std::optional<double> value;  ///< none: `note` stands in the bar's place and says why
    QString valueText, note;      ///< the note follows the value, quieter
    bool failed = false;          ///< the note is an error
};

enum class ScaleEnd {
    longestBar,
    cutOutliers
};  ///< cutOutliers: a bar that dwarfs all others is cut, its value says so

/// Draws the bars from top to bottom on one axis that starts at 0.
void drawLabelledBars(QCustomPlot& plot, const ChartStyle& style, const std::vector<LabelledBar>& bars,
                      const QString& axisLabel, ScaleEnd end);

/// Least height at which every bar can be told from the next, px.
int leastHeightOfBars(std::size_t count);

}  // namespace mantissa::ui
