#pragma once

#include <QTimer>

#include "dot/dot_session.h"
#include "pages/page.h"

class QLabel;
class QPushButton;

namespace mantissa::ui {

class Demonstrations;
class DotErrorChart;
class DotResults;
class PanelBoard;
class RunningSumChart;
class StepView;
class SumBox;
class Transport;
class VectorBox;

/// A dot product in other formats and orders, beside the exact sum, step by step.
class DotProductPage final : public Page {
    Q_OBJECT

  public:
    explicit DotProductPage(Session& session, QWidget* parent = nullptr);

    QString title() const override { return tr("Dot product"); }
    Glyph icon() const override { return Glyph::dotProduct; }
    std::vector<Chart*> charts() const override;
    void onShown() override;
    void setWidthClass(WidthClass width) override;
    QString statusText() const override;
    bool canRun() const override { return true; }
    void run() override { dot_->run(); }

    DotSession& dot() const { return *dot_; }
    VectorBox& vectors() const { return *vectors_; }
    SumBox& sums() const { return *sums_; }
    Transport& transport() const { return *transport_; }
    StepView& stepView() const { return *stepView_; }
    QPushButton* showInFormats() const { return showInFormats_; }
    DotResults& results() const { return *results_; }
    Demonstrations& demonstrations() const { return *demonstrations_; }
    QString finding() const;
    std::size_t inspectedSeries() const { return series_; }
    quint64 inspectedStep() const { return step_; }
    void inspect(std::size_t series, quint64 step);

  protected:
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void makeControlPanel();
    void makeChartPanels();
    void makeNumberPanels();
    void showReport();
    void showState();
    void chooseInspected(const DotReport& report);

    DotSession* dot_;
    PanelBoard* board_;
    VectorBox* vectors_;
    SumBox* sums_;
    Transport* transport_;
    QLabel* finding_;
    QLabel* explanation_;
    RunningSumChart* sumChart_;
    DotErrorChart* errorChart_;
    StepView* stepView_;
    QPushButton* showInFormats_;
    DotResults* results_;
    Demonstrations* demonstrations_;
    DotReportPtr shown_;
    std::size_t series_ = 0;
    quint64 step_ = 1;
    QTimer computing_;  ///< runs from the start of a job until it is worth saying so
};

}  // namespace mantissa::ui
