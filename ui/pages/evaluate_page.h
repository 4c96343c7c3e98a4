#pragma once

#include "pages/page.h"
#include "session/folder_session.h"

class QComboBox;
class QLabel;
class QPushButton;

namespace mantissa::ui {

class EvaluationChart;
class FlipRateChart;
class FlipTable;
class OptionBar;
class PanelBoard;
class RatesChart;
class SegmentedControl;
class SourceBar;
class SpreadChart;

/// A whole folder of pictures through one model in several formats.
class EvaluatePage final : public Page {
    Q_OBJECT

  public:
    explicit EvaluatePage(Session& session, QWidget* parent = nullptr);

    QString title() const override { return tr("Folder"); }
    Glyph icon() const override { return Glyph::folder; }
    std::vector<Chart*> charts() const override;
    void setWidthClass(WidthClass width) override;

    SourceBar& source() const { return *source_; }
    FlipTable& flips() const { return *flips_; }
    QComboBox& candidateBox() const { return *candidate_; }
    QString finding() const;

  private:
    void makePanels();
    void showReport();
    void showState();
    void showRates();
    void chooseCandidate(int index);
    void showSkipped();
    QString detailText() const;

    FolderSession& folder_;
    OptionBar* options_;
    SourceBar* source_;
    QLabel* finding_;
    QLabel* detail_;
    QPushButton* skipped_;
    PanelBoard* board_;
    RatesChart* rates_;
    SegmentedControl* rateKind_;
    FlipRateChart* flipRate_;
    SpreadChart* spread_;
    SegmentedControl* metric_;
    FlipTable* flips_;
    QComboBox* candidate_;
    std::vector<EvaluationChart*> charts_;
    std::vector<std::size_t> candidateRuns_;  ///< the run behind each entry of the candidate box
};

}  // namespace mantissa::ui
