#include "window/file_box.h"

#include <QAbstractItemView>
#include <QSignalBlocker>
#include <QStandardItemModel>
#include <QStylePainter>
#include <QTimer>
#include <algorithm>

#include "number_text.h"
#include "theme/theme.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

// No path holds a line break here.
const QString kOpenMarker = QStringLiteral("\nopen"), kMoreMarker = QStringLiteral("\nmore");
constexpr int kLongestEntry = 76;  // characters
constexpr int kEntryMargin = 24;   // px beside the text of an entry
constexpr int kIconMargin = 8;     // px between the box's icon and its text, and behind that

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
        else if (path == kMoreMarker)
            emit moreRequested();
        else if (index > 0)
            emit fileChosen(path);
    });
    connect(&Theme::instance(), &Theme::changed, this, &FileBox::updateIcons);
}

void FileBox::setFiles(const Entry& current, const std::vector<Group>& groups) {
    current_ = current;
    groups_ = groups;
    if (!open_) fill();
}

void FileBox::setMoreText(const QString& text) {
    if (moreText_ == text) return;
    moreText_ = text;
    if (!open_ && !groups_.empty()) fill();
}

void FileBox::fill() {
    const QSignalBlocker blocker(this);
    clear();
    addItem(elidedMiddle(current_.text, 32), current_.path);
    setItemData(0, plainToolTip(current_.path), Qt::ToolTipRole);
    setToolTip(plainToolTip(current_.path));
    for (const Group& group : groups_) {
        bool first = true;
        for (const Entry& entry : group) {
            if (findData(entry.path) >= 0) continue;
            if (first) insertSeparator(count());
            first = false;
            addEntry(entry);
        }
    }
    insertSeparator(count());
    addItem(tr("Open…"), kOpenMarker);
    if (!moreText_.isEmpty()) addItem(moreText_, kMoreMarker);
    setCurrentIndex(0);
    updateIcons();
}

void FileBox::addEntry(const Entry& entry) {
    addItem(elidedMiddle(entry.text, kLongestEntry), entry.path);
    const int row = count() - 1;
    setItemData(row, plainToolTip(entry.problem.isEmpty() ? entry.path : entry.path + '\n' + entry.problem),
                Qt::ToolTipRole);
    if (!entry.problem.isEmpty())
        if (auto* items = qobject_cast<QStandardItemModel*>(model())) items->item(row)->setEnabled(false);
}

void FileBox::showPopup() {
    emit aboutToOpen();
    open_ = true;
    // The list is wide enough for its longest entry, whatever the box itself is.
    const int needed = view()->sizeHintForColumn(0) + kEntryMargin;
    view()->setMinimumWidth(std::min(needed, window()->width()));
    QComboBox::showPopup();
}

void FileBox::hidePopup() {
    QComboBox::hidePopup();
    open_ = false;
    // What is chosen comes after this, by its place in the list.
    QTimer::singleShot(0, this, [this] {
        if (!open_) fill();
    });
}

/// As QComboBox paints itself, but that a name which is too long says so.
void FileBox::paintEvent(QPaintEvent*) {
    QStylePainter painter(this);
    painter.setPen(palette().color(QPalette::Text));
    QStyleOptionComboBox option;
    initStyleOption(&option);
    painter.drawComplexControl(QStyle::CC_ComboBox, option);
    const int room = style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, this).width();
    option.currentText =
        fontMetrics().elidedText(option.currentText, Qt::ElideMiddle, room - option.iconSize.width() - kIconMargin);
    painter.drawControl(QStyle::CE_ComboBoxLabel, option);
}

void FileBox::updateIcons() {
    const Tokens& t = Theme::instance().tokens();
    for (int i = 0; i < count(); ++i) {
        const bool enabled = model()->flags(model()->index(i, modelColumn())).testFlag(Qt::ItemIsEnabled);
        setItemData(i, enabled ? QVariant() : t.text3, Qt::ForegroundRole);
        if (const QString path = itemData(i).toString();
            itemData(i).isValid() && path != kOpenMarker && path != kMoreMarker)
            setItemIcon(i, glyph(icon_, enabled ? t.text2 : t.text3));
    }
}

}  // namespace mantissa::ui
