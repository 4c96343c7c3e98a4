#include "display.h"

#include <QDir>
#include <QFileInfo>
#include <QLibrary>

namespace mantissa::ui {
namespace {

/// Where XCB, which Qt itself uses, is missing, a name is taken for a display.
bool x11Answers() {
    if (qEnvironmentVariableIsEmpty("DISPLAY")) return false;
    QLibrary xcb(QStringLiteral("xcb"), 1);
    using Connect = void* (*)(const char*, int*);
    using HasError = int (*)(void*);
    using Disconnect = void (*)(void*);
    const auto connect = reinterpret_cast<Connect>(xcb.resolve("xcb_connect"));
    const auto hasError = reinterpret_cast<HasError>(xcb.resolve("xcb_connection_has_error"));
    const auto disconnect = reinterpret_cast<Disconnect>(xcb.resolve("xcb_disconnect"));
    if (!connect || !hasError || !disconnect) return true;
    void* connection = connect(nullptr, nullptr);
    const bool answers = hasError(connection) == 0;
    disconnect(connection);
    return answers;
}

/// The socket is a name in the runtime folder, or a path.
bool waylandAnswers() {
    const QString name = qEnvironmentVariable("WAYLAND_DISPLAY");
    return !name.isEmpty() && QFileInfo::exists(QDir(qEnvironmentVariable("XDG_RUNTIME_DIR")).absoluteFilePath(name));
}

}  // namespace

bool displayAnswers() {
    return !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM") || waylandAnswers() || x11Answers();
}

}  // namespace mantissa::ui
