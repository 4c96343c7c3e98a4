#include "layers/fact_table.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>

#include "theme/theme.h"
#include "widgets/copy_menu.h"

namespace mantissa::ui {
namespace {

constexpr int kFactRow = 22, kFactHeader = 24, kWordShare = 34;  // px, px, %

}  // namespace

FactTable::FactTable(const QString& accessibleName, QWidget* parent) : QTableWidget(parent) {
    setAccessibleName(accessibleName);
    setProperty("role", "rows");
    setShowGrid(false);
    setEditTriggers(QAbstractItemView::NoEditTriggers);
    setSelectionMode(QAbstractItemView::ContiguousSelection);
    setTabKeyNavigation(false);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    verticalHeader()->hide();
    verticalHeader()->setMinimumSectionSize(kFactRow);
    verticalHeader()->setDefaultSectionSize(kFactRow);
    horizontalHeader()->setFixedHeight(kFactHeader);
    horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
}

QSize FactTable::minimumSizeHint() const { return {200, kFactHeader + std::max(1, rowCount()) * kFactRow + 4}; }

void FactTable::setTable(const DataTable& table) {
    table_ = table;
    setRowCount(static_cast<int>(table.rows.size()));
    setColumnCount(static_cast<int>(table.header.size()));
    for (int column = 0; column < columnCount(); ++column) {
        const Qt::Alignment align = (column == 0 ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter;
        auto* header = new QTableWidgetItem(table.header[column]);
        header->setTextAlignment(align);
        setHorizontalHeaderItem(column, header);
        for (int row = 0; row < rowCount(); ++row) {
            auto* cell = new QTableWidgetItem(table.rows[static_cast<std::size_t>(row)][column]);
            cell->setTextAlignment(align);
            cell->setFont(themeFont(column == 0 ? FontRole::words : FontRole::numbers, kSecondaryPixels));
            setItem(row, column, cell);
        }
    }
    layOutColumns();
    updateGeometry();
}

void FactTable::layOutColumns() {
    const int numbers = columnCount() - 1, width = viewport()->width();
    if (numbers < 1) return;
    const int words = width * kWordShare / 100, each = (width - words) / numbers;
    setColumnWidth(0, width - each * numbers);
    for (int column = 1; column <= numbers; ++column) setColumnWidth(column, each);
}

void FactTable::resizeEvent(QResizeEvent* event) {
    QTableWidget::resizeEvent(event);
    layOutColumns();
}

void FactTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy) && !table_.rows.empty())
        QGuiApplication::clipboard()->setText(table_.tsv());
    else
        QTableWidget::keyPressEvent(event);
}

void FactTable::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    addCopyEntries(menu, [this] { return table_; });
    if (!table_.rows.empty()) menu.exec(event->globalPos());
}

}  // namespace mantissa::ui
