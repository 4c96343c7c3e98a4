#include "widgets/image_view.h"

#include <QBuffer>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMenu>
#include <QMessageBox>
#include <QPainter>

#include "storage/atomic_file.h"
#include "theme/theme.h"

namespace mantissa::ui {

QImage toQImage(const RgbImage& picture) {
    if (picture.width <= 0 || picture.height <= 0) return {};
    return QImage(picture.pixels.data(), picture.width, picture.height, static_cast<qsizetype>(picture.width) * 3,
                  QImage::Format_RGB888)
        .copy();
}

ImageView::ImageView(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Image"));
    connect(&Theme::instance(), &Theme::changed, this, qOverload<>(&QWidget::update));
}

void ImageView::setSource(const QImage& source) {
    source_ = source;
    view_ = {};
    crop_ = {};
    update();
}

void ImageView::setModelView(const QImage& view, const std::array<double, 4>& cropInSource) {
    view_ = view;
    crop_ = QRectF(cropInSource[0], cropInSource[1], cropInSource[2], cropInSource[3]);
    update();
}

void ImageView::setMode(Mode mode) {
    mode_ = mode;
    update();
}

void ImageView::paintEvent(QPaintEvent*) {
    const Tokens& t = Theme::instance().tokens();
    QPainter painter(this);
    const QImage& picture = shown();
    if (picture.isNull()) {
        painter.fillRect(rect(), t.sunken);
        painter.setPen(t.text3);
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, tr("Drop an image here"));
        return;
    }
    const QSizeF size = QSizeF(picture.size()).scaled(QSizeF(this->size()), Qt::KeepAspectRatio);
    const QRectF area(QPointF((width() - size.width()) / 2, 0), size);
    const bool enlarged = size.width() > picture.width();
    // Enlarged pixels stay squares; a reduced picture is smoothed.
    painter.setRenderHint(QPainter::SmoothPixmapTransform, !enlarged);
    painter.drawImage(area, picture);
    painter.setPen(QPen(t.cardLine, 1));
    painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5));
    if (mode_ == Mode::full && !crop_.isEmpty()) {
        const double scale = size.width() / picture.width();
        const QRectF crop(area.topLeft() + crop_.topLeft() * scale, crop_.size() * scale);
        painter.setPen(QPen(Qt::black, 3));
        painter.drawRect(crop.adjusted(1.5, 1.5, -1.5, -1.5));
        painter.setPen(QPen(Qt::white, 1.4, Qt::DashLine));
        painter.drawRect(crop.adjusted(1.5, 1.5, -1.5, -1.5));
    }
    if (hasFocus()) {
        painter.setPen(QPen(t.accent, 2));
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
}

void ImageView::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    menu.addAction(tr("Change preprocessing…"), this, &ImageView::preprocessingRequested);
    menu.addSeparator();
    menu.addAction(tr("Copy picture"), this, &ImageView::copy)->setEnabled(!shown().isNull());
    menu.addAction(mode_ == Mode::modelView ? tr("Save crop as PNG…") : tr("Save picture as PNG…"), this,
                   &ImageView::save)
        ->setEnabled(!shown().isNull());
    menu.exec(event->globalPos());
}

void ImageView::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy) && !shown().isNull()) return copy();
    QWidget::keyPressEvent(event);
}

void ImageView::copy() const { QGuiApplication::clipboard()->setImage(shown()); }

void ImageView::save() {
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Save picture"), QStringLiteral("crop.png"), tr("PNG picture (*.png)"));
    if (path.isEmpty()) return;
    QByteArray bytes;
    QBuffer buffer(&bytes);
    shown().save(&buffer, "PNG");
    const auto saved = writeFileAtomically(path.toStdString(),
                                           std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
    if (!saved)
        QMessageBox::warning(this, tr("The picture was not saved"), QString::fromStdString(saved.error().text()));
}

}  // namespace mantissa::ui
