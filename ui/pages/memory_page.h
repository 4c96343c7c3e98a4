#pragma once

#include <optional>

#include "memory/memory_view.h"
#include "pages/page.h"

class QLabel;
class QPushButton;

namespace mantissa::ui {

class LiveBytesChart;
class MemoryBarsChart;
class MemoryChart;
class MemoryOptionBar;
class MemoryTable;
class PanelBoard;
class WeightShareChart;

/// What the loaded model takes in every format: computed, and measured here. It measures when it comes to the front and
/// what it shows belongs to another model, picture size, batch or custom format.
class MemoryPage final : public Page {
    Q_OBJECT

  public:
    explicit MemoryPage(Session& session, QWidget* parent = nullptr);

    QString title() const override { return tr("Memory"); }
    Glyph icon() const override { return Glyph::memory; }
    std::vector<Chart*> charts() const override;
    void onShown() override;
    void run() override;
    void setWidthClass(WidthClass width) override;
    QString statusText() const override;

    MemoryOptionBar& options() const { return *options_; }
    MemoryTable& table() const { return *table_; }
    QPushButton& measureButton() const { return *measure_; }
    QString finding() const;

  private:
    /// What a measurement depends on.
    struct Question {
        ModelPtr model;
        std::optional<Preprocessing> preprocessing;
        Format custom;
        int batch = 1;
        QuantizationOptions scales;
        std::vector<std::string> keep;
        bool operator==(const Question&) const = default;
    };
    void makeChartPanels();
    void makeNumberPanels();
    Question question() const;
    void follow();  ///< measures, or says that it should be, where the question is another now
    void showReport();
    void showView();
    void showState();
    void setWords(const QString& text);

    MemoryOptionBar* options_;
    PanelBoard* board_;
    QLabel* finding_;
    QLabel* detail_;
    QPushButton* measure_;
    QLabel* words_;
    MemoryBarsChart* bars_;
    LiveBytesChart* live_;
    WeightShareChart* share_;
    MemoryTable* table_;
    std::vector<MemoryChart*> charts_;
    std::optional<Question> asked_;     ///< of the running or last measurement
    std::optional<Question> answered_;  ///< of what is shown
};

/// The formats of the page, in the order of the rows.
std::vector<Format> memoryFormats(const Format& custom);

}  // namespace mantissa::ui
