#pragma once

#include <QAbstractTableModel>
#include <QHash>
#include <QPixmap>
#include <vector>

#include "charts/chart_table.h"
#include "session/folder_session.h"

namespace mantissa::ui {

/// The answers that one format changes: a picture a row, the widest margin first.
class FlipModel final : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { picture, reference, candidate, truth, margin, kept, columns };
    static constexpr int kSortRole = Qt::UserRole;
    static constexpr int kThumbnail = 40;  ///< px

    using QAbstractTableModel::QAbstractTableModel;

    void setReport(EvaluateReportPtr report, std::size_t run);
    void setThumbnail(std::uint32_t picture, const QImage& thumbnail);
    std::uint32_t pictureOf(int row) const { return flips_[static_cast<std::size_t>(row)].picture; }
    bool hasThumbnail(int row) const { return thumbnails_.contains(pictureOf(row)); }
    bool hasTruth() const;  ///< whether any picture's class is known
    DataTable table() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    struct Flip {
        std::uint32_t picture;
        std::size_t row;  ///< of the report
    };
    const EvaluationRow& rowOf(const Flip& flip, std::size_t run) const { return report_->runs[run].rows[flip.row]; }
    QString text(const Flip& flip, int column) const;

    EvaluateReportPtr report_;
    std::size_t run_ = 0;
    std::vector<Flip> flips_;
    QHash<std::uint32_t, QPixmap> thumbnails_;
};

}  // namespace mantissa::ui
