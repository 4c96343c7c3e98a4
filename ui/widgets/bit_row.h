#pragma once

#include <QWidget>
#include <cstdint>

#include "numerics/format.h"

namespace mantissa::ui {

/// The bits of one stored number, each a cell in the colour of its field. A click flips a bit, a drag paints the same
/// bit over others; Left, Right, Home and End move, Space flips, 0 and 1 write, S, E and F jump to a field, Up and Down
/// ask for the next value. One Tab stop. Ctrl+C and Ctrl+V copy and paste the bits.
class BitRow final : public QWidget {
    Q_OBJECT

  public:
    /// Cells side by side without numbers, or large ones with the bit's number above, 16 at most on a line.
    enum class Size { overview, editor };
    explicit BitRow(Size size, QWidget* parent = nullptr);

    void setBits(const Format& format, std::uint64_t code);
    void setCellWidth(int pixels);
    /// Overview: more bits than these go on in the next line.
    void setCellsALine(int cells);
    const Format& format() const { return format_; }
    std::uint64_t code() const { return code_; }
    /// The bit that the keyboard acts on; 0 is the last.
    int cursor() const { return cursor_; }
    /// Where a bit is drawn.
    QRect cellRect(int bit) const;
    /// Height of the font of the digits; 0 where cells are too narrow for any.
    int digitPixels() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

  signals:
    /// By the user; `continued`: by the same drag as the time before.
    void edited(quint64 code, bool continued);
    void stepped(int direction);  ///< Up (1) or Down (−1)
    void chosen();                ///< clicked beside the bits, or Enter pressed
    void pasted(const QString& text);

  protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

  private:
    /// The cells that hold a 1, or those that hold a 0.
    void paintDigits(QPainter& painter, bool on) const;
    int bitAt(QPoint position) const;  ///< −1: none
    void setBit(int bit, bool on, bool continued);
    void moveCursor(int bit);
    bool jumpToField(int key);
    int linesOfCells() const;
    int cellHeight() const;
    int lineHeight() const;

    Size size_;
    Format format_;
    std::uint64_t code_ = 0;
    int cursor_ = 0;
    int cellWidth_;
    int cellsALine_;
    bool painting_ = false;  ///< a drag is on
    bool paintedBit_ = false;
};

}  // namespace mantissa::ui
