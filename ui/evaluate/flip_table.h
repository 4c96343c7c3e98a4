#pragma once

#include <QTableView>
#include <QTimer>

#include "evaluate/flip_model.h"

class QSortFilterProxyModel;

namespace mantissa::ui {

/// The changed answers with small pictures, fetched as rows come into view. A click or Enter opens a picture for
/// comparing; Ctrl+C copies the list.
class FlipTable final : public QTableView {
    Q_OBJECT

  public:
    explicit FlipTable(FolderSession& folder, QWidget* parent = nullptr);

    void setReport(EvaluateReportPtr report, std::size_t run);
    const FlipModel& flips() const { return *model_; }

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;

  private:
    void fetchThumbnails();
    void layOutColumns();

    FolderSession& folder_;
    FlipModel* model_;
    QSortFilterProxyModel* sorted_;
    QTimer fetch_;
};

}  // namespace mantissa::ui
