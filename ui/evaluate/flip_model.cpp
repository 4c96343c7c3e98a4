#include "evaluate/flip_model.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "number_text.h"
#include "theme/theme.h"
#include "widgets/card.h"

namespace mantissa::ui {

void FlipModel::setReport(EvaluateReportPtr report, std::size_t run) {
    beginResetModel();
    if (report != report_) thumbnails_.clear();
    report_ = std::move(report);
    run_ = run;
    flips_.clear();
    if (report_ && run_ < report_->runs.size() && report_->runs[run_].ok())
        for (std::size_t i = 0; i < report_->done.size(); ++i)
            if (report_->runs[run_].rows[i].flipped()) flips_.push_back({report_->done[i], i});
    std::stable_sort(flips_.begin(), flips_.end(), [this](const Flip& a, const Flip& b) {
        return rowOf(a, run_).referenceMargin > rowOf(b, run_).referenceMargin;
    });
    endResetModel();
}

void FlipModel::setThumbnail(std::uint32_t of, const QImage& thumbnail) {
    thumbnails_.insert(of, QPixmap::fromImage(thumbnail));
    for (int row = 0; row < rowCount(); ++row)
        if (pictureOf(row) == of)
            emit dataChanged(index(row, Column::picture), index(row, Column::picture), {Qt::DecorationRole});
}

bool FlipModel::hasTruth() const {
    return std::any_of(flips_.begin(), flips_.end(),
                       [this](const Flip& flip) { return truthOf(*report_, flip.picture).has_value(); });
}

int FlipModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(flips_.size());
}
int FlipModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : Column::columns; }

QString FlipModel::text(const Flip& flip, int column) const {
    const auto label = [&](std::size_t index) { return QString::fromStdString(report_->model->label(index)); };
    const auto answer = [&](const EvaluationRow& one) {
        return QString::fromStdString(answerLabel(*report_->model, one.answer));
    };
    const EvaluationRow& row = rowOf(flip, run_);
    switch (column) {
        case Column::picture:
            return QString::fromStdString(report_->pictures->name(flip.picture));
        case Column::reference:
            return answer(rowOf(flip, 0));
        case Column::candidate:
            return answer(row);
        case Column::truth: {
            const auto known = truthOf(*report_, flip.picture);
            return known ? label(*known) : QStringLiteral("—");
        }
        case Column::margin:
            return valueText(row.referenceMargin);
        case Column::kept:
            return valueText(row.keptMargin);
        default:
            return {};
    }
}

QVariant FlipModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Flip& flip = flips_[static_cast<std::size_t>(index.row())];
    const bool number = index.column() == Column::margin || index.column() == Column::kept;
    switch (role) {
        case Qt::DisplayRole:
            return text(flip, index.column());
        case Qt::ToolTipRole:
            return plainToolTip(tr("%1\nClick to compare the formats on this picture").arg(text(flip, index.column())));
        case Qt::DecorationRole:
            if (index.column() != Column::picture) return {};
            return thumbnails_.value(flip.picture);
        case Qt::TextAlignmentRole:
            return static_cast<int>((number ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        case Qt::FontRole:
            return themeFont(number ? FontRole::numbers : FontRole::words, kTablePixels - 0.5);
        case kSortRole: {
            const EvaluationRow& row = rowOf(flip, run_);
            if (index.column() == Column::margin) return row.referenceMargin;
            if (index.column() == Column::kept) return row.keptMargin;
            return text(flip, index.column());
        }
        default:
            return {};
    }
}

QVariant FlipModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    const bool known = report_ && run_ < report_->runs.size();
    if (role == Qt::DisplayRole) {
        const QString names[]{tr("Picture"),
                              known ? QString::fromStdString(report_->reference().format.title) : tr("Reference"),
                              known ? QString::fromStdString(report_->runs[run_].format.title) : tr("Candidate"),
                              tr("Class"),
                              tr("Margin"),
                              tr("Left")};
        return names[section];
    }
    if (role == Qt::ToolTipRole) {
        const QString help[]{
            tr("The file, below the folder"),
            tr("The reference's answer"),
            tr("The candidate's answer"),
            tr("What the picture shows, where that is known"),
            tr("Margin: the reference's answer over its runner-up, in logits"),
            tr("What is left of that margin in the candidate; negative, because another class is ahead")};
        return help[section];
    }
    if (role == Qt::TextAlignmentRole && section >= Column::margin)
        return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::TextAlignmentRole) return static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter);
    return {};
}

DataTable FlipModel::table() const {
    DataTable table;
    for (int column = 0; column < Column::columns; ++column)
        table.header << headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    for (const auto& flip : flips_) {
        QStringList row;
        for (int column = 0; column < Column::columns; ++column) row << text(flip, column);
        table.rows.push_back(row);
    }
    return table;
}

}  // namespace mantissa::ui
