#include "camera/camera_dialog.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "camera/camera_preview.h"
#include "number_text.h"
#include "session/camera_session.h"
#include "theme/theme.h"
#include "widgets/card.h"
#include "widgets/image_view.h"

namespace mantissa::ui {

CameraDialog::CameraDialog(CameraSession& cameras, QWidget* parent) : QDialog(parent), cameras_(cameras) {
    setWindowTitle(tr("Picture from camera"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(14, 14, 14, 14);
    layout->setSpacing(8);
    auto* top = new QHBoxLayout;
    top->setSpacing(8);
    box_ = new QComboBox(this);
    box_->setAccessibleName(tr("Camera"));
    boxLabel_ = roleLabel(tr("&Camera"), "", this);
    boxLabel_->setBuddy(box_);
    top->addWidget(boxLabel_);
    top->addWidget(box_, 1);
    layout->addLayout(top);
    preview_ = new CameraPreview(this);
    layout->addWidget(preview_, 1);
    status_ = roleLabel({}, "secondary", this);
    status_->setWordWrap(true);
    status_->setMinimumHeight(2 * status_->fontMetrics().lineSpacing());  // a message does not make the preview jump
    status_->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    layout->addWidget(status_);

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    cancel_ = new QPushButton(tr("Cancel"), this);
    again_ = new QPushButton(tr("Try &again"), this);
    again_->hide();
    capture_ = new QPushButton(tr("Ca&pture"), this);
    capture_->setProperty("role", "primary");
    for (QPushButton* button : {cancel_, again_}) button->setAutoDefault(false);
    buttons->addWidget(cancel_);
    buttons->addStretch(1);
    buttons->addWidget(again_);
    buttons->addWidget(capture_);
    layout->addLayout(buttons);

    connect(box_, &QComboBox::activated, this, &CameraDialog::start);
    connect(cancel_, &QPushButton::clicked, this, &CameraDialog::reject);
    connect(again_, &QPushButton::clicked, this, &CameraDialog::start);
    connect(capture_, &QPushButton::clicked, this, &CameraDialog::capture);
    connect(&cameras_, &CameraSession::changed, this, &CameraDialog::showState);
    connect(&cameras_, &CameraSession::camerasChanged, this, &CameraDialog::fillCameras);
    fillCameras();
    start();
}

CameraDialog::~CameraDialog() { cameras_.close(); }

void CameraDialog::fillCameras() {
    const QString device = box_->currentData().toString();
    box_->clear();
    for (const Camera& camera : cameras_.cameras())
        box_->addItem(elidedMiddle(QString::fromStdString(camera.name), 48),
                      QString::fromStdString(camera.device.string()));
    if (const int index = box_->findData(device); index > 0) box_->setCurrentIndex(index);
    const bool choice = box_->count() > 1;
    box_->setVisible(choice);
    boxLabel_->setVisible(choice);
    // Plugged in where there was none.
    if (box_->count() > 0 && !cameras_.camera() && !cameras_.error() && again_->isVisibleTo(this)) start();
}

void CameraDialog::start() {
    const std::string device = box_->currentData().toString().toStdString();
    for (const Camera& camera : cameras_.cameras())
        if (camera.device == device) return cameras_.open(camera);
    cameras_.close();
    showState();
    setStatus(tr("There is no camera any more. Plug one in, then choose Try again."), "errorText");
    again_->show();
    cameras_.look();
}

void CameraDialog::capture() {
    if (cameras_.picture().pixels.empty()) return;
    cameras_.take();
    accept();
}

void CameraDialog::showState() {
    const RgbImage& picture = cameras_.picture();
    const auto& error = cameras_.error();
    const bool live = !picture.pixels.empty();
    preview_->setPicture(toQImage(picture));
    const bool first = live && !capture_->isEnabled();
    capture_->setEnabled(live);
    if (first && focusWidget() != box_) capture_->setFocus();
    again_->setVisible(error.has_value());
    // Enter does the next step.
    (error ? again_ : capture_)->setDefault(true);
    if (error) {
        const QString words = QString::fromStdString(error->text());
        setStatus(words.endsWith('.') ? words : words + '.', "errorText");
        again_->setFocus();
        cameras_.look();
    } else if (live) {
        setStatus(tr("%1 × %2 px. Enter takes this picture.").arg(picture.width).arg(picture.height), "secondary");
    } else {
        setStatus(cameras_.camera() ? tr("Opening %1").arg(QString::fromStdString(cameras_.camera()->name)) : QString(),
                  "secondary");
    }
}

void CameraDialog::setStatus(const QString& text, const char* role) {
    status_->setText(text);
    if (status_->property("role").toString() == QLatin1String(role)) return;
    status_->setProperty("role", QString::fromLatin1(role));
    restyle(status_);
}

}  // namespace mantissa::ui
