#pragma once

#include <QWidget>

#include "result.h"

namespace mantissa::ui {

/// A file that ends early, drawn to scale: what can be read, solid, and what is missing, hatched, with the byte where
/// it ends and the byte where its header says it should.
class MissingBytesBar final : public QWidget {
    Q_OBJECT

  public:
    explicit MissingBytesBar(QWidget* parent = nullptr);

    void setFile(const CutShort& file);
    const CutShort& file() const { return file_; }
    /// Where the parts are drawn.
    QRectF readableRect() const;
    QRectF missingRect() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QRectF barRect() const;

    CutShort file_;
};

/// "15 351 520 bytes, 33 % of the file"
QString missingText(const CutShort& file);
/// The bar in a sentence.
QString cutShortText(const CutShort& file);

}  // namespace mantissa::ui
