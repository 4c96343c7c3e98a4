#pragma once

#include <QAbstractTableModel>
#include <string>
#include <vector>

#include "charts/chart_table.h"
#include "numerics/format.h"
#include "numerics/stated_limits.h"

namespace mantissa::ui {

/// Limits of formats: a format a row, a limit a column. kSortRole gives numbers to sort by.
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
        lowest,
        bits,
        bias,
        codes,
        nans,
        infinities,
        decibels,
        binades,
        uses
    };
    static constexpr int kColumns = static_cast<int>(Column::uses) + 1;
    static constexpr int kSortRole = Qt::UserRole;
    static constexpr int kPlainRole = Qt::UserRole + 1;  ///< for copies: a number's shortest text that reads back

    using QAbstractTableModel::QAbstractTableModel;

    struct Row {
        std::string key;  ///< empty: a format in blocks, which has no bits of its own to select
        Format format;
        StatedLimits limits;
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

/// "NVIDIA H100 (Hopper), PyTorch": who uses a format; empty where nobody is known to.
QString usersText(const Format& format);
/// What scales a format's codes, who uses it, how, and where that stands: a use a line. Empty where there is nothing.
QString usesText(const Format& format);

}  // namespace mantissa::ui
