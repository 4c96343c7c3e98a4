#pragma once

#include <QLabel>

namespace mantissa::ui {

/// A one-line label that gives up part of its text where room is short, and then tells all of it in its tool tip.
class ElidedLabel final : public QLabel {
    Q_OBJECT

  public:
    explicit ElidedLabel(Qt::TextElideMode mode, QWidget* parent = nullptr) : QLabel(parent), mode_(mode) {}

    /// What the tool tip says instead of the text; it is then always there.
    void setFullText(const QString& full) { full_ = full; }
    QSize minimumSizeHint() const override { return {0, QLabel::minimumSizeHint().height()}; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    Qt::TextElideMode mode_;
    QString full_;
};

}  // namespace mantissa::ui
