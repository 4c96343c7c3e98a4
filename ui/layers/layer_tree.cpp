#include "layers/layer_tree.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QRegularExpression>
#include <QSortFilterProxyModel>
#include <algorithm>

#include "layers/layer_delegate.h"
#include "theme/theme.h"
#include "widgets/copy_menu.h"

namespace mantissa::ui {
namespace {

constexpr int kNameLeast = 170, kNumberColumn = 78, kBarColumn = 118, kKindColumn = 108, kNotesColumn = 116;  // px
constexpr int kCompactBelow = 700,
              kCompactColumn =
                  102;  // px of room; the operators and the parameters then stand in the other columns only

int widthOf(int column) {
    switch (column) {
        case LayerModel::kind:
            return kKindColumn;
        case LayerModel::localSqnr:
        case LayerModel::cumulativeSqnr:
        case LayerModel::onlyThis:
            return kBarColumn;
        case LayerModel::notes:
            return kNotesColumn;
        case LayerModel::shape:
            return 136;
        case LayerModel::weightRange:
        case LayerModel::activationRange:
            return 136;
        case LayerModel::localCosine:
        case LayerModel::localMax:
        case LayerModel::cumulativeCosine:
        case LayerModel::cumulativeMax:
            return 104;
        default:
            return kNumberColumn;
    }
}

}  // namespace

LayerTree::LayerTree(LayersSession& layers, QWidget* parent)
    : QTreeView(parent),
      session_(layers),
      model_(new LayerModel(layers, this)),
      sorted_(new QSortFilterProxyModel(this)) {
    sorted_->setSourceModel(model_);
    sorted_->setSortRole(LayerModel::kSortRole);
    sorted_->setFilterRole(LayerModel::kPathRole);
    sorted_->setFilterCaseSensitivity(Qt::CaseInsensitive);
    sorted_->setRecursiveFilteringEnabled(true);
    setModel(sorted_);
    setItemDelegate(new LayerDelegate(this));
    setAccessibleName(tr("Layers"));
    setUniformRowHeights(true);
    setIndentation(10);
    setAllColumnsShowFocus(true);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setTabKeyNavigation(false);
    setSortingEnabled(true);
    sortByColumn(LayerModel::name, Qt::AscendingOrder);
    setTextElideMode(Qt::ElideRight);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    header()->setSectionsMovable(false);
    header()->setStretchLastSection(false);
    header()->setTextElideMode(Qt::ElideRight);
    header()->setMinimumSectionSize(30);
    setMinimumHeight(120);
    connect(model_, &QAbstractItemModel::modelReset, this, &LayerTree::open);
    connect(model_, &QAbstractItemModel::headerDataChanged, this, &LayerTree::layOutColumns);
    connect(&Theme::instance(), &Theme::changed, viewport(), qOverload<>(&QWidget::update));
    setColumns(columns_);
    open();
}

void LayerTree::open() {
    // The model itself and its first level, as deep as fits anyway.
    expandToDepth(0);
    layOutColumns();
    if (model_->report() && current() < 0) choose(0);
}

void LayerTree::setColumns(LayerColumns columns) {
    columns_ = columns;
    layOutColumns();
}

void LayerTree::setFlat(bool flat) {
    const int before = current();
    setRootIsDecorated(!flat);
    setTextElideMode(flat ? Qt::ElideLeft : Qt::ElideRight);  // paths end in what tells them apart
    model_->setFlat(flat);
    choose(before);
}

void LayerTree::setFilter(const QString& text) {
    const int before = current();
    sorted_->setFilterRegularExpression(QRegularExpression(
        QRegularExpression::wildcardToRegularExpression(QLatin1Char('*') + text + QLatin1Char('*'),
                                                        QRegularExpression::UnanchoredWildcardConversion),
        QRegularExpression::CaseInsensitiveOption));
    if (!text.isEmpty()) expandAll();
    choose(before);
}

void LayerTree::layOutColumns() {
    int others = 0;
    const bool compact = columns_ == LayerColumns::error && viewport()->width() < kCompactBelow;
    for (int column = 1; column < LayerModel::columns; ++column) {
        const bool spared = (compact && (column == LayerModel::kind || column == LayerModel::parameters)) ||
                            (column == LayerModel::onlyThis && !model_->hasAlone());
        setColumnHidden(column, spared || !LayerModel::isShownIn(column, columns_));
        if (isColumnHidden(column)) continue;
        const int width = compact ? std::min(widthOf(column), kCompactColumn) : widthOf(column);
        setColumnWidth(column, width);
        others += width;
    }
    setColumnWidth(0, std::max(kNameLeast, viewport()->width() - others));
}

int LayerTree::current() const { return model_->layerOf(sorted_->mapToSource(currentIndex())); }

void LayerTree::choose(int layer) {
    const QModelIndex index = sorted_->mapFromSource(model_->indexOf(layer));
    if (!index.isValid()) return;
    for (QModelIndex above = index.parent(); above.isValid(); above = above.parent()) expand(above);
    setCurrentIndex(index);
    scrollTo(index);
}

int LayerTree::shownRows() const {
    int rows = 0;
    for (QModelIndex index = sorted_->index(0, 0); index.isValid(); index = indexBelow(index)) ++rows;
    return rows;
}

void LayerTree::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTreeView::currentChanged(current, previous);
    if (current.isValid() && !(previous.isValid() && previous.siblingAtColumn(0) == current.siblingAtColumn(0)))
        emit chosen(this->current());
}

