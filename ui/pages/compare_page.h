#pragma once

#include <QTimer>

#include "pages/page.h"
#include "session/session.h"

class QCheckBox;
class QComboBox;
class QLabel;

namespace mantissa::ui {

class CompareChart;
class DifferencesChart;
class FindingCard;
class ImageView;
class LatencyChart;
class LogitsChart;
class MetricTable;
class ModelFacts;
class OptionBar;
class PanelBoard;
class ReportStrips;
class SegmentedControl;
class TopClassesChart;
class WeightBytesChart;

/// The main page: one picture through one model in several formats, side by side.
class ComparePage final : public Page {
    Q_OBJECT

  public:
    explicit ComparePage(Session& session, QWidget* parent = nullptr);

    QString title() const override { return tr("Compare"); }
    Glyph icon() const override { return Glyph::compare; }
    std::vector<Chart*> charts() const override;
    void setWidthClass(WidthClass width) override;

    OptionBar& options() const { return *options_; }
    ImageView& imageView() const { return *imageView_; }
    MetricTable& metrics() const { return *metrics_; }
    void editPreprocessing();
    void editCustomFormat();
    void editScales();

  protected:
    void keyPressEvent(QKeyEvent* event) override;  ///< Esc clears the class that is highlighted

  private:
    void highlightClass(std::optional<std::size_t> index);
    void makeImagePanel();
    void makeChartPanels();
    void makeNumberPanels();
    void showReport();
    void showImage();
    void showState();
    QString previousOwner() const;
    void chooseCandidate(std::size_t run);
    void updateCandidateSwitch();

    OptionBar* options_;
    ReportStrips* strips_;
    FindingCard* finding_;
    PanelBoard* board_;
    ImageView* imageView_;
    QLabel* imageText_;
    ModelFacts* model_;
    TopClassesChart* top_;
    QComboBox* topCount_;
    DifferencesChart* differences_;
    QCheckBox* logY_;
    QCheckBox* sizes_;
    SegmentedControl* candidate_;
    QComboBox* candidateBox_;
    LogitsChart* logits_;
    SegmentedControl* logitView_;
    LatencyChart* latency_;
    WeightBytesChart* weights_;
    MetricTable* metrics_;
    std::vector<CompareChart*> charts_;
    std::vector<std::size_t> switchRuns_;  ///< the run behind each segment of the candidate switch
    std::optional<std::size_t> highlight_;
    WidthClass width_ = WidthClass::wide;
    QTimer computing_;  ///< runs from the start of a job until it is worth saying so
};

}  // namespace mantissa::ui
