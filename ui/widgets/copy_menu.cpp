#include "widgets/copy_menu.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>

namespace mantissa::ui {

void addCopyEntries(QMenu& menu, const std::function<DataTable()>& table) {
    const auto copy = [table](QString (DataTable::*as)() const) {
        return [table, as] { QGuiApplication::clipboard()->setText((table().*as)()); };
    };
    menu.addAction(QMenu::tr("Copy as TSV"), &menu, copy(&DataTable::tsv));
    menu.addAction(QMenu::tr("Copy as Markdown"), &menu, copy(&DataTable::markdown));
    menu.addAction(QMenu::tr("Copy as CSV"), &menu, copy(&DataTable::csv));
}

}  // namespace mantissa::ui
