#include "run_window.h"

#include <QApplication>
#include <iostream>

#include "display.h"
#include "main_window.h"
#include "session/settings.h"
#include "theme/theme.h"

namespace mantissa::ui {

int runWindow(int argc, char** argv, const std::vector<std::filesystem::path>& files,
              const std::optional<FormatsState>& formats) {
    if (!displayAnswers()) {
        std::cerr << "mantissa: there is no display to open the window on. \"mantissa compare\" needs none.\n";
        return 1;
    }
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("mantissa"));
    QApplication::setApplicationDisplayName(QStringLiteral("Mantissa"));
    QApplication::setApplicationVersion(QStringLiteral(MANTISSA_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("org.mantissa.Mantissa"));
    Theme::instance().install();
    Settings settings;
    MainWindow window(settings);
    window.show();
    window.start(files);
    if (formats) window.showFormats(*formats);
    return QApplication::exec();
}

}  // namespace mantissa::ui
