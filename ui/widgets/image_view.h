#pragma once

#include <QImage>
#include <QRectF>
#include <QWidget>
#include <array>

#include "image/image.h"

namespace mantissa::ui {

QImage toQImage(const RgbImage& picture);  ///< a copy

/// A picture: what the model sees (pixelated when enlarged, so that every input value can be told apart), or the whole
/// picture with the model's crop outlined.
class ImageView final : public QWidget {
    Q_OBJECT

  public:
    enum class Mode { modelView, full };

    explicit ImageView(QWidget* parent = nullptr);

    void setSource(const QImage& source);
    void setModelView(const QImage& view,
                      const std::array<double, 4>& cropInSource);  ///< x, y, width, height, px of the source
    void setMode(Mode mode);
    Mode mode() const { return mode_; }
    const QImage& shown() const { return mode_ == Mode::full || view_.isNull() ? source_ : view_; }

    QSize sizeHint() const override { return {200, 200}; }
    QSize minimumSizeHint() const override { return {96, 96}; }

  signals:
    void preprocessingRequested();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void copy() const;
    void save();

    QImage source_, view_;
    QRectF crop_;
    Mode mode_ = Mode::modelView;
};

}  // namespace mantissa::ui
