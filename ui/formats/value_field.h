#pragma once

#include <QLineEdit>

namespace mantissa::ui {

/// A field whose text belongs to the page's state: Ctrl+Z and Ctrl+Shift+Z go to the window unless the text is being
/// changed, and Esc gives up what was typed.
class ValueField final : public QLineEdit {
    Q_OBJECT

  public:
    explicit ValueField(QWidget* parent = nullptr);

    /// The text of the state. What the user is typing at the moment is left alone when it means the same.
    void setStateText(const QString& text);
    void setInvalid(bool invalid);

  signals:
    void stepped(int direction);  ///< Up (1), Down (−1)
    void added(int amount);       ///< Alt+Up, Alt+Down
    void abandoned();             ///< Esc; the text is the state's again

  protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    QString stateText_;
};

}  // namespace mantissa::ui
