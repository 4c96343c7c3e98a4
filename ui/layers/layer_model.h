#pragma once

#include <QAbstractItemModel>
#include <vector>

#include "charts/chart_table.h"
#include "layers/layer_words.h"
#include "session/layers_session.h"

namespace mantissa::ui {

/// Which columns are shown beside the layer's name.
enum class LayerColumns { error, distance, casts, size };

/// The modules of a report: as they nest, or those with none below as a flat table. Follows the session's report row by
/// row while a study is running.
class LayerModel final : public QAbstractItemModel {
    Q_OBJECT

  public:
    enum Column {
        name,
        kind,
        parameters,
        localSqnr,
        cumulativeSqnr,
        onlyThis,
        localCosine,
        localMax,
        localUlp,
        cumulativeCosine,
        cumulativeMax,
        cumulativeUlp,
        overflow,
        underflow,
        subnormal,
        nan,
        infinite,
        shape,
        milliseconds,
        nativeMilliseconds,
        weightRange,
        activationRange,
        notes,
        columns
    };
    static constexpr int kSortRole = Qt::UserRole;
    static constexpr int kBarRole = Qt::UserRole + 1;    ///< double, 0 to 1: length of the bar; none: no bar
    static constexpr int kPathRole = Qt::UserRole + 2;   ///< what the filter looks at
    static constexpr int kAlarmRole = Qt::UserRole + 3;  ///< of notes: whether one of them is an error

    LayerModel(LayersSession& layers, QObject* parent);

    void setPart(LayerPart part);
    LayerPart part() const { return part_; }
    void setFlat(bool flat);
    bool isFlat() const { return flat_; }

    const LayersReportPtr& report() const { return report_; }
    int layerOf(const QModelIndex& index) const { return index.isValid() ? static_cast<int>(index.internalId()) : -1; }
    QModelIndex indexOf(int layer, int column = 0) const;
    /// Whether it is known what a layer does alone.
    bool hasAlone() const { return hasAlone_; }
    static bool isShownIn(int column, LayerColumns columns);
    static bool isNumber(int column);
    /// Every row and every column, as text.
    DataTable table() const;
    QString text(int layer, int column) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    void takeReport();
    void lay();      ///< rows out anew
    void refresh();  ///< all values
    void measure();  ///< what bars are drawn against, and what stays in FP32
    QStringList notesOf(int layer) const;
    QString distanceText(const ArrayError& error, int which) const;
    double number(int layer, int column) const;
    QString toolTip(int layer, int column) const;
    const LayerReport& of(int layer) const { return report_->layers[static_cast<std::size_t>(layer)]; }

    LayersSession& layers_;
    LayersReportPtr report_;
    LayerPart part_ = LayerPart::both;
    bool flat_ = false;
    std::vector<std::vector<int>> children_;  ///< by layer; the last is what has no parent
    std::vector<int> row_;                    ///< of each layer among its siblings; −1: not shown
    std::vector<LayersSession::Kept> kept_;
    double mostDecibels_ = 1, mostAlone_ = 0;
    bool hasAlone_ = false;
};

}  // namespace mantissa::ui
