#pragma once

#include <QComboBox>
#include <vector>

#include "theme/icons.h"

namespace mantissa::ui {

/// A box that names the file in use and lists others, with an entry that opens a dialog.
class FileBox final : public QComboBox {
    Q_OBJECT

  public:
    FileBox(Glyph icon, const QString& accessibleName, QWidget* parent = nullptr);

    struct Entry {
        QString text, path;
        QString problem{};  ///< why it cannot be chosen; empty where it can
    };
    using Group = std::vector<Entry>;
    /// `current` is shown and stands first; the groups follow, without duplicates, a line before each. While the list
    /// is open they wait.
    void setFiles(const Entry& current, const std::vector<Group>& groups);
    /// One more entry at the end, which emits moreRequested; none without a text.
    void setMoreText(const QString& text);

    void showPopup() override;
    void hidePopup() override;

  signals:
    void fileChosen(const QString& path);
    void openRequested();
    void moreRequested();
    void aboutToOpen();  ///< the list

  protected:
    void paintEvent(QPaintEvent*) override;

  private:
    void fill();
    void addEntry(const Entry& entry);
    void updateIcons();

    Glyph icon_;
    QString moreText_;
    Entry current_;
    std::vector<Group> groups_;
    bool open_ = false;
};

}  // namespace mantissa::ui
