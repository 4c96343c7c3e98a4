#pragma once

#include <QDialog>

class QMainWindow;

namespace mantissa::ui {

/// Every keyboard shortcut: those of the window's menus, read from the menus, and those inside pages.
class ShortcutList final : public QDialog {
    Q_OBJECT

  public:
    explicit ShortcutList(QMainWindow* window);
};

}  // namespace mantissa::ui
