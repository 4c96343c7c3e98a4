#pragma once

#include <QAbstractTableModel>
#include <QTableView>
#include <memory>
#include <optional>

#include "charts/chart_table.h"
#include "study/dot_product.h"

class QMenu;

namespace mantissa::ui {

/// Every sum at n: the series, then LibTorch's kernels.
class DotResultModel final : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { kAccumulator, kOrder, kSum, kError, kBound, kColumns };
    using QAbstractTableModel::QAbstractTableModel;

    void setReport(std::shared_ptr<const DotReport> report);
    void setInspected(std::size_t series);
    std::optional<std::size_t> seriesOf(int row) const;  ///< none: a kernel
    DataTable table() const;
    void updateColors();

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  private:
    QString text(int row, int column) const;
    QString toolTip(int row) const;
    const Format& formatOf(int row) const;
    double errorOf(int row) const;

    std::shared_ptr<const DotReport> report_;
    std::size_t inspected_ = 0;
};

/// The table; choosing a row looks at its series.
class DotResults final : public QTableView {
    Q_OBJECT

  public:
    explicit DotResults(QWidget* parent = nullptr);

    void setReport(std::shared_ptr<const DotReport> report, std::size_t inspected);
    void setInspected(std::size_t series);
    DotResultModel& results() const { return *model_; }
    void fillCopyMenu(QMenu& menu);

  signals:
    void seriesChosen(std::size_t series);

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void layOutColumns();

    DotResultModel* model_;
};

}  // namespace mantissa::ui
