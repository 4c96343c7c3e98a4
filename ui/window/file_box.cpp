#include "window/file_box.h"

#include <QSignalBlocker>

#include "number_text.h"
#include "theme/theme.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

const QString kOpenMarker = QStringLiteral("\nopen");  // no path holds a line break here

}  // namespace

FileBox::FileBox(Glyph icon, const QString& accessibleName, QWidget* parent) : QComboBox(parent), icon_(icon) {
    setAccessibleName(accessibleName);
    setSizeAdjustPolicy(QComboBox::AdjustToContents);
    setMaximumWidth(300);
    setMinimumContentsLength(12);
    connect(this, &QComboBox::activated, this, [this](int index) {
        const QString path = itemData(index).toString();
        setCurrentIndex(0);  // what is shown follows the session: opening may not succeed
        if (path == kOpenMarker)
            emit openRequested();
        else if (index > 0)
            emit fileChosen(path);
    });
    connect(&Theme::instance(), &Theme::changed, this, &FileBox::updateIcons);
}

void FileBox::setFiles(const Entry& current, const std::vector<Entry>& bundled, const std::vector<Entry>& recent) {
    const QSignalBlocker blocker(this);
    clear();
    addItem(elidedMiddle(current.text, 32), current.path);
    setItemData(0, plainToolTip(current.path), Qt::ToolTipRole);
    setToolTip(plainToolTip(current.path));
    for (const auto* group : {&recent, &bundled}) {
        bool first = true;
        for (const auto& entry : *group) {
            if (findData(entry.path) >= 0) continue;
            if (first) insertSeparator(count());
            first = false;
            addItem(elidedMiddle(entry.text, 40), entry.path);
            setItemData(count() - 1, plainToolTip(entry.path), Qt::ToolTipRole);
        }
    }
    insertSeparator(count());
    addItem(tr("Open…"), kOpenMarker);
    setCurrentIndex(0);
    updateIcons();
}

void FileBox::updateIcons() {
    for (int i = 0; i < count(); ++i)
        if (itemData(i).isValid() && itemData(i).toString() != kOpenMarker)
            setItemIcon(i, glyph(icon_, Theme::instance().tokens().text2));
}

}  // namespace mantissa::ui
