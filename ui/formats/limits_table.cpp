#include "formats/limits_table.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileDialog>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QMessageBox>
#include <QPainter>
#include <QSortFilterProxyModel>
#include <QStyledItemDelegate>
#include <algorithm>

#include "formats/formats_session.h"
#include "formats/limits_model.h"
#include "session/session.h"
#include "session/settings.h"
#include "storage/atomic_file.h"
#include "theme/theme.h"

namespace mantissa::ui {
namespace {

constexpr int kLimitRow = 19, kLimitHeader = 22, kLeastRows = 6, kFirstColumns = 5;
constexpr int kColumnGap = 8;  // px

/// Lines across the table, which the style sheet would paint over: the selected format's is in the accent's fill.
class RowDelegate final : public QStyledItemDelegate {
  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        const QVariant fill = index.data(Qt::BackgroundRole);
        if (fill.isValid()) painter->fillRect(option.rect, qvariant_cast<QColor>(fill));
        QStyledItemDelegate::paint(painter, option, index);
    }
};

}  // namespace

LimitsTable::LimitsTable(FormatsSession& formats, QWidget* parent)
    : QTableView(parent), formats_(formats), model_(new LimitsModel(this)), sorted_(new QSortFilterProxyModel(this)) {
    sorted_->setSourceModel(model_);
    sorted_->setSortRole(LimitsModel::kSortRole);
    setModel(sorted_);
    setItemDelegate(new RowDelegate(this));
    setAccessibleName(tr("Limits"));
    setProperty("role", "rows");
    setShowGrid(false);
    setSortingEnabled(true);
    sortByColumn(0, Qt::AscendingOrder);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setTabKeyNavigation(false);
    setWordWrap(false);
    setIconSize({12, 12});
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    verticalHeader()->hide();
    verticalHeader()->setMinimumSectionSize(kLimitRow);
    verticalHeader()->setDefaultSectionSize(kLimitRow);
    horizontalHeader()->setFixedHeight(kLimitHeader);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setMinimumSectionSize(30);
    connect(this, &QAbstractItemView::activated, this, [this](const QModelIndex& index) {
        const auto row = static_cast<std::size_t>(sorted_->mapToSource(index).row());
        if (const std::string& key = model_->rows()[row].key; !key.empty()) formats_.select(key);
    });
    connect(this, &QAbstractItemView::clicked, this, &QAbstractItemView::activated);
    connect(model_, &QAbstractItemModel::modelReset, this, &LimitsTable::layOutColumns);
    connect(&formats_, &FormatsSession::changed, this, &LimitsTable::follow);
    connect(&Theme::instance(), &Theme::changed, viewport(), qOverload<>(&QWidget::update));
    follow();
}

void LimitsTable::follow() {
    std::vector<LimitsModel::Row> rows;
    for (const auto& key : formats_.state().shownKeys()) {
        const Format& f = formats_.state().formatOf(key);
        rows.push_back({key, f, statedLimits(f)});
    }
    for (const Format& f : scaledFormats())
        if (isShown(elementOf(f), formats_.state().shown) && formats_.state().shown != ShownFormats::main)
            rows.push_back({{}, f, statedLimits(f)});
    model_->setRows(std::move(rows), formats_.state().selected);
}

void LimitsTable::layOutColumns() {
    // The first columns share the width; the others follow to the right.
    int used = 0;
    std::vector<int> widths;
    for (int column = 0; column < LimitsModel::kColumns; ++column) {
        const QFont titles = themeFont(FontRole::words, kSecondaryPixels);
        int width = QFontMetrics(titles).horizontalAdvance(
                        model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString()) +
                    kColumnGap + (column == 0 ? 14 : 6);
        for (int row = 0; row < model_->rowCount(); ++row) {
            const QModelIndex index = model_->index(row, column);
            const QFontMetrics metrics(qvariant_cast<QFont>(model_->data(index, Qt::FontRole)));
            width = std::max(width, metrics.horizontalAdvance(model_->data(index, Qt::DisplayRole).toString()) +
                                        kColumnGap + (column == 0 ? 18 : 0));
        }
        widths.push_back(width);
        if (column < kFirstColumns) used += width;
    }
    const int spare = std::max(0, viewport()->width() - used) / kFirstColumns;
    for (int column = 0; column < LimitsModel::kColumns; ++column)
        setColumnWidth(column, widths[static_cast<std::size_t>(column)] + (column < kFirstColumns ? spare : 0));
}

DataTable LimitsTable::table() const {
    DataTable table{.header = {}, .rows = {}};
    for (int column = 0; column < LimitsModel::kColumns; ++column)
        table.header << model_->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    for (int row = 0; row < sorted_->rowCount(); ++row) {
        QStringList fields;
        for (int column = 0; column < LimitsModel::kColumns; ++column)
            fields << sorted_->index(row, column).data(LimitsModel::kPlainRole).toString();
        table.rows.push_back(fields);
    }
    return table;
}

void LimitsTable::fillMenu(QMenu& menu) {
    const auto copy = [this](QString (DataTable::*as)() const) {
        return [this, as] { QGuiApplication::clipboard()->setText((table().*as)()); };
    };
    menu.addAction(tr("Copy as TSV"), this, copy(&DataTable::tsv));
    menu.addAction(tr("Copy as Markdown"), this, copy(&DataTable::markdown));
    menu.addAction(tr("Copy as CSV"), this, copy(&DataTable::csv));
    menu.addSeparator();
    menu.addAction(tr("Save table…"), this, &LimitsTable::chooseFile);
}

void LimitsTable::chooseFile() {
    Settings& settings = formats_.session().settings();
    QString path = QFileDialog::getSaveFileName(
        this, tr("Save the limits"), settings.folder(QStringLiteral("export")) + QStringLiteral("/limits.csv"),
        tr("Comma-separated (*.csv);;Tab-separated (*.tsv);;Markdown (*.md)"));
    if (path.isEmpty()) return;
    settings.setFolder(QStringLiteral("export"), QFileInfo(path).absolutePath());
    if (const QString problem = save(path); !problem.isEmpty()) QMessageBox::warning(this, tr("Not saved"), problem);
}

QString LimitsTable::save(const QString& path) const {
    const DataTable all = table();
    const QString text = path.endsWith(QLatin1String(".csv"), Qt::CaseInsensitive)  ? all.csv()
                         : path.endsWith(QLatin1String(".md"), Qt::CaseInsensitive) ? all.markdown()
                                                                                    : all.tsv();
    const auto written = writeFileAtomically(path.toStdString(), text.toStdString());
    return written ? QString() : QString::fromStdString(written.error().text());
}

QSize LimitsTable::minimumSizeHint() const { return {260, kLimitHeader + kLeastRows * kLimitRow + 16}; }

void LimitsTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(table().tsv());
        return;
    }
    QTableView::keyPressEvent(event);
}

void LimitsTable::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    fillMenu(menu);
    menu.exec(event->globalPos());
}

void LimitsTable::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    layOutColumns();
}

}  // namespace mantissa::ui
