#pragma once

#include <QTimer>

#include "layers/layer_model.h"
#include "pages/page.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace mantissa::ui {

class DepthChart;
class LayerBar;
class LayerDetail;
class LayerTree;
class LayersSession;
class PanelBoard;
class PlanPanel;
class SegmentedControl;

/// Where in the model a format's error comes from, layer by layer. It looks when it comes to the front and what it
/// shows belongs to another model, picture, format or plan.
class LayersPage final : public Page {
    Q_OBJECT

  public:
    explicit LayersPage(Session& session, QWidget* parent = nullptr);

    QString title() const override { return tr("Layers"); }
    Glyph icon() const override { return Glyph::layers; }
    std::vector<Chart*> charts() const override;
    void onShown() override;
    void run() override;
    void setWidthClass(WidthClass width) override;
    QString statusText() const override;

    LayerBar& bar() const { return *bar_; }
    LayerTree& tree() const { return *tree_; }
    LayerDetail& detail() const { return *detail_; }
    PlanPanel& plan() const { return *plan_; }
    DepthChart& depth() const { return *depth_; }
    QLineEdit& filterField() const { return *filter_; }
    SegmentedControl& columnSwitch() const { return *columns_; }
    SegmentedControl& shapeSwitch() const { return *shape_; }
    QPushButton& jumpButton() const { return *jump_; }
    QString finding() const;

  private:
    void makeTreePanel();
    void makeOtherPanels();
    void setColumns(int columns);
    void setFlat(bool flat);
    void follow();  ///< runs, or says that it should be, where the question is another now
    void showReport();
    void showState();
    void chooseLayer(int layer);
    void inspectSoon();
    void jump();

    LayersSession& layers_;
    LayerBar* bar_;
    QLabel* finding_;
    QLabel* detailText_;
    PanelBoard* board_;
    LayerTree* tree_;
    QWidget* treeBody_;
    QLineEdit* filter_;
    SegmentedControl* columns_;
    SegmentedControl* shape_;
    QPushButton* jump_;
    DepthChart* depth_;
    LayerDetail* detail_;
    PlanPanel* plan_;
    QTimer inspect_;  ///< until the choice of a layer has settled
    QTimer redraw_;   ///< between two drawings of what is coming in
};

}  // namespace mantissa::ui
