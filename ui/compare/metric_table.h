#pragma once

#include <QTableView>

#include "compare/metric_model.h"

class QMenu;

namespace mantissa::ui {

/// The metric table: its header shows each candidate's marker, name and badge. Ctrl+C copies it as tab-separated text.
class MetricTable final : public QTableView {
    Q_OBJECT

  public:
    explicit MetricTable(QWidget* parent = nullptr);

    void setReport(std::shared_ptr<const CompareReport> report);
    const MetricModel& metrics() const { return *model_; }
    /// Copy as TSV, Markdown or CSV.
    void fillCopyMenu(QMenu& menu);

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void layOutColumns();
    MetricModel* model_;
};

}  // namespace mantissa::ui
