#include "image/camera_module.h"

#include <filesystem>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace mantissa {
namespace {

using Milliseconds = std::chrono::milliseconds;

RgbImage rgbOf(const cv::Mat& frame) {
    if (frame.empty() || frame.depth() != CV_8U) return {};
    cv::Mat rgb;
    switch (frame.channels()) {
        case 1:
            cv::cvtColor(frame, rgb, cv::COLOR_GRAY2RGB);
            break;
        case 3:
            cv::cvtColor(frame, rgb, cv::COLOR_BGR2RGB);
            break;
        case 4:
            cv::cvtColor(frame, rgb, cv::COLOR_BGRA2RGB);
            break;
        default:
            return {};
    }
    RgbImage picture{.width = rgb.cols, .height = rgb.rows, .pixels = {}};
    picture.pixels.assign(rgb.datastart, rgb.dataend);
    return picture;
}

/// Pictures of a sequence are there as soon as they are asked for.
class SequenceFrames final : public FrameSource {
  public:
    explicit SequenceFrames(cv::VideoCapture capture) : capture_(std::move(capture)) {}

    State wait(Milliseconds) override { return capture_.grab() ? State::ready : State::gone; }
    RgbImage take() override {
        cv::Mat frame;
        return capture_.retrieve(frame) ? rgbOf(frame) : RgbImage{};
    }

  private:
    cv::VideoCapture capture_;
};

/// A V4L2 device. OpenCV's own read() would wait up to ten seconds, deaf to everything.
class DeviceFrames final : public FrameSource {
  public:
    DeviceFrames(cv::VideoCapture capture, std::filesystem::path device)
        : capture_{std::move(capture)}, device_(std::move(device)) {}

    State wait(Milliseconds limit) override {
        std::vector<int> ready;
        try {
            const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(limit).count();
            if (!cv::VideoCapture::waitAny(capture_, ready, nanoseconds)) return stillThere();
        } catch (const cv::Exception&) {  // the device reports an error instead of a picture
            return State::gone;
        }
        if (!ready.empty()) return State::ready;
        std::this_thread::sleep_for(limit);  // woken without a picture: no reason to spin
        return stillThere();
    }

    RgbImage take() override {
        cv::Mat frame;
        return capture_.front().read(frame) ? rgbOf(frame) : RgbImage{};
    }

  private:
    State stillThere() const {
        std::error_code error;
        return std::filesystem::exists(device_, error) ? State::waiting : State::gone;
    }

    std::vector<cv::VideoCapture> capture_;  // one; waitAny takes them so
    std::filesystem::path device_;
};

FrameSource* openFrames(const std::string& device) {
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    const bool isDevice = device.starts_with("/dev/");
    cv::VideoCapture capture;
    if (!capture.open(device, isDevice ? cv::CAP_V4L2 : cv::CAP_IMAGES)) return nullptr;
    if (isDevice) return new DeviceFrames(std::move(capture), device);
    return new SequenceFrames(std::move(capture));
}

}  // namespace
}  // namespace mantissa

extern "C" mantissa::FrameSource* mantissaOpenFrames(const char* device) {
    try {
        return mantissa::openFrames(device);
    } catch (const std::exception&) {  // OpenCV's: what cannot be opened; the caller names the device
        return nullptr;
    }
}
