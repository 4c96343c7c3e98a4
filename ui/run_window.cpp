#include "run_window.h"

#include <QApplication>

#include "main_window.h"
#include "session/settings.h"
#include "theme/theme.h"

namespace mantissa::ui {

int runWindow(int argc, char** argv, const std::vector<std::filesystem::path>& files) {
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
    return QApplication::exec();
}

}  // namespace mantissa::ui
