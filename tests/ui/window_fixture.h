#pragma once

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "main_window.h"
#include "session/settings.h"
#include "simple_cnn.h"
#include "theme/theme.h"

namespace mantissa::ui::test {

inline constexpr int kPatience = 60000;  // ms; generous, because sanitizers and busy machines are slow

/// Whether `cause` leads to this signal.
template <class Object>
bool leadsTo(const Object& sender, void (Object::*signal)(), const std::function<void()>& cause) {
    QSignalSpy spy(&sender, signal);
    cause();
    return spy.count() > 0 || spy.wait(kPatience);
}

/// The window as a user has it, with settings of its own.
class WindowFixture {
  public:
    /// As it comes up, without a model. False where it did not.
    bool show() {
        settings.reset();  // or its unwritten values would reach the next test
        QFile::remove(folder.filePath("settings.ini"));
        settings = std::make_unique<Settings>(folder.filePath("settings.ini"));
        settings->set(option::kTimedRuns, 2);
        settings->set(option::kTheme, static_cast<int>(ThemeMode::light));
        window = std::make_unique<MainWindow>(*settings);
        window->resize(1440, 900);
        window->show();
        return QTest::qWaitForWindowActive(window.get());
    }

    /// With these files and, for what they do not name, what the first start shows; compared once. False where no
    /// comparison came.
    bool open(const std::vector<std::filesystem::path>& files) {
        return show() && emits(&Session::compareReady, [&] { window->start(files); });
    }

    /// With SimpleCNN, whichever model the first start shows.
    bool open() { return open({simpleCnn()}); }

    /// Whether `cause` leads to this signal of the session.
    bool emits(void (Session::*signal)(), const std::function<void()>& cause) const {
        return leadsTo(window->session(), signal, cause);
    }

    /// The page of this kind, brought to the front by its key; null where it did not come.
    template <class Page>
    Page* showPage() const {
        auto* page = window->findChild<Page*>();
        for (std::size_t i = 0; i < window->pages().size(); ++i)
            if (window->pages()[i] == page)
                QTest::keyClick(window.get(), static_cast<Qt::Key>(Qt::Key_1 + static_cast<int>(i)),
                                Qt::ControlModifier);
        return window->currentPage() == page ? page : nullptr;
    }

    QString writeFile(const QString& name, const QByteArray& bytes) const {
        QFile file(folder.filePath(name));
        return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() ? file.fileName() : QString();
    }

    QTemporaryDir folder;
    std::unique_ptr<Settings> settings;
    std::unique_ptr<MainWindow> window;
};

}  // namespace mantissa::ui::test
