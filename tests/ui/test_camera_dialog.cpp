#include <QAction>
#include <QComboBox>
#include <QImage>
#include <QMenuBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <atomic>
#include <thread>

#include "camera/camera_dialog.h"
#include "camera/camera_preview.h"
#include "page_checks.h"
#include "session/camera_session.h"
#include "window/file_box.h"
#include "window_fixture.h"

using namespace mantissa;
using namespace mantissa::ui;
using namespace std::chrono_literals;
using test::kPatience;

/// "Picture from camera…" by keyboard and mouse. OpenCV's reader of picture sequences is the camera.
class TestCameraDialog final : public QObject {
    Q_OBJECT

    static constexpr int kFrames = 150;
    test::WindowFixture fixture_;
    QTemporaryDir frames_;

    MainWindow* window() const { return fixture_.window.get(); }
    CameraSession& cameras() const { return window()->cameras(); }
    Camera sequence(int first = 0) const {
        return {.name = "Sequence",
                .device = frames_.filePath(QStringLiteral("from%1_%03d.png").arg(first)).toStdString()};
    }
    /// These are the cameras of this computer.
    void plugIn(const std::vector<Camera>& found, CameraDriver driver = {}) {
        driver.list = [found] { return found; };
        cameras().setDriver(std::move(driver));
        cameras().look();
        QTRY_VERIFY_WITH_TIMEOUT(cameras().cameras() == found, kPatience);
    }
    QAction* entry() const {
        for (QAction* top : window()->menuBar()->actions())
            for (QAction* one : top->menu()->actions())
                if (one->text().contains(QStringLiteral("camera"))) return one;
        return nullptr;
    }
    CameraDialog* dialog() const { return window()->findChild<CameraDialog*>(); }
    QPushButton* button(const QString& text) const {
        for (auto* one : dialog()->findChildren<QPushButton*>())
            if (QString(one->text()).remove('&') == text && one->isVisible()) return one;
        return nullptr;
    }
    void openDialog() {
        window()->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(window()));
        QTest::keyClick(window(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(dialog() && dialog()->isVisible());
        QVERIFY(QTest::qWaitForWindowActive(dialog()));
    }
    void waitUntilLive() { QTRY_VERIFY_WITH_TIMEOUT(button(QStringLiteral("Capture"))->isEnabled(), kPatience); }
    void waitUntilItSays(const char* words) {
        QTRY_VERIFY_WITH_TIMEOUT(test::labelSays(*dialog(), QString::fromUtf8(words)), kPatience);
        QVERIFY(!button(QStringLiteral("Capture"))->isEnabled());
    }

  private slots:
    void initTestCase() {
        Theme::instance().install();
        QImage frame(48, 32, QImage::Format_RGB32);
        for (int i = 0; i < kFrames; ++i) {
            frame.fill(QColor(200, i, 60));
            QVERIFY(frame.save(frames_.filePath(QStringLiteral("from0_%1.png").arg(i, 3, 10, QLatin1Char('0')))));
            if (i < 3)
                QVERIFY(frame.save(frames_.filePath(QStringLiteral("from1_%1.png").arg(i, 3, 10, QLatin1Char('0')))));
        }
    }
    void init() { QVERIFY(fixture_.open()); }
    void cleanup() { fixture_.window.reset(); }

    void withoutACameraThereIsNoEntry() {
        plugIn({});
        QVERIFY(!entry()->isVisible());
        auto* images = window()->findChildren<FileBox*>()[1];
        QCOMPARE(images->findText(QStringLiteral("Picture from camera…")), -1);
        QTest::keyClick(window(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
        QVERIFY(!dialog());
        // Plugged in while the program runs: the menu looks again.
        cameras().setDriver({.list = [this] { return std::vector{sequence()}; }});
        emit window()->menuBar()->actions().front()->menu()->aboutToShow();
        QTRY_VERIFY_WITH_TIMEOUT(entry()->isVisible(), kPatience);
        QVERIFY(images->findText(QStringLiteral("Picture from camera…")) > 0);
    }

    void aPictureIsTakenByKeyboardAlone() {
        plugIn({sequence()});
        openDialog();
        waitUntilLive();
        QCOMPARE(dialog()->focusWidget(), button(QStringLiteral("Capture")));
        QCOMPARE(dialog()->findChild<CameraPreview*>()->picture().size(), QSize(48, 32));
        QVERIFY(!dialog()->findChild<QComboBox*>()->isVisible());
        QCOMPARE(test::controlWithoutName(*dialog()), QString());
        const QColor shown = dialog()->findChild<CameraPreview*>()->picture().pixelColor(5, 5);
        QVERIFY(fixture_.emits(&Session::compareReady, [this] { QTest::keyClick(dialog(), Qt::Key_Return); }));
        const auto& image = window()->session().image();
        QCOMPARE(image->name, std::string("camera picture"));
        QCOMPARE(image->rgb.width, 48);
        QCOMPARE(image->rgb.height, 32);
        QCOMPARE(QColor(image->rgb.pixels[0], image->rgb.pixels[1], image->rgb.pixels[2]), shown);
        QCOMPARE(window()->session().report()->image->sha256, image->sha256);
        QTRY_VERIFY(!dialog());
        QVERIFY(!cameras().camera());
    }

    void theImageBoxOpensItAndCancelChangesNothing() {
        plugIn({sequence()});
        const std::string before = window()->session().image()->sha256;
        auto* images = window()->findChildren<FileBox*>()[1];
        emit images->activated(images->findText(QStringLiteral("Picture from camera…")));
        QVERIFY(dialog());
        waitUntilLive();
        QTest::mouseClick(button(QStringLiteral("Cancel")), Qt::LeftButton);
        QTRY_VERIFY(!dialog());
        QVERIFY(!cameras().camera());
        QCOMPARE(window()->session().image()->sha256, before);
    }

    void whatGoesAwayInTheMiddleCanBeTriedAgain() {
        plugIn({sequence(1)});  // three pictures
        openDialog();
        waitUntilItSays("gives no more pictures");
        QCOMPARE(dialog()->focusWidget(), button(QStringLiteral("Try again")));
        cameras().setDriver({.list = [this] { return std::vector{sequence(1)}; },
                             .open = [this](const Camera&) { return openCamera(sequence()); }});
        QTest::keyClick(dialog()->focusWidget(), Qt::Key_Space);
        waitUntilLive();
        QVERIFY(!button(QStringLiteral("Try again")));
    }

    void whatGivesNoPictureIsGivenUp() {
        class Silent final : public FrameSource {
            State wait(std::chrono::milliseconds limit) override {
                std::this_thread::sleep_for(limit);
                return State::waiting;
            }
            RgbImage take() override { return {}; }
        };
        plugIn({sequence()},
               {.open = [](const Camera&) -> Result<FrameSourcePtr> { return {std::make_unique<Silent>()}; },
                .limit = 1000ms});
        openDialog();
        waitUntilItSays("gave no picture within 1 s");
        QTest::keyClick(dialog(), Qt::Key_Escape);
        QTRY_VERIFY(!dialog());
    }

    void whatDoesNotOpenSaysWhy() {
        plugIn({sequence()}, {.open = [](const Camera& camera) -> Result<FrameSourcePtr> {
                   return Error{.code = ErrorCode::unreadable, .message = "is in use", .where = camera.device.string()};
               }});
        openDialog();
        waitUntilItSays("png: is in use.");
        // Unplugged: the list is empty when it is tried again.
        plugIn({});
        QTest::mouseClick(button(QStringLiteral("Try again")), Qt::LeftButton);
        waitUntilItSays("There is no camera any more");
        // Plugged in again, it needs no click.
        plugIn({sequence()});
        waitUntilLive();
    }

    void severalCamerasAreChosenFrom() {
        plugIn({{.name = "Broken", .device = frames_.filePath("absent_%03d.png").toStdString()}, sequence()});
        openDialog();
        waitUntilItSays("absent_%03d.png: gives no pictures");
        auto* box = dialog()->findChild<QComboBox*>();
        QVERIFY(box->isVisible());
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Down);
        waitUntilLive();
        QCOMPARE(dialog()->focusWidget(), box);
    }

    void theWindowsThreadNeverTouchesTheCamera() {
        std::atomic<int> opened = 0, closed = 0, elsewhere = 0;
        QThread* const gui = QThread::currentThread();
        class Watched final : public FrameSource {
          public:
            explicit Watched(std::function<void()> gone) : gone_(std::move(gone)) {}
            ~Watched() override { gone_(); }
            State wait(std::chrono::milliseconds) override { return State::ready; }
            RgbImage take() override { return {2, 1, {1, 2, 3, 4, 5, 6}}; }

          private:
            std::function<void()> gone_;
        };
        plugIn({sequence()}, {.open = [&](const Camera&) -> Result<FrameSourcePtr> {
                   ++opened;
                   elsewhere += QThread::currentThread() != gui;
                   return {std::make_unique<Watched>([&] {
                       ++closed;
                       elsewhere += QThread::currentThread() != gui;
                   })};
               }});
        openDialog();
        waitUntilLive();
        QTest::keyClick(dialog(), Qt::Key_Escape);
        QTRY_COMPARE_WITH_TIMEOUT(closed.load(), 1, kPatience);
        openDialog();
        waitUntilLive();
        fixture_.window.reset();  // with the dialog open
        QCOMPARE(opened.load(), 2);
        QCOMPARE(closed.load(), 2);
        QCOMPARE(elsewhere.load(), 4);
    }
};

QTEST_MAIN(TestCameraDialog)
#include "test_camera_dialog.moc"
