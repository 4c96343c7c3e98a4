#include "dot/dot_results.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QSignalBlocker>
#include <cmath>

#include "charts/dot_chart.h"
#include "charts/running_sum_chart.h"
#include "number_text.h"
#include "theme/theme.h"

namespace mantissa::ui {
namespace {

constexpr int kResultRow = 20, kRowsShown = 6;

/// "93.75 %" of the exact sum, or the difference itself where that is 0.
QString shareText(double difference, double exact) {
    if (!std::isfinite(difference) || !std::isfinite(exact)) return QStringLiteral("—");
    if (exact == 0) return compactText(difference, 3);
    const double percent = 100 * difference / std::abs(exact);
    const double size = std::abs(percent);
    if (size < 0.01 || size >= 1e5) return compactText(difference / std::abs(exact), 3);
    return fixedText(percent, size < 1 ? 3 : 2) + QStringLiteral(" %");
}

/// "exact", "−93.75 %".
QString errorText(double error, double exact) {
    if (error == 0) return QStringLiteral("exact");
    return (error > 0 && std::isfinite(error) ? QStringLiteral("+") : QString()) + shareText(error, exact);
}

/// Why a sum has no bound.
QString noBoundText(const DotReport& report, const DotSeries& series) {
    if (!std::isfinite(series.sum)) return DotResultModel::tr("No bound holds for a sum that overflowed.");
    if (!unitRoundoff(series.how.accumulator) || !unitRoundoff(report.product))
        return DotResultModel::tr("No bound: the rounding errors of integers do not grow with the value.");
    const auto k = longestPath(series.how.order, report.n);
    if (!gammaFactor(k, *unitRoundoff(series.how.accumulator)))
        return DotResultModel::tr("No bound: ku ≥ 1, where γₖ = ku / (1 − ku) says nothing.");
    return DotResultModel::tr("No bound: values may have been clamped to the largest of the format.");
}

}  // namespace

void DotResultModel::setReport(std::shared_ptr<const DotReport> report) {
    beginResetModel();
    report_ = std::move(report);
    endResetModel();
}

void DotResultModel::setInspected(std::size_t series) {
    inspected_ = series;
    if (rowCount() > 0) emit dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
}

void DotResultModel::updateColors() { setInspected(inspected_); }

std::optional<std::size_t> DotResultModel::seriesOf(int row) const {
    const auto index = static_cast<std::size_t>(row);
    return report_ && index < report_->series.size() ? std::optional(index) : std::nullopt;
}

int DotResultModel::rowCount(const QModelIndex& parent) const {
    if (parent.isValid() || !report_) return 0;
    return static_cast<int>(report_->series.size() + report_->kernels.size());
}

int DotResultModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

const Format& DotResultModel::formatOf(int row) const {
    if (const auto series = seriesOf(row)) return report_->series[*series].how.accumulator;
    return report_->kernels[static_cast<std::size_t>(row) - report_->series.size()].format;
}

double DotResultModel::errorOf(int row) const {
    if (const auto series = seriesOf(row)) return report_->series[*series].error;
    const DotKernel& kernel = report_->kernels[static_cast<std::size_t>(row) - report_->series.size()];
    return kernel.failure ? std::nan("") : kernel.error;
}

QString DotResultModel::text(int row, int column) const {
    if (column == kAccumulator) return QString::fromStdString(formatOf(row).title);
    if (const auto index = seriesOf(row)) {
        const DotSeries& series = report_->series[*index];
        if (column == kOrder) return titleOf(series.how.order);
        if (column == kSum) return sumText(series.sum);
        if (column == kError) return errorText(series.error, report_->exact);
        if (!series.bound) return QStringLiteral("—");
        return (series.bound->firstOrder ? QStringLiteral("~ ") : QString()) + shareText(series.bound->absolute(report_->sizes), report_->exact);
    }
    const DotKernel& kernel = report_->kernels[static_cast<std::size_t>(row) - report_->series.size()];
    if (column == kOrder) return tr("LibTorch");
    if (column == kBound || kernel.failure) return QStringLiteral("—");
    return column == kSum ? sumText(kernel.sum) : errorText(kernel.error, report_->exact);
}

QString DotResultModel::toolTip(int row) const {
    const auto index = seriesOf(row);
    if (!index) {
        const DotKernel& kernel = report_->kernels[static_cast<std::size_t>(row) - report_->series.size()];
        if (kernel.failure) return QString::fromStdString(kernel.failure->text());
        return tr("at::dot of the vectors cast to %1, LibTorch's own kernel: %2")
            .arg(QString::fromStdString(kernel.format.title), compactText(kernel.sum, 17));
    }
    const DotSeries& series = report_->series[*index];
    QStringList lines{
        tr("%1: sum %2, error %3").arg(titleOf(series), compactText(series.sum, 17), compactText(series.error, 6))};
    if (series.stagnation && series.stagnation->clamped())
        lines << tr("Stops at n = %1, at the largest value.")
                     .arg(groupedText(static_cast<std::int64_t>(series.stagnation->n)));
    else if (series.stagnation)
        lines << tr("Stops at n = %1.").arg(groupedText(static_cast<std::int64_t>(series.stagnation->n)));
    if (series.notFiniteFrom)
        lines << tr("Not finite from n = %1 on.").arg(groupedText(static_cast<std::int64_t>(*series.notFiniteFrom)));
    if (series.bound && series.bound->firstOrder)
        lines << tr("The error is at most about 2u = %1 of Σ |aᵢbᵢ|, besides a term in nu².")
                     .arg(compactText(series.bound->relative, 3));
    else if (series.bound)
        lines << tr("The error is at most γₖ = ku / (1 − ku) and one product rounding, k = %1: %2 of Σ |aᵢbᵢ|.")
                     .arg(groupedText(static_cast<std::int64_t>(series.bound->roundings)),
                          compactText(series.bound->relative, 3));
    else
        lines << noBoundText(*report_, series);
    if (series.bound && series.bound->underflow > 0)
        lines << tr("Underflow adds at most %1.").arg(compactText(series.bound->underflow, 3));
    return lines.join('\n');
}

QVariant DotResultModel::data(const QModelIndex& index, int role) const {
    if (!report_ || !index.isValid()) return {};
    const int row = index.row(), column = index.column();
    const Theme& theme = Theme::instance();
    switch (role) {
        case Qt::DisplayRole:
            return text(row, column);
        case Qt::TextAlignmentRole:
            return static_cast<int>(Qt::AlignVCenter | (column <= kOrder ? Qt::AlignLeft : Qt::AlignRight));
        case Qt::FontRole: {
            const bool strong = seriesOf(row) && *seriesOf(row) == inspected_;
            return themeFont(column <= kOrder ? FontRole::words : FontRole::numbers,
                             column <= kOrder ? kSecondaryPixels : kAxisPixels + 0.5,
                             strong ? FontWeight::semibold : FontWeight::regular);
        }
        case Qt::ForegroundRole: {
            const double error = errorOf(row);
            const bool bad = column == kError && !(std::abs(error) <= 0.01 * std::abs(report_->exact));
            return bad ? theme.tokens().errorText : column == kOrder ? theme.tokens().text2 : theme.tokens().text1;
        }
        case Qt::DecorationRole:
            if (column != kAccumulator) return {};
            return markerPixmap(lookOf(formatOf(row)), theme.formatColor(formatOf(row)), 11, 2);
        case Qt::ToolTipRole:
            return toolTip(row);
        default:
            return {};
    }
}

QVariant DotResultModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    static const char* names[] = {"Accumulator", "Order", "Sum", "Error", "Bound"};
    if (role == Qt::DisplayRole) return tr(names[section]);
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>(Qt::AlignVCenter | (section <= kOrder ? Qt::AlignLeft : Qt::AlignRight));
    if (role == Qt::ToolTipRole && section == kError)
        return tr("(sum − exact) / |exact|; the difference itself where the exact sum is 0");
    if (role == Qt::ToolTipRole && section == kBound)
        return tr("Most that |sum − exact| can be, in the same unit as the error (Higham 2002, chapters 3 and 4)");
    return {};
}

