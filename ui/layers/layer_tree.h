#pragma once

#include <QTreeView>

#include "layers/layer_model.h"

class QMenu;
class QSortFilterProxyModel;

namespace mantissa::ui {

/// The model's layers as a tree or a flat table, with bars of their error. A click or the arrow keys choose a layer; K
/// keeps it in FP32 or casts it again; Ctrl+C copies its row.
class LayerTree final : public QTreeView {
    Q_OBJECT

  public:
    explicit LayerTree(LayersSession& layers, QWidget* parent = nullptr);

    LayerModel& layers() const { return *model_; }
    void setColumns(LayerColumns columns);
    void setFlat(bool flat);
    /// Only layers whose path holds the text, wildcards allowed, and what they lie in.
    void setFilter(const QString& text);

    int current() const;  ///< index into the report's layers; −1: none
    void choose(int layer);
    /// The rows as they stand now, without those that are folded away.
    int shownRows() const;
    QMenu* makeMenu(int layer);

  signals:
    void chosen(int layer);

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;

  private:
    void open();  ///< the model's own modules, where a report is new
    void layOutColumns();
    void copyRow(int layer) const;
    void toggleKept(int layer);

    LayersSession& session_;
    LayerModel* model_;
    QSortFilterProxyModel* sorted_;
    LayerColumns columns_ = LayerColumns::error;
};

}  // namespace mantissa::ui
