#pragma once

#include <QWidget>
#include <vector>

class QStackedWidget;

namespace mantissa::ui {

class Chart;
class ElidedLabel;
class FormatsSession;
class RepresentableChart;
class ScaledLine;
class SegmentedControl;

/// The values that formats have, in one of several views; view, zoom and pan are those of the page's state.
class ValuesPanel final : public QWidget {
    Q_OBJECT

  public:
    explicit ValuesPanel(FormatsSession& formats, QWidget* parent = nullptr);

    /// For the header of the card.
    SegmentedControl* viewSwitch() const { return views_; }
    void setShortNames(bool isShort);
    RepresentableChart& representable() const { return *chart_; }
    ScaledLine& scaledLine() const { return *scaled_; }
    std::vector<Chart*> charts() const;

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void follow();
    void followZoom();

    FormatsSession& formats_;
    SegmentedControl* views_;
    QStackedWidget* stack_;
    RepresentableChart* chart_;
    ScaledLine* scaled_;
    ElidedLabel* note_;
};

}  // namespace mantissa::ui
