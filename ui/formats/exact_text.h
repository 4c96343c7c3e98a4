#pragma once

#include <QPlainTextEdit>

namespace mantissa::ui {

/// A number in full, however many digits it has: wrapped anywhere, a few lines high, scrolled beyond. Read, selected
/// and copied, never edited.
class ExactText final : public QPlainTextEdit {
    Q_OBJECT

  public:
    explicit ExactText(QWidget* parent = nullptr);

    void setNumber(const QString& text);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {80, sizeHint().height()}; }

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    int lineCount() const;
};

}  // namespace mantissa::ui
