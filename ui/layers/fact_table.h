#pragma once

#include <QTableWidget>

#include "charts/chart_table.h"

namespace mantissa::ui {

/// A small table of facts that is as high as its rows: the first column words, the others numbers. Ctrl+C and its menu
/// copy it.
class FactTable final : public QTableWidget {
    Q_OBJECT

  public:
    explicit FactTable(const QString& accessibleName, QWidget* parent = nullptr);

    void setTable(const DataTable& table);
    const DataTable& table() const { return table_; }

    QSize sizeHint() const override { return minimumSizeHint(); }
    QSize minimumSizeHint() const override;

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void layOutColumns();

    DataTable table_;
};

}  // namespace mantissa::ui
