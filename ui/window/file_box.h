#pragma once

#include <QComboBox>
#include <vector>

#include "theme/icons.h"

namespace mantissa::ui {

/// A box that names the file in use and lists bundled and recent ones, with an entry that opens a dialog.
class FileBox final : public QComboBox {
    Q_OBJECT

  public:
    FileBox(Glyph icon, const QString& accessibleName, QWidget* parent = nullptr);

    struct Entry {
        QString text, path;
    };
    /// `current` is shown and stands first; `others` follow, without duplicates of it.
    void setFiles(const Entry& current, const std::vector<Entry>& bundled, const std::vector<Entry>& recent);

  signals:
    void fileChosen(const QString& path);
    void openRequested();

  private:
    void updateIcons();
    Glyph icon_;
};

}  // namespace mantissa::ui
