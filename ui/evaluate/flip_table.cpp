#include "evaluate/flip_table.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QSortFilterProxyModel>
#include <utility>

namespace mantissa::ui {
namespace {

constexpr int kFetchAfter = 60;  // ms without scrolling
constexpr int kFlipRow = FlipModel::kThumbnail + 6;
constexpr int kFlipNumberColumn = 74, kFlipSpare = 8;  // px

}  // namespace

FlipTable::FlipTable(FolderSession& folder, QWidget* parent)
    : QTableView(parent), folder_(folder), model_(new FlipModel(this)), sorted_(new QSortFilterProxyModel(this)) {
    sorted_->setSourceModel(model_);
    sorted_->setSortRole(FlipModel::kSortRole);
    setModel(sorted_);
    setAccessibleName(tr("Changed answers"));
    setProperty("role", "rows");
    setShowGrid(false);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setTabKeyNavigation(false);
    setSortingEnabled(true);
    sortByColumn(FlipModel::margin, Qt::DescendingOrder);
    setIconSize({FlipModel::kThumbnail, FlipModel::kThumbnail});
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    setTextElideMode(Qt::ElideMiddle);
    setWordWrap(false);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(kFlipRow);
    horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setTextElideMode(Qt::ElideRight);
    setMinimumHeight(120);
    fetch_.setSingleShot(true);
    fetch_.setInterval(kFetchAfter);
    connect(&fetch_, &QTimer::timeout, this, &FlipTable::fetchThumbnails);
    connect(&folder_, &FolderSession::thumbnailReady, model_, &FlipModel::setThumbnail);
    connect(sorted_, &QAbstractItemModel::layoutChanged, &fetch_, qOverload<>(&QTimer::start));
    connect(this, &QAbstractItemView::clicked, this, [this](const QModelIndex& index) {
        folder_.openPicture(model_->pictureOf(sorted_->mapToSource(index).row()));
    });
}

void FlipTable::setReport(EvaluateReportPtr report, std::size_t run) {
    model_->setReport(std::move(report), run);
    layOutColumns();
    fetch_.start();
}

void FlipTable::layOutColumns() {
    const int words = std::max(0, viewport()->width() - 2 * kFlipNumberColumn);
    const bool named = model_->hasTruth();
    setColumnHidden(FlipModel::truth, !named);
    // Classes take what they need, up to a share; the file's name, which is the longest, takes the rest.
    const int most = words * (named ? 22 : 28) / 100;
    int left = words;
    for (int column = FlipModel::reference; column <= (named ? FlipModel::truth : FlipModel::candidate); ++column) {
        const int needed =
            std::max(sizeHintForColumn(column), horizontalHeader()->sectionSizeHint(column)) + kFlipSpare;
        setColumnWidth(column, std::min(most, needed));
        left -= std::min(most, needed);
    }
    setColumnWidth(FlipModel::picture, left);
    for (const int column : {FlipModel::margin, FlipModel::kept}) setColumnWidth(column, kFlipNumberColumn);
}

void FlipTable::fetchThumbnails() {
    std::vector<std::uint32_t> wanted;
    const int first = std::max(0, rowAt(0)), shown = viewport()->height() / kFlipRow + 2;
    for (int row = first; row < std::min(first + shown, sorted_->rowCount()); ++row) {
        const int source = sorted_->mapToSource(sorted_->index(row, 0)).row();
        if (!model_->hasThumbnail(source)) wanted.push_back(model_->pictureOf(source));
    }
    folder_.requestThumbnails(wanted, FlipModel::kThumbnail);
}

void FlipTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy) && model_->rowCount() > 0) {
        QGuiApplication::clipboard()->setText(model_->table().tsv());
        return;
    }
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentIndex().isValid()) {
        folder_.openPicture(model_->pictureOf(sorted_->mapToSource(currentIndex()).row()));
        return;
    }
    QTableView::keyPressEvent(event);
}

void FlipTable::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    layOutColumns();
    fetch_.start();
}

void FlipTable::scrollContentsBy(int dx, int dy) {
    QTableView::scrollContentsBy(dx, dy);
    fetch_.start();
}

}  // namespace mantissa::ui
