#pragma once

#include <QWidget>

#include "numerics/format.h"

namespace mantissa::ui {

/// Under the bits: each field's colour, name, width and meaning.
class FieldCaptions final : public QWidget {
    Q_OBJECT

  public:
    explicit FieldCaptions(QWidget* parent = nullptr);
    void setBits(const Format& format, std::uint64_t code);
    QSize sizeHint() const override { return {300, 34}; }
    QSize minimumSizeHint() const override { return sizeHint(); }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    Format format_;
    std::uint64_t code_ = 0;
};

}  // namespace mantissa::ui
