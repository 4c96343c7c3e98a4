#include "camera/camera_preview.h"

#include <QPainter>

#include "theme/theme.h"

namespace mantissa::ui {

CameraPreview::CameraPreview(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("What the camera sees"));
}

void CameraPreview::setPicture(const QImage& picture) {
    picture_ = picture;
    update();
}

void CameraPreview::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), Theme::instance().tokens().sunken);
    if (picture_.isNull()) return;
    const QSizeF size = QSizeF(picture_.size()).scaled(QSizeF(this->size()), Qt::KeepAspectRatio);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(QRectF(QPointF((width() - size.width()) / 2, (height() - size.height()) / 2), size), picture_);
}

}  // namespace mantissa::ui
