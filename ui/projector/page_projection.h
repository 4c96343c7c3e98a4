#pragma once

#include "projector/projection.h"

class QStackedWidget;

namespace mantissa::ui {

class Page;

/// A page of the window on the projector. It is that very page, with all it holds: its place in the window's stack says
/// where it is, and it goes back there when this is destroyed or `giveBack` is called.
class PageProjection final : public Projection {
    Q_OBJECT

  public:
    PageProjection(Page& page, QStackedWidget& home, QWidget* parent = nullptr);
    ~PageProjection() override;

    bool takesKey(int key) override;
    void setPlotPixels(double ratio) override;
    void giveBack();

  private:
    QWidget* makeTop();

    Page* page_;
    QStackedWidget& home_;
    QWidget* place_;  ///< stands in the stack meanwhile; none once the page is back
};

}  // namespace mantissa::ui
