#pragma once

#include <QStyledItemDelegate>

namespace mantissa::ui {

/// Draws the cells of LayerModel: a bar left of its number, and notes as small rounded words.
class LayerDelegate final : public QStyledItemDelegate {
    Q_OBJECT

  public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  private:
    void paintBarCell(QPainter& painter, const QRect& cell, const QModelIndex& index) const;
    void paintNotes(QPainter& painter, const QRect& cell, const QModelIndex& index) const;
};

}  // namespace mantissa::ui
