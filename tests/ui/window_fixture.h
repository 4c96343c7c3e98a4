#pragma once

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <functional>
#include <memory>

#include "main_window.h"
#include "session/settings.h"
#include "theme/theme.h"

namespace mantissa::ui::test {

inline constexpr int kPatience = 60000;  // ms; generous, because sanitizers and busy machines are slow

/// The window as a user has it at first start: bundled model and picture, compared once.
class WindowFixture {
  public:
    /// False where no comparison came.
    bool open() {
        settings.reset();  // or its unwritten values would reach the next test
        QFile::remove(folder.filePath("settings.ini"));
        settings = std::make_unique<Settings>(folder.filePath("settings.ini"));
        settings->set(option::kTimedRuns, 2);
        settings->set(option::kTheme, static_cast<int>(ThemeMode::light));
        window = std::make_unique<MainWindow>(*settings);
        window->resize(1440, 900);
        window->show();
        return QTest::qWaitForWindowActive(window.get()) &&
               emits(&Session::compareReady, [this] { window->start({}); });
    }

    /// Whether `cause` leads to this signal of the session.
    bool emits(void (Session::*signal)(), const std::function<void()>& cause) {
        QSignalSpy spy(&window->session(), signal);
        cause();
        return spy.count() > 0 || spy.wait(kPatience);
    }

    QTemporaryDir folder;
    std::unique_ptr<Settings> settings;
    std::unique_ptr<MainWindow> window;
};

}  // namespace mantissa::ui::test
