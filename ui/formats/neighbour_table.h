#pragma once

#include <QWidget>
#include <array>

#include "formats/format_entry.h"

class QLabel;
class QPushButton;

namespace mantissa::ui {

class FormatsSession;

/// The value above, this value and the value below: exact decimal value, gap, hex, and a button each that goes there
/// or copies.
class NeighbourTable final : public QWidget {
    Q_OBJECT

  public:
    explicit NeighbourTable(FormatsSession& formats, QWidget* parent = nullptr);

    QPushButton* upButton() const { return lines_[0].button; }
    QPushButton* copyButton() const { return lines_[1].button; }
    QPushButton* downButton() const { return lines_[2].button; }
    /// Line 0 is the value above, 1 this value, 2 the value below.
    QString valueText(std::size_t line) const;
    QString gapText(std::size_t line) const;

    void setEntry(const FormatEntry& entry);

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    struct Line {
        QLabel* name = nullptr;
        QLabel* value = nullptr;
        QLabel* gap = nullptr;
        QLabel* hex = nullptr;
        QPushButton* button = nullptr;
    };
    FormatsSession& formats_;
    std::array<Line, 3> lines_;
};

}  // namespace mantissa::ui
