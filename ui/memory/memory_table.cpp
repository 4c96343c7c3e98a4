#include "memory/memory_table.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <algorithm>
#include <vector>

#include "widgets/copy_menu.h"

namespace mantissa::ui {
namespace {

constexpr int kMemoryRow = 22, kMemoryHeader = 24, kUsualRows = 9;

}  // namespace

MemoryTable::MemoryTable(QWidget* parent) : QTableView(parent), model_(new MemoryModel(this)) {
    setModel(model_);
    setAccessibleName(tr("Bytes per format"));
    setShowGrid(false);
    setProperty("role", "rows");
    setSelectionMode(QAbstractItemView::ContiguousSelection);
    setTabKeyNavigation(false);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setIconSize({12, 12});
    verticalHeader()->hide();
    verticalHeader()->setMinimumSectionSize(kMemoryRow);
    verticalHeader()->setDefaultSectionSize(kMemoryRow);
    horizontalHeader()->setFixedHeight(kMemoryHeader);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    connect(model_, &QAbstractItemModel::modelReset, this, [this] {
        updateGeometry();
        layOutColumns();
    });
}

QSize MemoryTable::minimumSizeHint() const {
    const int rows = model_->rowCount() > 0 ? model_->rowCount() : kUsualRows;
    return {240, kMemoryHeader + rows * kMemoryRow + 4};
}

void MemoryTable::layOutColumns() {
    // Every column as wide as its header and its numbers ask for; what is left is shared.
    const int count = model_->columnCount();
    std::vector<int> widths;
    int wanted = 0;
    for (int column = 0; column < count; ++column) {
        widths.push_back(std::max(sizeHintForColumn(column), horizontalHeader()->sectionSizeHint(column)));
        wanted += widths.back();
    }
    const int spare = std::max(0, viewport()->width() - wanted), each = spare / count;
    for (int column = 0; column < count; ++column)
        setColumnWidth(column, widths[static_cast<std::size_t>(column)] + each + (column == 0 ? spare % count : 0));
}

void MemoryTable::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    layOutColumns();
}

void MemoryTable::fillCopyMenu(QMenu& menu) {
    addCopyEntries(menu, [this] { return model_->table(); });
}

void MemoryTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy) && model_->rowCount() > 0)
        QGuiApplication::clipboard()->setText(model_->table().tsv());
    else
        QTableView::keyPressEvent(event);
}

void MemoryTable::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    fillCopyMenu(menu);
    if (model_->rowCount() > 0) menu.exec(event->globalPos());
}

}  // namespace mantissa::ui
