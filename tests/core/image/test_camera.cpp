#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <opencv2/imgcodecs.hpp>
#include <thread>

#include "image/camera.h"
#include "temporary_folder.h"

namespace {

using namespace mantissa;
using namespace std::chrono_literals;
using mantissa::test::TemporaryFolder;
namespace fs = std::filesystem;
using State = FrameSource::State;

/// Device folders as Linux has them.
class Cameras : public testing::Test {
  protected:
    void add(const std::string& device, const std::string& name, const std::string& index) const {
        fs::create_directories(folder_.path() / "classes" / device);
        fs::create_directories(folder_.path() / "devices");
        folder_.write("classes/" + device + "/name", name + "\n");
        folder_.write("classes/" + device + "/index", index + "\n");
        folder_.write("devices/" + device, "");
    }
    std::vector<Camera> list() const {
        return listCameras({.classes = folder_.path() / "classes", .devices = folder_.path() / "devices"});
    }

    TemporaryFolder folder_;
};

TEST_F(Cameras, AreListedByTheirNumber) {
    add("video10", "Second webcam", "0");
    add("video2", "Integrated webcam", "0");
    EXPECT_EQ(list(), (std::vector<Camera>{{"Integrated webcam", folder_.path() / "devices/video2"},
                                           {"Second webcam", folder_.path() / "devices/video10"}}));
}

TEST_F(Cameras, AreNotWhatOnlyLooksLikeOne) {
    EXPECT_TRUE(list().empty()) << "a computer without any";
    add("video0", "Webcam", "0");
    add("video1", "Webcam", "1");  // its metadata
    add("vbi0", "Teletext", "0");  // another kind of device
    add("video2x", "No number", "0");
    add("video3", "Not passed in", "0");  // a container sees the names of the computer's devices, not the devices
    fs::remove(folder_.path() / "devices/video3");
    ASSERT_EQ(list().size(), 1u);
    EXPECT_EQ(list().front().name, "Webcam");
}

TEST_F(Cameras, WithoutANameAreCalledByTheirDevice) {
    add("video7", "", "0");
    ASSERT_EQ(list().size(), 1u);
    EXPECT_EQ(list().front().name, "video7");
}

TEST(Camera, GivesThePicturesOfASequenceInOrderAndThenGoesAway) {
    const TemporaryFolder folder;
    for (int i = 0; i < 3; ++i) {
        const cv::Mat frame(6, 8, CV_8UC3, cv::Scalar(10 * i, 0, 200));  // blue, green, red
        ASSERT_TRUE(cv::imwrite((folder.path() / ("frame_00" + std::to_string(i) + ".png")).string(), frame));
    }
    const Camera camera{.name = "sequence", .device = folder.path() / "frame_%03d.png"};
    const auto source = openCamera(camera);
    ASSERT_TRUE(source) << source.error().text();
    for (int i = 0; i < 3; ++i) {
        const auto picture = nextPicture(**source, camera);
        ASSERT_TRUE(picture) << picture.error().text();
        EXPECT_EQ(picture->width, 8);
        EXPECT_EQ(picture->height, 6);
        EXPECT_EQ((std::vector<int>{picture->pixels[0], picture->pixels[1], picture->pixels[2]}),
                  (std::vector<int>{200, 0, 10 * i}));
    }
    const auto none = nextPicture(**source, camera);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::unreadable);
    EXPECT_NE(none.error().text().find("frame_%03d.png: gives no more pictures"), std::string::npos);
}

TEST(Camera, SaysWhyItDoesNotOpen) {
    const auto absent = openCamera({.name = "gone", .device = "/dev/video-that-is-absent"});
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().code, ErrorCode::unreadable);
    EXPECT_NE(absent.error().text().find("/dev/video-that-is-absent: is not there any more"), std::string::npos);
    const auto noCamera = openCamera({.name = "no camera", .device = "/dev/null"});
    ASSERT_FALSE(noCamera);
    EXPECT_NE(noCamera.error().message.find("gives no pictures"), std::string::npos) << noCamera.error().text();
    const TemporaryFolder folder;
    EXPECT_FALSE(openCamera({.name = "nothing", .device = folder.path() / "frame_%03d.png"}));
}

/// Does as it is told, step by step; the last step is repeated.
class Scripted final : public FrameSource {
  public:
    explicit Scripted(std::deque<State> steps, RgbImage picture = {1, 1, {1, 2, 3}})
        : steps_(std::move(steps)), picture_(std::move(picture)) {}

    State wait(std::chrono::milliseconds limit) override {
        const State step = steps_.front();
        if (steps_.size() > 1) steps_.pop_front();
        if (step == State::waiting) std::this_thread::sleep_for(std::min(limit, 5ms));
        return step;
    }
    RgbImage take() override { return picture_; }

  private:
    std::deque<State> steps_;
    RgbImage picture_;
};
const Camera kCamera{.name = "camera", .device = "/dev/video0"};

TEST(NextPicture, WaitsForIt) {
    Scripted source({State::waiting, State::waiting, State::ready});
    const auto picture = nextPicture(source, kCamera);
    ASSERT_TRUE(picture);
    EXPECT_EQ(picture->pixels, (std::vector<std::uint8_t>{1, 2, 3}));
}

TEST(NextPicture, GivesUpAfterTheLimit) {
    Scripted source({State::waiting});
    const auto picture = nextPicture(source, kCamera, {}, 1000ms);
    ASSERT_FALSE(picture);
    EXPECT_EQ(picture.error().code, ErrorCode::unreadable);
    EXPECT_NE(picture.error().text().find("/dev/video0: gave no picture within 1 s"), std::string::npos);
}

TEST(NextPicture, SaysWhatIsWrongWithTheCamera) {
    Scripted gone({State::waiting, State::gone});
    EXPECT_NE(nextPicture(gone, kCamera).error().message.find("gives no more pictures"), std::string::npos);
    Scripted garbled({State::ready}, {});
    EXPECT_NE(nextPicture(garbled, kCamera).error().message.find("not understood"), std::string::npos);
}

TEST(NextPicture, StopsWhenItIsTold) {
    Scripted source({State::waiting});
    std::stop_source stop;
    std::jthread user([&] {
        std::this_thread::sleep_for(30ms);
        stop.request_stop();
    });
    const auto picture = nextPicture(source, kCamera, stop.get_token(), 600s);
    ASSERT_FALSE(picture);
    EXPECT_EQ(picture.error().code, ErrorCode::cancelled);
}

TEST(CameraPicture, HasANameAndTheDigestOfItsPixels) {
    const SourceImage one = cameraPicture({1, 1, {1, 2, 3}}), other = cameraPicture({1, 1, {1, 2, 4}});
    EXPECT_EQ(one.name, "camera picture");
    EXPECT_TRUE(one.path.empty());
    EXPECT_EQ(one.sha256, "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81");  // sha256sum's
    EXPECT_NE(one.sha256, other.sha256);
}

}  // namespace
