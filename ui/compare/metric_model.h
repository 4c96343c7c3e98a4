#pragma once

#include <QAbstractTableModel>
#include <memory>
#include <vector>

#include "charts/chart_table.h"
#include "compare/terms.h"
#include "study/compare.h"

namespace mantissa::ui {

/// Metrics by rows, candidates by columns.
class MetricModel final : public QAbstractTableModel {
    Q_OBJECT

  public:
    using QAbstractTableModel::QAbstractTableModel;

    void setReport(std::shared_ptr<const CompareReport> report);
    const std::shared_ptr<const CompareReport>& report() const { return report_; }
    std::size_t runOf(int column) const { return static_cast<std::size_t>(column) + 1; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    DataTable table() const;

  private:
    std::shared_ptr<const CompareReport> report_;
    std::vector<Term> rows_;
};

}  // namespace mantissa::ui
