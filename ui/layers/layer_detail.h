#pragma once

#include <QWidget>
#include <vector>

#include "formats/formats_state.h"
#include "session/layers_session.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace mantissa::ui {

class Chart;
class ElidedLabel;
class FactTable;
class MagnitudeChart;
class SegmentedControl;
class WorstView;

/// One layer closely: the magnitudes of its values, its error split, or its worst elements.
class LayerDetail final : public QWidget {
    Q_OBJECT

  public:
    enum class View { values, errors, worst };

    explicit LayerDetail(LayersSession& layers, QWidget* parent = nullptr);

    /// Index into the report's layers; −1: none.
    void setLayer(int layer);
    int layer() const { return layer_; }
    void setView(View view);
    View view() const;
    std::vector<Chart*> charts() const;

    WorstView& worst() const { return *worst_; }
    FactTable& casts() const { return *casts_; }
    FactTable& local() const { return *local_; }
    FactTable& cumulative() const { return *cumulative_; }
    SegmentedControl& viewSwitch() const { return *views_; }
    SegmentedControl& worstOf() const { return *worstOf_; }
    SegmentedControl& binSwitch() const { return *bins_; }
    /// Stands in the header of the card.
    QPushButton& keepButton() const { return *keep_; }

  signals:
    void formatsRequested(const mantissa::ui::FormatsState& state);

  private:
    QWidget* makeValues();
    QWidget* makeErrors();
    QWidget* makeWorst();
    void showReport();
    void showValues();
    void showCasts();
    void showRange();
    void showKept();

    LayersSession& session_;
    int layer_ = -1;
    ElidedLabel* path_;
    QLabel* facts_;
    SegmentedControl* views_;
    QStackedWidget* stack_;
    SegmentedControl* bins_;
    MagnitudeChart* weights_;
    MagnitudeChart* activations_;
    QLabel* weightText_;
    QLabel* activationText_;
    FactTable* casts_;
    FactTable* local_;
    FactTable* cumulative_;
    SegmentedControl* worstOf_;
    WorstView* worst_;
    QPushButton* keep_;
};

}  // namespace mantissa::ui
