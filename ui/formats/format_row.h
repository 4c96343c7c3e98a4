#pragma once

#include <QWidget>

#include "formats/error_scale.h"
#include "formats/format_entry.h"

class QLineEdit;

namespace mantissa::ui {

class BitRow;

/// Where the columns of the table stand, px; the same in its header and all rows.
struct RowLayout {
    int name = 10, nameWidth = 0;
    int bits = 0, cell = 9, bitsWidth = 0;
    int hex = 0, hexWidth = 0;
    int stored = 0, storedWidth = 0;
    int error = 0, errorWidth = 0;
    int dots = 0, dotsWidth = 0;
    int rowHeight = 26;
    int storedLength = 20;  ///< characters
    int cellsALine = 64;    ///< more bits go on in the next line
    int hexLength = 18;     ///< characters; more go on in the next line
    bool shortNames = false;

    static RowLayout of(int width);
    /// Of a row that is read from afar: digits first. Bits, and the hexadecimal digits of FP64, take two lines, and
    /// what is drawn of the error is left out where there is no room for it.
    static RowLayout forProjector(int width);

  private:
    void place(int gap, int width);
};

/// One format of the table: name, bits, hex, stored value, error. Hex and stored value are edited in place after a
/// double click, or F2 (hex) and F3 (value) on the bits.
class FormatRow final : public QWidget {
    Q_OBJECT

  public:
    explicit FormatRow(const std::string& key, QWidget* parent = nullptr);

    const std::string& key() const { return key_; }
    BitRow& bits() const { return *bits_; }
    void setEntry(const FormatEntry& entry, bool selected);
    void setErrors(ErrorKind kind, const ErrorScale& scale);
    void setLayoutOf(const RowLayout& layout);
    /// Shows something between bits and hex; the note stands right of it.
    void setFields(QWidget* fields);
    enum class Cell { hex, stored };
    void editCell(Cell cell);
    QLineEdit* editor() const { return editor_; }
    /// Where the hexadecimal digits begin, px.
    int hexLeft() const { return layout_.hex; }
    /// What was typed or pasted was not understood: says why; an editor stays open.
    void refuse(const QString& why);

  signals:
    void chosen();
    void hexTyped(const QString& text);
    void valueTyped(const QString& text);

  protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    QRect cellRect(Cell cell) const;
    bool drawsErrors() const;
    void placeBits();
    void paintError(QPainter& painter, const QColor& color) const;
    void finishEditing();

    std::string key_;
    FormatEntry entry_;
    BitRow* bits_;
    QWidget* fields_ = nullptr;
    QLineEdit* editor_ = nullptr;
    Cell edited_ = Cell::hex;
    RowLayout layout_;
    ErrorKind kind_ = ErrorKind::relative;
    ErrorScale scale_;
    bool selected_ = false;
};

}  // namespace mantissa::ui
