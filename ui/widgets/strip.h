#pragma once

#include <QFrame>
#include <functional>

class QHBoxLayout;
class QLabel;
class QPushButton;
class QToolButton;

namespace mantissa::ui {

/// One line across the page with actions at its right and a button that closes it.
class Strip final : public QFrame {
    Q_OBJECT

  public:
    enum class Kind { caution, info };
    explicit Strip(Kind kind, QWidget* parent = nullptr);

    /// `strong` is what, `text` how much and what it does not mean. Rich text is not interpreted.
    void setText(const QString& strong, const QString& text);
    QPushButton* addAction(const QString& text, std::function<void()> action);
    QString text() const;

  signals:
    void closed();

  private:
    void updateIcons();

    Kind kind_;
    QLabel* icon_;
    QLabel* strong_;
    QLabel* text_;
    QHBoxLayout* actions_;
    QToolButton* close_;
};

}  // namespace mantissa::ui
