#pragma once

#include <QAbstractTableModel>
#include <string>
#include <vector>

#include "charts/chart_table.h"
#include "numerics/format.h"

namespace mantissa::ui {

/// Limits of formats: a format a row, a limit a column. SortRole gives numbers to sort by.
class LimitsModel final : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum class Column {
        format,
        max,
        minNormal,
        minSubnormal,
        epsilon,
        digits,
        bits,
        bias,
        codes,
        nans,
        infinities,
        decibels,
        binades
    };
    static constexpr int kColumns = static_cast<int>(Column::binades) + 1;
    static constexpr int kSortRole = Qt::UserRole;

    using QAbstractTableModel::QAbstractTableModel;

    struct Row {
        std::string key;
        Format format;
        FormatLimits limits;
    };
    /// Resets the model only where rows are others.
    void setRows(std::vector<Row> rows, const std::string& selected);
    const std::vector<Row>& rows() const { return rows_; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    std::vector<Row> rows_;
    std::string selected_;
};

}  // namespace mantissa::ui
