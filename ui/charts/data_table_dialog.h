#pragma once

#include <QDialog>

#include "charts/chart_table.h"

class QTableWidget;

namespace mantissa::ui {

/// The numbers behind a chart: the chart's text alternative. Copy gives tab-separated text.
class DataTableDialog : public QDialog {
    Q_OBJECT

  public:
    DataTableDialog(const QString& title, const QString& finding, const DataTable& table, QWidget* parent = nullptr);

  private:
    DataTable data_;
};

}  // namespace mantissa::ui
