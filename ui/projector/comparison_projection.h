#pragma once

#include <vector>

#include "projector/projection.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace mantissa::ui {

class CompareChart;
class DifferencesChart;
class FindingCard;
class ImageView;
class LogitsChart;
class MetricTable;
class OptionBar;
class SegmentedControl;
class Session;

/// What the projector shows: formats, finding, the picture, and one of four views of the comparison.
class ComparisonProjection final : public Projection {
    Q_OBJECT

  public:
    static constexpr int kViews = 4;  ///< Classes, Differences, Metrics, Memory

    explicit ComparisonProjection(Session& session, QWidget* parent = nullptr);

    int view() const;
    void showView(int index);
    void turn(int step);  ///< to the next or previous view; stops at either end
    /// Asks the room to predict before it sees: results stay covered until `reveal`, and again after each new run.
    void setHidden(bool hidden);
    bool hidesResults() const { return hides_; }
    bool covered() const { return covered_; }
    void reveal();

    bool takesKey(int key) override;
    void setPlotPixels(double ratio) override;
    QString question() const;
    FindingCard& finding() const { return *finding_; }
    OptionBar& options() const { return *options_; }

  private:
    QWidget* makeTop();
    QWidget* makeImage();
    QWidget* makeViews();
    QWidget* makeDifferences();
    QWidget* makeFoot();
    void showReport();
    void showNames();
    void chooseCandidate(int index);
    void cover(bool covered);

    Session& session_;
    QLabel* modelName_;
    QLabel* imageName_;
    SegmentedControl* tabs_;
    QPushButton* hide_;
    OptionBar* options_;
    FindingCard* finding_;
    QLabel* question_;
    ImageView* image_;
    QLabel* imageText_;
    QStackedWidget* views_;
    QWidget* covers_;  ///< stands in place of the views while the result is hidden
    SegmentedControl* candidate_;
    DifferencesChart* differences_;
    LogitsChart* logits_;
    MetricTable* metrics_;
    std::vector<CompareChart*> charts_;
    std::vector<std::size_t> candidateRuns_;
    bool hides_ = false, covered_ = false;
};

}  // namespace mantissa::ui
