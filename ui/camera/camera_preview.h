#pragma once

#include <QImage>
#include <QWidget>

namespace mantissa::ui {

/// The newest picture of a camera, as large as the place allows; empty before the first.
class CameraPreview final : public QWidget {
    Q_OBJECT

  public:
    explicit CameraPreview(QWidget* parent = nullptr);

    void setPicture(const QImage& picture);
    const QImage& picture() const { return picture_; }

    QSize sizeHint() const override { return {640, 480}; }
    QSize minimumSizeHint() const override { return {320, 240}; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QImage picture_;
};

}  // namespace mantissa::ui
