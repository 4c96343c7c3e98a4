#include "window/shortcut_list.h"

#include <QAction>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>
#include <QTableWidget>
#include <QVBoxLayout>
#include <utility>
#include <vector>

#include "theme/theme.h"

namespace mantissa::ui {

ShortcutList::ShortcutList(QMainWindow* window) : QDialog(window) {
    setWindowTitle(tr("Keyboard shortcuts"));
    resize(460, 520);
    std::vector<std::pair<QString, QString>> rows;
    for (QAction* top : window->menuBar()->actions())
        if (top->menu())
            for (QAction* entry : top->menu()->actions())
                if (!entry->shortcut().isEmpty() && entry->isVisible())
                    rows.emplace_back(entry->shortcut().toString(QKeySequence::NativeText),
                                      QString(entry->text()).remove('&').remove(QStringLiteral("…")));
    rows.insert(rows.end(), {{tr("Esc"), tr("Cancel what is running, or close an error message")},
                             {tr("Alt+1 … Alt+9"), tr("Turn a candidate format on or off (Compare)")},
                             {tr("Ctrl+C"), tr("Copy: a chart as picture, a table as text")},
                             {tr("Ctrl+Shift+D"), tr("Data table of the chart in focus")},
                             {tr("Left, Right"), tr("Change the choice of a row of joined buttons")}});
    auto* table = new QTableWidget(static_cast<int>(rows.size()), 2, this);
    table->setHorizontalHeaderLabels({tr("Keys"), tr("What they do")});
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(24);
    table->horizontalHeader()->setStretchLastSection(true);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setTabKeyNavigation(false);
    table->setAccessibleName(windowTitle());
    for (int row = 0; row < table->rowCount(); ++row) {
        const auto& [keys, what] = rows[static_cast<std::size_t>(row)];
        auto* left = new QTableWidgetItem(keys);
        left->setFont(themeFont(FontRole::numbers, kTablePixels));
        table->setItem(row, 0, left);
        table->setItem(row, 1, new QTableWidgetItem(what));
    }
    table->setColumnWidth(0, 150);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(table);
    layout->addWidget(buttons);
}

}  // namespace mantissa::ui
