#include "charts/data_table_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "theme/theme.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

/// Words stand at the left, numbers, and what takes a number's place, at the right.
bool holdsWords(const DataTable& table, int column) {
    static const QStringList kNoNumber{QStringLiteral("NaN"), QStringLiteral("nan"), QStringLiteral("inf"),
                                       QStringLiteral("exact")};
    return std::any_of(table.rows.begin(), table.rows.end(), [&](const QStringList& row) {
        const QString cell = row.value(column);
        return !cell.isEmpty() && cell.front().isLetter() && !kNoNumber.contains(cell);
    });
}

}  // namespace

DataTableDialog::DataTableDialog(const QString& title, const QString& finding, const DataTable& table, QWidget* parent)
    : QDialog(parent), data_(table) {
    setWindowTitle(tr("%1: data").arg(title));
    resize(640, 460);
    auto* layout = new QVBoxLayout(this);
    if (!finding.isEmpty()) {
        auto* words = roleLabel(finding, "secondary", this);
        words->setWordWrap(true);
        layout->addWidget(words);
    }
    auto* view = new QTableWidget(static_cast<int>(table.rows.size()), static_cast<int>(table.header.size()), this);
    view->setHorizontalHeaderLabels(table.header);
    view->setEditTriggers(QAbstractItemView::NoEditTriggers);
    view->setAccessibleName(tr("Data of the chart %1").arg(title));
    view->verticalHeader()->setDefaultSectionSize(24);
    view->verticalHeader()->hide();
    view->setTabKeyNavigation(false);
    for (int column = 0; column < view->columnCount(); ++column) {
        const bool words = column == 0 || holdsWords(table, column);
        for (int row = 0; row < view->rowCount(); ++row) {
            auto* item = new QTableWidgetItem(table.rows[static_cast<std::size_t>(row)].value(column));
            if (!words) {
                item->setFont(themeFont(FontRole::numbers, kTablePixels));
                item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            }
            view->setItem(row, column, item);
        }
    }
    view->resizeColumnsToContents();
    layout->addWidget(view, 1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    auto* copy = buttons->addButton(tr("Copy all"), QDialogButtonBox::ActionRole);
    connect(copy, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(data_.tsv()); });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addWidget(buttons);
}

}  // namespace mantissa::ui
