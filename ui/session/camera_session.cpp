#include "session/camera_session.h"

#include <utility>

#include "session/job_runner.h"

namespace mantissa::ui {

namespace {

constexpr int kPictureGap = 40;  // ms between two pictures: as smooth as a preview needs to be

}  // namespace

/// Belongs to the worker thread, which alone looks inside: closing a device may take as long as opening it.
struct CameraSession::Opened {
    FrameSourcePtr source;
};

CameraSession::CameraSession(QObject* parent) : QObject(parent), jobs_(std::make_unique<JobRunner>()) {
    pace_.setSingleShot(true);
    pace_.setInterval(kPictureGap);
    connect(&pace_, &QTimer::timeout, this, &CameraSession::next);
}

CameraSession::~CameraSession() { close(); }

void CameraSession::look() {
    jobs_->start<std::vector<Camera>>(
        JobKind::cameraList, [list = driver_.list](std::stop_token, const Progress&) { return list(); },
        [this](Result<std::vector<Camera>> listed) {
            if (!listed || *listed == cameras_) return;
            cameras_ = *std::move(listed);
            emit camerasChanged();
        });
}

void CameraSession::open(const Camera& camera) {
    close();
    camera_ = camera;
    opened_ = std::make_shared<Opened>();
    next();
    emit changed();
}

void CameraSession::next() {
    jobs_->start<RgbImage>(
        JobKind::cameraPicture,
        [opened = opened_, camera = *camera_, driver = driver_](std::stop_token stop,
                                                                const Progress&) -> Result<RgbImage> {
            if (!opened->source) {
                auto source = driver.open(camera);
                if (!source) return std::move(source).error();
                opened->source = *std::move(source);
            }
            return nextPicture(*opened->source, camera, stop, driver.limit);
        },
        [this](Result<RgbImage> picture) { receive(std::move(picture)); });
}

void CameraSession::receive(Result<RgbImage> picture) {
    if (picture) {
        picture_ = *std::move(picture);
        pace_.start();
    } else {
        const Error error = picture.error();
        close();
        error_ = error;
    }
    emit changed();
}

void CameraSession::close() {
    pace_.stop();
    jobs_->drop(JobKind::cameraPicture);
    if (opened_)
        jobs_->start<Done>(
            JobKind::cameraClose,
            [opened = std::exchange(opened_, nullptr)](std::stop_token, const Progress&) -> Status {
                opened->source.reset();
                return Done{};
            },
            [](Status) {});
    camera_.reset();
    error_.reset();
    picture_ = {};
}

void CameraSession::take() {
    if (picture_.pixels.empty()) return;
    jobs_->start<SourceImage>(
        JobKind::cameraTake,
        [picture = picture_](std::stop_token, const Progress&) -> Result<SourceImage> {
            return cameraPicture(picture);
        },
        [this](Result<SourceImage> image) {
            if (image) emit taken(*image);
        });
}

}  // namespace mantissa::ui
