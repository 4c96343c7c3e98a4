#pragma once

#include <QWidget>

namespace mantissa::ui {

/// Names the colours of the bit fields.
class BitLegend final : public QWidget {
    Q_OBJECT

  public:
    explicit BitLegend(QWidget* parent = nullptr);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

  protected:
    void paintEvent(QPaintEvent* event) override;
};

}  // namespace mantissa::ui
