#include "projector/projector_window.h"

#include <QCloseEvent>
#include <QGraphicsProxyWidget>
#include <QGraphicsScene>
#include <QKeyEvent>
#include <algorithm>

#include "projector/projection.h"
#include "theme/theme.h"

namespace mantissa::ui {
namespace {

/// The content at its usual size; on 1440 × 900 body text of 13 px becomes 20 px, axes of 11 px 17 px.
constexpr QSize kUsualSize(900, 562);

}  // namespace

ProjectorWindow::ProjectorWindow(Projection* content, QWidget* parent) : QGraphicsView(parent), content_(content) {
    setWindowFlag(Qt::Window);
    setWindowTitle(tr("Mantissa, projector"));
    setAccessibleName(windowTitle());
    setScene(new QGraphicsScene(this));
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAlignment(Qt::AlignLeft | Qt::AlignTop);
    setViewportUpdateMode(QGraphicsView::FullViewportUpdate);
    setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    scene()->addWidget(content_);
    content_->installEventFilter(this);
    connect(content_, &Projection::leaveRequested, this, &QWidget::close);
}

ProjectorWindow::~ProjectorWindow() = default;

void ProjectorWindow::resizeEvent(QResizeEvent* event) {
    QGraphicsView::resizeEvent(event);
    fit();
}

bool ProjectorWindow::eventFilter(QObject* watched, QEvent* event) {
    // More formats may need more room than before.
    if (watched == content_ && event->type() == QEvent::LayoutRequest)
        QMetaObject::invokeMethod(
            this, [this] { fit(); }, Qt::QueuedConnection);
    return QGraphicsView::eventFilter(watched, event);
}

void ProjectorWindow::fit() {
    const QSizeF least = content_->minimumSizeHint().expandedTo(kUsualSize);
    zoom_ = std::min(width() / least.width(), height() / least.height());
    setTransform(QTransform::fromScale(zoom_, zoom_));
    const QSizeF room = QSizeF(size()) / zoom_;
    content_->resize(room.toSize());
    content_->setPlotPixels(zoom_ * devicePixelRatioF());
    setSceneRect(QRectF(QPointF(0, 0), room));
}

void ProjectorWindow::keyPressEvent(QKeyEvent* event) {
    if (event->modifiers() == Qt::NoModifier) {
        if (event->key() == Qt::Key_Escape || event->key() == Qt::Key_F9) {
            close();
            return;
        }
        // Before the scene: a control in focus must not keep a clicker from turning the view.
        if (content_->takesKey(event->key())) return;
    }
    QGraphicsView::keyPressEvent(event);
}

void ProjectorWindow::closeEvent(QCloseEvent* event) {
    emit left();
    QGraphicsView::closeEvent(event);
}

}  // namespace mantissa::ui