DataTable DotResultModel::table() const {
    DataTable table;
    for (int column = 0; column < kColumns; ++column) table.header << headerData(column, Qt::Horizontal).toString();
    for (int row = 0; row < rowCount(); ++row) {
        QStringList fields;
        for (int column = 0; column < kColumns; ++column) fields << text(row, column);
        table.rows.push_back(fields);
    }
    return table;
}

DotResults::DotResults(QWidget* parent) : QTableView(parent), model_(new DotResultModel(this)) {
    setModel(model_);
    setAccessibleName(tr("Results"));
    setProperty("role", "rows");
    setShowGrid(false);
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::SingleSelection);
    setTabKeyNavigation(false);
    setWordWrap(false);
    verticalHeader()->hide();
    verticalHeader()->setMinimumSectionSize(kResultRow);
    verticalHeader()->setDefaultSectionSize(kResultRow);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setMinimumSectionSize(30);
    setMinimumHeight(kRowsShown * kResultRow + 28);
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this](const QModelIndex& current) {
        if (const auto series = model_->seriesOf(current.row()); current.isValid() && series)
            emit seriesChosen(*series);
    });
    connect(&Theme::instance(), &Theme::changed, model_, &DotResultModel::updateColors);
}

void DotResults::setReport(std::shared_ptr<const DotReport> report, std::size_t inspected) {
    {
        const QSignalBlocker quiet(selectionModel());
        model_->setReport(std::move(report));
    }
    setInspected(inspected);
    layOutColumns();
}

void DotResults::setInspected(std::size_t series) {
    model_->setInspected(series);
    if (currentIndex().row() == static_cast<int>(series)) return;
    const QSignalBlocker quiet(selectionModel());
    setCurrentIndex(model_->index(static_cast<int>(series), 0));
    viewport()->update();
}

void DotResults::fillCopyMenu(QMenu& menu) {
    const auto copy = [this](QString (DataTable::*as)() const) {
        return [this, as] { QGuiApplication::clipboard()->setText((model_->table().*as)()); };
    };
    menu.addAction(tr("Copy as TSV"), this, copy(&DataTable::tsv));
    menu.addAction(tr("Copy as Markdown"), this, copy(&DataTable::markdown));
    menu.addAction(tr("Copy as CSV"), this, copy(&DataTable::csv));
}

void DotResults::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        QGuiApplication::clipboard()->setText(model_->table().tsv());
        return;
    }
    QTableView::keyPressEvent(event);
}

void DotResults::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    fillCopyMenu(menu);
    menu.exec(event->globalPos());
}

void DotResults::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    layOutColumns();
}

void DotResults::layOutColumns() {
    int used = 0;
    for (int column = 0; column < DotResultModel::kColumns; ++column) {
        resizeColumnToContents(column);
        used += columnWidth(column);
    }
    // What is left goes to the sums.
    if (const int left = viewport()->width() - used; left > 0)
        setColumnWidth(DotResultModel::kSum, columnWidth(DotResultModel::kSum) + left);
}

}  // namespace mantissa::ui
