#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "image/image.h"
#include "result.h"

namespace mantissa {

/// A camera of this computer.
struct Camera {
    std::string name;  ///< what its driver calls it: "Integrated Webcam"
    /// "/dev/video0"; a numbered sequence of pictures ("frame_%03d.png") serves as a camera too.
    std::filesystem::path device;

    bool operator==(const Camera&) const = default;
};

/// Where Linux tells of cameras (V4L2): a folder of devices by their number, each with its name and index, and the
/// devices themselves.
struct CameraFolders {
    std::filesystem::path classes = "/sys/class/video4linux";
    std::filesystem::path devices = "/dev";
};

/// The cameras of this computer in the order of their numbers. Takes no picture. A device that says that it takes none
/// (metadata, decoders, outputs) is left out.
std::vector<Camera> listCameras(const CameraFolders& folders = {});

/// Pictures one after the other: an open camera. Used by one thread at a time.
class FrameSource {
  public:
    virtual ~FrameSource() = default;
    enum class State { waiting, ready, gone };
    /// Waits for the next picture, at most this long.
    virtual State wait(std::chrono::milliseconds limit) = 0;
    /// The picture that is ready; without pixels where it was not understood.
    virtual RgbImage take() = 0;
};
using FrameSourcePtr = std::unique_ptr<FrameSource>;

/// Takes seconds with some cameras. Errors, all `unreadable`: the device is absent, may not be read by this user, or is
/// in use by another program.
Result<FrameSourcePtr> openCamera(const Camera& camera);

/// A camera that gives no picture for so long gives none.
inline constexpr std::chrono::milliseconds kPictureLimit{5000};

/// The next picture of a camera. Looks at the stop token every few hundredths of a second. Errors: none came within the
/// limit, the camera went away, its picture was not understood; cancelled.
Result<RgbImage> nextPicture(FrameSource& source, const Camera& camera, std::stop_token stop = {},
                             std::chrono::milliseconds limit = kPictureLimit);

/// A picture taken from a camera, ready for a comparison: named, with the digest of its pixels.
SourceImage cameraPicture(RgbImage picture);

}  // namespace mantissa
