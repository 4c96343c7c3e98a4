#include "image/camera.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "image/camera_module.h"
#include "storage/sha256.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;
using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds kStopLook{40};  // between two looks at the stop token

std::string firstLineOf(const fs::path& file) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
}

/// The number of "video12"; −1 for other names.
int numberOfVideo(const std::string& name) {
    constexpr std::string_view kPrefix = "video";
    if (!name.starts_with(kPrefix) || name.size() == kPrefix.size() || name.size() > kPrefix.size() + 6) return -1;
    int number = 0;
    for (const char digit : name.substr(kPrefix.size())) {
        if (digit < '0' || digit > '9') return -1;
        number = 10 * number + (digit - '0');
    }
    return number;
}

/// A file descriptor that is closed again.
class OpenDevice {
  public:
    explicit OpenDevice(const fs::path& path) : number_(open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)) {}
    ~OpenDevice() {
        if (number_ >= 0) close(number_);
    }
    OpenDevice(const OpenDevice&) = delete;
    OpenDevice& operator=(const OpenDevice&) = delete;
    int number() const { return number_; }

  private:
    int number_;
};

/// Whether the driver says that this device takes no pictures. One that cannot be asked may take some: opening it as a
/// camera will say why it does not.
bool takesNoPictures(const fs::path& path) {
    const OpenDevice device(path);
    v4l2_capability answer{};
    if (device.number() < 0 || ioctl(device.number(), VIDIOC_QUERYCAP, &answer) != 0) return false;
    const auto can = answer.capabilities & V4L2_CAP_DEVICE_CAPS ? answer.device_caps : answer.capabilities;
    return !(can & (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_VIDEO_CAPTURE_MPLANE));
}

Error cameraError(const Camera& camera, std::string message) {
    return {.code = ErrorCode::unreadable, .message = std::move(message), .where = camera.device.string()};
}

const std::string kInUse = "is in use: close the other program that shows its picture, then try again";

/// What stands in the way of opening a device; a sequence of pictures has no such trouble.
Status openable(const Camera& camera) {
    std::error_code error;
    if (!camera.device.string().starts_with("/dev/")) return Done{};
    if (!fs::exists(camera.device, error))
        return cameraError(camera, "is not there any more: plug the camera in, then try again");
    const OpenDevice device(camera.device);
    if (device.number() >= 0) return Done{};
    if (errno == EBUSY) return cameraError(camera, kInUse);
    if (errno == EACCES || errno == EPERM)
        return cameraError(camera,
                           "may not be used by you: join the group that it belongs to (“video” on most systems)");
    return cameraError(camera, "was not opened: " + std::generic_category().message(errno));
}

struct CameraModule {
    OpenFrames openFrames;
};

/// OpenCV's videoio, which brings a hundred libraries along, is loaded when the first camera is opened.
Result<CameraModule> cameraModule() {
    static constexpr const char* kModule = "mantissa-camera.so";
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
    fs::path module = program / kModule;
    if (!fs::exists(module, error)) module = program.parent_path() / "lib" / "mantissa" / kModule;
    // It stays loaded: the sources that it makes live on.
    void* library = dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* function = library ? dlsym(library, kOpenFramesName) : nullptr;
    if (function) return CameraModule{.openFrames = reinterpret_cast<OpenFrames>(function)};
    const char* reason = dlerror();
    return Error{.code = ErrorCode::internal,
                 .message = std::string("the part of Mantissa that reads cameras was not loaded: ") +
                            (reason ? reason : "no reason is known"),
                 .where = module.string()};
}

}  // namespace

std::vector<Camera> listCameras(const CameraFolders& folders) {
    std::vector<std::pair<int, Camera>> found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folders.classes, error)) {
        const std::string file = entry.path().filename().string();
        const int number = numberOfVideo(file);
        const fs::path device = folders.devices / file;
        // A camera has one device with index 0; those after it carry metadata or other sizes.
        if (number < 0 || firstLineOf(entry.path() / "index") != "0" || !fs::exists(device, error)) continue;
        if (takesNoPictures(device)) continue;
        std::string name = firstLineOf(entry.path() / "name");
        found.emplace_back(number, Camera{.name = name.empty() ? file : std::move(name), .device = device});
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<Camera> cameras;
    for (auto& [number, camera] : found) cameras.push_back(std::move(camera));
    return cameras;
}

Result<FrameSourcePtr> openCamera(const Camera& camera) {
    if (auto status = openable(camera); !status) return std::move(status).error();
    const auto module = cameraModule();
    if (!module) return module.error();
    FrameSourcePtr source(module->openFrames(camera.device.c_str()));
    if (!source)
        return cameraError(camera, "gives no pictures: another program may be using it; close that, then try again");
    return source;
}

Result<RgbImage> nextPicture(FrameSource& source, const Camera& camera, std::stop_token stop, Milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
        if (stop.stop_requested()) return Error{.code = ErrorCode::cancelled, .message = "cancelled"};
        switch (source.wait(kStopLook)) {
            case FrameSource::State::ready: {
                RgbImage picture = source.take();
                if (picture.pixels.empty())
                    return cameraError(camera, "gave a picture that was not understood; try again");
                return picture;
            }
            case FrameSource::State::gone:
                return cameraError(camera, "gives no more pictures: see whether it is still plugged in");
            case FrameSource::State::waiting:
                break;
        }
        if (std::chrono::steady_clock::now() >= end)
            return cameraError(camera, "gave no picture within " + std::to_string(limit.count() / 1000) +
                                           " s: see whether its shutter is open and no other program uses it");
    }
}

SourceImage cameraPicture(RgbImage picture) {
    SourceImage source{.path = {}, .name = "camera picture", .sha256 = {}, .rgb = std::move(picture)};
    source.sha256 = sha256(std::as_bytes(std::span(source.rgb.pixels)));
    return source;
}

}  // namespace mantissa
