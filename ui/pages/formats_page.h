#pragma once

#include "formats/formats_state.h"
#include "pages/page.h"

namespace mantissa::ui {

class BitEditor;
class BitLegend;
class Card;
class CustomFormat;
class ElidedLabel;
class FormatTable;
class FormatsSession;
class LimitsTable;
class PanelBoard;
class RepresentableChart;
class ScaledLine;
class SegmentedControl;
class StagnationLine;
class ValueBar;
class ValuesPanel;

/// One value in every format: bits that can be flipped, errors, neighbours, limits.
class FormatsPage final : public Page {
    Q_OBJECT

  public:
    explicit FormatsPage(Session& session, QWidget* parent = nullptr);

    QString title() const override { return tr("Formats"); }
    Glyph icon() const override { return Glyph::formats; }
    std::vector<Chart*> charts() const override;
    void setWidthClass(WidthClass width) override;
    void setProjected(bool projected) override;
    void onShown() override;
    QString statusText() const override;

    FormatsSession& formats() const { return *formats_; }
    ValueBar& valueBar() const { return *valueBar_; }
    FormatTable& table() const { return *table_; }
    BitEditor& editor() const { return *editor_; }
    LimitsTable& limitsTable() const { return *limits_; }
    CustomFormat& customFormat() const { return *custom_; }
    RepresentableChart& representable() const;
    ScaledLine& scaledLine() const;
    SegmentedControl& viewSwitch() const;
    StagnationLine& stagnation() const { return *stagnation_; }
    /// Shows what `formats?…` says; an Error names what is not understood.
    Status restore(std::string_view stateText);

  private:
    void makeTableCard();
    void makePanels();
    QWidget* makeLimits();
    QString selfCheckText() const;
    void follow();

    FormatsSession* formats_;
    ValueBar* valueBar_;
    Card* tableCard_;
    BitLegend* legend_;
    BitLegend* projectedLegend_;  ///< on a line of its own
    FormatTable* table_;
    PanelBoard* board_;
    BitEditor* editor_;
    LimitsTable* limits_;
    CustomFormat* custom_;
    ElidedLabel* uses_;
    StagnationLine* stagnation_;
    ValuesPanel* values_;
    WidthClass width_ = WidthClass::wide;
};

}  // namespace mantissa::ui