void LayerTree::copyRow(int layer) const {
    const DataTable all = model_->table();
    DataTable one{.header = all.header, .rows = {all.rows[static_cast<std::size_t>(layer)]}};
    QGuiApplication::clipboard()->setText(one.tsv());
}

void LayerTree::toggleKept(int layer) {
    const std::string& path = model_->report()->layers[static_cast<std::size_t>(layer)].path;
    session_.setKept(path, session_.kept(path) != LayersSession::Kept::all);
}

QMenu* LayerTree::makeMenu(int layer) {
    auto* menu = new QMenu(this);
    const std::string& path = model_->report()->layers[static_cast<std::size_t>(layer)].path;
    const bool kept = session_.kept(path) == LayersSession::Kept::all;
    QAction* keep = menu->addAction(kept ? tr("Cast again\tK") : tr("Keep in FP32\tK"));
    connect(keep, &QAction::triggered, this, [this, layer] { toggleKept(layer); });
    QAction* none = menu->addAction(tr("Cast every layer again"));
    none->setEnabled(session_.kept({}) != LayersSession::Kept::none);
    connect(none, &QAction::triggered, this, [this] { session_.keepOnly(tr("Cast every layer again"), {}); });
    menu->addSeparator();
    connect(menu->addAction(tr("Copy row\tCtrl+C")), &QAction::triggered, this, [this, layer] { copyRow(layer); });
    addCopyEntries(*menu->addMenu(tr("Copy table")), [this] { return model_->table(); });
    menu->addSeparator();
    connect(menu->addAction(tr("Unfold all")), &QAction::triggered, this, &QTreeView::expandAll);
    connect(menu->addAction(tr("Fold all")), &QAction::triggered, this, [this] { expandToDepth(0); });
    return menu;
}

void LayerTree::contextMenuEvent(QContextMenuEvent* event) {
    const bool keyboard = event->reason() == QContextMenuEvent::Keyboard;
    const QModelIndex at = keyboard ? currentIndex() : indexAt(viewport()->mapFromGlobal(event->globalPos()));
    const int layer = model_->layerOf(sorted_->mapToSource(at));
    if (layer < 0) return;
    setCurrentIndex(at);
    auto* menu = makeMenu(layer);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(keyboard ? viewport()->mapToGlobal(visualRect(at).bottomLeft()) : event->globalPos());
}

void LayerTree::keyPressEvent(QKeyEvent* event) {
    const int layer = current();
    if (layer >= 0 && event->matches(QKeySequence::Copy)) return copyRow(layer);
    if (layer >= 0 && event->key() == Qt::Key_K && event->modifiers() == Qt::NoModifier) return toggleKept(layer);
    QTreeView::keyPressEvent(event);
}

void LayerTree::resizeEvent(QResizeEvent* event) {
    QTreeView::resizeEvent(event);
    layOutColumns();
}

}  // namespace mantissa::ui
