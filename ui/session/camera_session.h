#pragma once

#include <QObject>
#include <QTimer>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "image/camera.h"

namespace mantissa::ui {

class JobRunner;

/// How cameras are found and opened; tests put their own in its place.
struct CameraDriver {
    std::function<std::vector<Camera>()> list = [] { return listCameras(); };
    std::function<Result<FrameSourcePtr>(const Camera&)> open = openCamera;
    std::chrono::milliseconds limit = kPictureLimit;  ///< without a picture for so long, a camera is given up
};

/// The cameras of this computer, and the pictures of the one that is open. Works on a thread of its own, so that its
/// pictures do not wait for a comparison; a camera is opened, read and closed there.
class CameraSession final : public QObject {
    Q_OBJECT

  public:
    explicit CameraSession(QObject* parent = nullptr);
    ~CameraSession() override;

    void setDriver(CameraDriver driver) { driver_ = std::move(driver); }

    /// As of the last look.
    const std::vector<Camera>& cameras() const { return cameras_; }
    void look();

    /// Pictures follow until the camera is closed or fails. Closes the one before.
    void open(const Camera& camera);
    void close();
    const std::optional<Camera>& camera() const { return camera_; }  ///< open, or being opened
    const RgbImage& picture() const { return picture_; }             ///< the newest; without pixels before the first
    const std::optional<Error>& error() const { return error_; }     ///< what ended the pictures
    /// Prepares the newest picture for a comparison, then emits `taken`.
    void take();

  signals:
    void camerasChanged();
    void changed();  ///< the picture, the camera or the error
    void taken(const mantissa::SourceImage& image);

  private:
    struct Opened;
    void next();
    void receive(Result<RgbImage> picture);

    CameraDriver driver_;
    std::vector<Camera> cameras_;
    std::optional<Camera> camera_;
    std::optional<Error> error_;
    RgbImage picture_;
    std::shared_ptr<Opened> opened_;
    QTimer pace_;
    std::unique_ptr<JobRunner> jobs_;
};

}  // namespace mantissa::ui
