#pragma once

#include <QWidget>
#include <vector>

#include "charts/chart_table.h"
#include "formats/format_row.h"

class QComboBox;
class QScrollArea;
class QVBoxLayout;

namespace mantissa::ui {

class FormatsSession;
class ScaleFields;
class SegmentedControl;

/// The same value in every format: bits to one scale, hex, stored value and error. Rows follow the session; bits and
/// cells change it.
class FormatTable final : public QWidget {
    Q_OBJECT

  public:
    explicit FormatTable(FormatsSession& formats, QWidget* parent = nullptr);

    const std::vector<FormatRow*>& rows() const { return rows_; }
    FormatRow* row(std::string_view key) const;
    /// Which errors; for the header of the card.
    SegmentedControl* errorSwitch() const { return errors_; }
    /// Which formats; for the header of the card.
    QComboBox* formatsBox() const { return shown_; }
    /// Every column of the rows shown, all three errors included, exact values in full and numbers that read back.
    DataTable table() const;
    /// Scale and zero point in the row of INT8; none where that is not shown.
    ScaleFields* scaleFields() const { return scaleFields_; }
    /// Digits large enough to be read from afar.
    void setProjected(bool projected);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  signals:
    /// What was typed into a row was not understood; empty: it is again.
    void refused(const QString& why);

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    class Header;
    void follow();
    void makeRows(const std::vector<std::string>& keys);
    void layOut();
    void connectRow(FormatRow* row);

    FormatsSession& formats_;
    Header* header_;
    QScrollArea* scroll_;
    QWidget* content_;
    QVBoxLayout* column_;
    SegmentedControl* errors_;
    QComboBox* shown_;
    std::vector<FormatRow*> rows_;
    ScaleFields* scaleFields_ = nullptr;
    bool projected_ = false;
    ErrorKind kind_ = ErrorKind::relative;
    ErrorScale scale_;
    RowLayout layout_;
    int gesture_ = 0;
};

}  // namespace mantissa::ui
