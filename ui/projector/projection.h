#pragma once

#include <QWidget>

namespace mantissa::ui {

/// Size of the title above what is projected, in px before it is scaled.
inline constexpr double kProjectionTitle = 14;

/// What the projector scales up: the comparison, or a page of the window.
class Projection : public QWidget {
    Q_OBJECT

  public:
    using QWidget::QWidget;

    /// What a key without modifiers does here, before the control in focus hears of it; false: nothing.
    virtual bool takesKey(int key) = 0;
    /// Plots are drawn with this many pixels per px of their own, so that they are sharp when scaled.
    virtual void setPlotPixels(double ratio) = 0;

  signals:
    void leaveRequested();
};

}  // namespace mantissa::ui
