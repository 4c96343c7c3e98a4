#include "memory/memory_model.h"

#include <QIcon>
#include <algorithm>
#include <cmath>
#include <utility>

#include "number_text.h"
#include "theme/format_look.h"
#include "theme/theme.h"
#include "widgets/card.h"

namespace mantissa::ui {

void MemoryModel::setReport(std::shared_ptr<const MemoryReport> report) {
    beginResetModel();
    report_ = std::move(report);
    endResetModel();
}

void MemoryModel::setView(const MemoryView& view) {
    beginResetModel();
    view_ = view;
    endResetModel();
}

std::int64_t MemoryModel::largest() const {
    std::int64_t most = 0;
    for (const auto& memory : report_->formats) most = std::max(most, storedParts(memory, view_).total());
    return most;
}

QString MemoryModel::title() const {
    return report_ ? tr("%1 per format").arg(byteUnitFor(largest()).name) : tr("Bytes per format");
}

int MemoryModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !report_ ? 0 : static_cast<int>(report_->formats.size());
}

int MemoryModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : columns; }

QString MemoryModel::textOf(const FormatMemory& memory, int column) const {
    const auto bytes = [unit = byteUnitFor(largest())](std::int64_t count) {
        return count == 0 ? QStringLiteral("0") : bytesText(count, unit);
    };
    const MemoryParts parts = storedParts(memory, view_);
    switch (column) {
        case formatColumn:
            return shortTitle(memory.format);
        case perValue: {
            // With its scales, over all values: INT8 takes a little more than one byte.
            const std::int64_t values = report_->model->parameterCount() + report_->model->bufferCount();
            const std::int64_t bytesHeld = memory.parameterBytes + memory.bufferBytes +
                                           storedParts(memory, {.granularity = view_.granularity}).scales;
            const double each = static_cast<double>(bytesHeld) / static_cast<double>(std::max<std::int64_t>(1, values));
            return each == std::floor(each) ? QString::number(each) : fixedText(each, 2);
        }
        case weights:
            return bytes(parts.weights + parts.buffers + parts.scales);
        case activations:
            return bytes(parts.activations);
        case stored:
            return bytes(parts.total());
        case here: {
            const auto held = hereParts(memory, view_);
            return held ? bytes(held->total()) : QStringLiteral("—");
        }
        default:
            return {};
    }
}

QString MemoryModel::helpOf(const FormatMemory& memory, int column) const {
    if (column != here) return {};
    if (memory.error) return tr("It did not run here: %1").arg(QString::fromStdString(memory.error->text()));
    return memory.mode == RunMode::native
               ? tr("Measured while LibTorch's own %1 kernels ran.").arg(QString::fromStdString(memory.format.title))
               : tr("Measured while it ran emulated: the rounded values are held in FP32.");
}

QVariant MemoryModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || !report_) return {};
    const FormatMemory& memory = report_->formats[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return textOf(memory, index.column());
        case Qt::DecorationRole:
            if (index.column() != formatColumn) return {};
            return markerPixmap(lookOf(memory.format), Theme::instance().formatColor(memory.format), 12, 2);
        case Qt::ForegroundRole:
            return Theme::instance().tokens().text1;
        case Qt::FontRole:
            return index.column() == formatColumn ? themeFont(FontRole::words, kTablePixels)
                                                  : themeFont(FontRole::numbers, kTablePixels - 0.5);
        case Qt::TextAlignmentRole:
            return static_cast<int>((index.column() == formatColumn ? Qt::AlignLeft : Qt::AlignRight) |
                                    Qt::AlignVCenter);
        case Qt::ToolTipRole:
            return plainToolTip(helpOf(memory, index.column()));
        default:
            return {};
    }
}

QVariant MemoryModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((section == formatColumn ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    const QString names[]{tr("Format"), tr("B/value"), tr("Weights"), tr("Activ."), tr("Stored"), tr("Here")};
    const QString help[]{
        tr("How the format stores one value; the marker is its own on every page."),
        tr("Bytes that weights, buffers and scales take in the format, over the number of values. Less is better."),
        tr("Parameters, buffers and scales as stored in the format. Less is better."),
        tr("Most bytes of activations alive at once: measured in FP32, scaled by bytes per value. Less is better."),
        tr("What the format needs: weights + buffers + activation peak + scales. Less is better."),
        tr("What Mantissa held while it ran the format, measured. Less is better.")};
    if (section < 0 || section >= columns) return {};
    if (role == Qt::DisplayRole) return names[section];
    if (role == Qt::ToolTipRole) return plainToolTip(help[section]);
    return {};
}

DataTable MemoryModel::table() const {
    DataTable table{.header = {}, .rows = {}};
    const QString unit = report_ ? byteUnitFor(largest()).name : QString();
    for (int column = 0; column < columns; ++column) {
        const QString name = headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
        table.header << (column > perValue ? tr("%1, %2").arg(name, unit) : name);
    }
    for (int row = 0; row < rowCount(); ++row) {
        QStringList fields;
        for (int column = 0; column < columns; ++column) fields << data(index(row, column), Qt::DisplayRole).toString();
        table.rows.push_back(fields);
    }
    return table;
}

}  // namespace mantissa::ui
