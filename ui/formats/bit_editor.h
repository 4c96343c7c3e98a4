#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;

namespace mantissa::ui {

class BitRow;
class ExactText;
class FieldCaptions;
class FormatsSession;
class NeighbourTable;

/// The selected format's number, large: its bits, fields, formula, class, exact decimal value, neighbours.
class BitEditor final : public QWidget {
    Q_OBJECT

  public:
    explicit BitEditor(FormatsSession& formats, QWidget* parent = nullptr);

    BitRow& bits() const { return *bits_; }
    QLineEdit* hexField() const { return hex_; }
    /// For the header of the card.
    QWidget* hexBox() const { return hexBox_; }
    QPushButton* undoButton() const { return undo_; }
    NeighbourTable& neighbours() const { return *neighbours_; }
    QString formulaText() const;
    QString classText() const;
    QString exactDecimal() const;

  private:
    void makeHeader();
    void follow();
    void updateIcons();

    FormatsSession& formats_;
    BitRow* bits_;
    FieldCaptions* captions_;
    QLabel* binary_;
    QLabel* fraction_;
    QLabel* class_;
    ExactText* exact_;
    NeighbourTable* neighbours_;
    QWidget* hexBox_;
    QLineEdit* hex_;
    QPushButton* undo_;
    int gesture_ = 0;
};

}  // namespace mantissa::ui
