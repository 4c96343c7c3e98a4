#include "layers/layer_delegate.h"

#include <QPainter>
#include <QSortFilterProxyModel>

#include "charts/painted_item.h"
#include "layers/layer_model.h"
#include "theme/theme.h"
#include "widgets/badge.h"

namespace mantissa::ui {
namespace {

constexpr int kLayerRow = 22, kNumber = 52, kBarHeight = 11, kPadding = 6;  // px

const LayerModel& modelOf(const QModelIndex& index) {
    return *static_cast<const LayerModel*>(static_cast<const QSortFilterProxyModel*>(index.model())->sourceModel());
}

}  // namespace

QSize LayerDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    return {QStyledItemDelegate::sizeHint(option, index).width() + 2 * kPadding, kLayerRow};
}

void LayerDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    QStyleOptionViewItem own(option);
    own.state &= ~QStyle::State_HasFocus;  // the whole row is marked
    const bool bar = index.column() == LayerModel::localSqnr || index.column() == LayerModel::cumulativeSqnr ||
                     index.column() == LayerModel::onlyThis;
    if (!bar && index.column() != LayerModel::notes) {
        QStyledItemDelegate::paint(painter, own, index);
    } else {
        if (own.state & QStyle::State_Selected) painter->fillRect(own.rect, Theme::instance().tokens().accentFill);
        painter->save();
        painter->setClipRect(own.rect);
        bar ? paintBarCell(*painter, own.rect, index) : paintNotes(*painter, own.rect, index);
        painter->restore();
    }
    painter->setPen(Theme::instance().tokens().cardLine);
    painter->drawLine(option.rect.bottomLeft(), option.rect.bottomRight());
}

void LayerDelegate::paintBarCell(QPainter& painter, const QRect& cell, const QModelIndex& index) const {
    const Tokens& t = Theme::instance().tokens();
    const QVariant length = index.data(LayerModel::kBarRole);
    const double room = cell.width() - kNumber - 2 * kPadding;
    if (length.isValid() && room > 4) {
        const QColor format = Theme::instance().formatColor(modelOf(index).report()->format);
        const QRectF bar(cell.left() + kPadding + 0.5, cell.center().y() - kBarHeight / 2.0 + 0.5,
                         std::max(1.0, length.toDouble() * room), kBarHeight);
        const bool outlined = index.column() == LayerModel::cumulativeSqnr;
        const QColor color = index.column() == LayerModel::onlyThis ? t.inputLine : format;
        painter.setPen(QPen(color, 1));
        painter.setBrush(outlined ? QBrush(Qt::NoBrush) : QBrush(color));
        painter.drawRect(bar);
    }
    paintText(painter, {cell.right() - kPadding + 0.0, cell.center().y() + 0.5}, Qt::AlignRight | Qt::AlignVCenter,
              index.data().toString(), themeFont(FontRole::numbers, kSecondaryPixels), t.text1);
}

void LayerDelegate::paintNotes(QPainter& painter, const QRect& cell, const QModelIndex& index) const {
    const bool alarm = index.data(LayerModel::kAlarmRole).toBool();
    double at = cell.left() + kPadding;
    const QStringList notes = index.data().toString().split(QStringLiteral(", "), Qt::SkipEmptyParts);
    for (const QString& note : notes) {
        const QSize size = badgeSize(note);
        const bool kept = note.startsWith(QStringLiteral("FP32"));
        const bool wrong = alarm && (note == tr("NaN") || note == tr("∞"));
        paintBadge(painter, QRectF(at, cell.center().y() - size.height() / 2.0 + 0.5, size.width(), size.height()),
                   wrong  ? BadgeKind::error
                   : kept ? BadgeKind::neutral
                          : BadgeKind::nativeSlow,
                   note);
        at += size.width() + 4;
    }
}

}  // namespace mantissa::ui
