#pragma once

#include <QIcon>
#include <QWidget>
#include <vector>

class QButtonGroup;
class QToolButton;

namespace mantissa::ui {

/// A row of joined buttons of which one is on. One Tab stop; Left and Right change the choice.
class SegmentedControl : public QWidget {
    Q_OBJECT

  public:
    explicit SegmentedControl(const QString& accessibleName, QWidget* parent = nullptr);

    struct Segment {
        QString text;
        QIcon icon{};
        QString toolTip{};
    };
    /// Replaces all segments; the first is chosen.
    void setSegments(const std::vector<Segment>& segments);
    int count() const { return static_cast<int>(buttons_.size()); }
    int current() const;
    void setCurrent(int index);  ///< does not emit
    QToolButton* button(int index) const { return buttons_.at(static_cast<std::size_t>(index)); }

  signals:
    void chosen(int index);  ///< by the user

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    void updateColors();
    QButtonGroup* group_;
    std::vector<QToolButton*> buttons_;
};

}  // namespace mantissa::ui
