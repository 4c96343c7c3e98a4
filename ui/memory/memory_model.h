#pragma once

#include <QAbstractTableModel>
#include <memory>

#include "charts/chart_table.h"
#include "memory/memory_view.h"

namespace mantissa::ui {

/// Formats by rows: bytes a value, weights (with buffers and scales), activations, stored, here; in the unit that suits
/// the largest.
class MemoryModel final : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { formatColumn, perValue, weights, activations, stored, here, columns };

    using QAbstractTableModel::QAbstractTableModel;

    void setReport(std::shared_ptr<const MemoryReport> report);
    void setView(const MemoryView& view);
    QString title() const;  ///< "MB per format"

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    DataTable table() const;

  private:
    QString textOf(const FormatMemory& memory, int column) const;
    QString helpOf(const FormatMemory& memory, int column) const;
    std::int64_t largest() const;

    std::shared_ptr<const MemoryReport> report_;
    MemoryView view_;
};

}  // namespace mantissa::ui
