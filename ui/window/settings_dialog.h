#pragma once

#include <QDialog>

namespace mantissa::ui {

class Settings;

/// What can be set for good: theme, threads, how long a format is timed.
class SettingsDialog final : public QDialog {
    Q_OBJECT

  public:
    explicit SettingsDialog(Settings& settings, QWidget* parent = nullptr);

  signals:
    void themeChosen(int mode);
    void measurementChanged();  ///< threads or timing are other than before; emitted once, when the dialog closes
};

}  // namespace mantissa::ui
