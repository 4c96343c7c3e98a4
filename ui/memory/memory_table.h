#pragma once

#include <QTableView>

#include "memory/memory_model.h"

class QMenu;

namespace mantissa::ui {

/// The numbers of the Memory page as a table. Ctrl+C copies it as tab-separated text.
class MemoryTable final : public QTableView {
    Q_OBJECT

  public:
    explicit MemoryTable(QWidget* parent = nullptr);

    MemoryModel& numbers() const { return *model_; }
    void fillCopyMenu(QMenu& menu);
    QSize minimumSizeHint() const override;  ///< every format without scrolling

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    void layOutColumns();
    MemoryModel* model_;
};

}  // namespace mantissa::ui
