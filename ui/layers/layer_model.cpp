#include "layers/layer_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "layers/layer_columns.h"
#include "number_text.h"
#include "storage/shape_text.h"
#include "theme/theme.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

constexpr double kNoted = 0.01;  // share of values that become 0 from which it is worth a note

QString orDash(bool known, const QString& text) { return known ? text : QStringLiteral("—"); }

QString binadeText(const MagnitudeRange& range) { return orDash(range.largest > 0, fixedText(range.binades(), 1)); }

/// What a column counts of a layer's casts, weights and activations together; nothing where it counts none.
std::optional<std::int64_t> castsIn(const LayerReport& layer, int column) {
    const auto both = [&](std::int64_t CastCounts::*count) {
        return layer.weightCasts.*count + layer.activationCasts.*count;
    };
    switch (column) {
        case LayerModel::Column::overflow:
            return both(&CastCounts::overflows);
        case LayerModel::Column::underflow:
            return both(&CastCounts::underflows);
        case LayerModel::Column::subnormal:
            return both(&CastCounts::subnormals);
        case LayerModel::Column::nan:
            return both(&CastCounts::nans);
        case LayerModel::Column::infinite:
            return both(&CastCounts::infinities);
        default:
            return std::nullopt;
    }
}

}  // namespace

LayerModel::LayerModel(LayersSession& layers, QObject* parent) : QAbstractItemModel(parent), layers_(layers) {
    connect(&layers, &LayersSession::reportChanged, this, &LayerModel::takeReport);
    connect(&layers, &LayersSession::layerReady, this, &LayerModel::refresh);
    connect(&layers, &LayersSession::sweepChanged, this, &LayerModel::refresh);
    takeReport();
}

void LayerModel::takeReport() {
    const LayersReportPtr before = report_;
    report_ = layers_.report();
    const bool sameRows =
        before && report_ && before->model == report_->model && before->layers.size() == report_->layers.size();
    if (sameRows) return refresh();
    beginResetModel();
    lay();
    measure();
    endResetModel();
}

void LayerModel::lay() {
    const std::size_t count = report_ ? report_->layers.size() : 0;
    children_.assign(count + 1, {});
    row_.assign(count, -1);
    if (!report_) return;
    const auto add = [&](std::vector<int>& siblings, std::size_t layer) {
        row_[layer] = static_cast<int>(siblings.size());
        siblings.push_back(static_cast<int>(layer));
    };
    if (flat_) {
        for (const std::size_t leaf : leavesOf(*report_)) add(children_.back(), leaf);
        return;
    }
    for (std::size_t i = 0; i < count; ++i) {
        const int parent = report_->layers[i].parent;
        add(parent < 0 ? children_.back() : children_[static_cast<std::size_t>(parent)], i);
    }
}

void LayerModel::measure() {
    mostDecibels_ = 1;
    mostAlone_ = 0;
    hasAlone_ = false;
    kept_.clear();
    if (!report_) return;
    for (const auto& layer : report_->layers) {
        for (const LayerError* error : {&layer.local, &layer.cumulative})
            if (const ArrayError* part = partOf(*error, part_); part && std::isfinite(part->sqnrDb()))
                mostDecibels_ = std::max(mostDecibels_, part->sqnrDb());
        const auto* alone = layers_.alone(layer.path);
        hasAlone_ = hasAlone_ || alone != nullptr;
        if (alone && std::isfinite(alone->metrics.maxAbs)) mostAlone_ = std::max(mostAlone_, alone->metrics.maxAbs);
        kept_.push_back(layers_.kept(layer.path));
    }
}

void LayerModel::refresh() {
    measure();
    const auto tell = [this](const QModelIndex& parent) {
        if (const int rows = rowCount(parent); rows > 0)
            emit dataChanged(index(0, 0, parent), index(rows - 1, Column::columns - 1, parent));
    };
    tell({});
    for (std::size_t i = 0; i + 1 < children_.size(); ++i)
        if (!children_[i].empty()) tell(indexOf(static_cast<int>(i)));
    emit headerDataChanged(Qt::Horizontal, 0, Column::columns - 1);
}

void LayerModel::setPart(LayerPart part) {
    part_ = part;
    refresh();
}

void LayerModel::setFlat(bool flat) {
    if (flat_ == flat) return;
    beginResetModel();
    flat_ = flat;
    lay();
    endResetModel();
}

QModelIndex LayerModel::indexOf(int layer, int column) const {
    if (!report_ || layer < 0 || layer >= static_cast<int>(row_.size())) return {};
    const int row = row_[static_cast<std::size_t>(layer)];
    return row < 0 ? QModelIndex() : createIndex(row, column, static_cast<quintptr>(layer));
}

QModelIndex LayerModel::index(int row, int column, const QModelIndex& parent) const {
    if (!report_ || row < 0 || column < 0 || column >= Column::columns) return {};
    const auto& siblings = parent.isValid() ? children_[parent.internalId()] : children_.back();
    if (row >= static_cast<int>(siblings.size())) return {};
    return createIndex(row, column, static_cast<quintptr>(siblings[static_cast<std::size_t>(row)]));
}

QModelIndex LayerModel::parent(const QModelIndex& index) const {
    if (!index.isValid() || flat_) return {};
    return indexOf(of(layerOf(index)).parent);
}

int LayerModel::rowCount(const QModelIndex& parent) const {
    if (!report_ || parent.column() > 0) return 0;
    if (!parent.isValid()) return static_cast<int>(children_.back().size());
    return flat_ ? 0 : static_cast<int>(children_[parent.internalId()].size());
}

int LayerModel::columnCount(const QModelIndex&) const { return Column::columns; }

QStringList LayerModel::notesOf(int layer) const {
    QStringList words;
    const auto kept = kept_[static_cast<std::size_t>(layer)];
    if (kept == LayersSession::Kept::all) words << tr("FP32");
    if (kept == LayersSession::Kept::some) words << tr("FP32 in part");
    CastCounts casts = of(layer).weightCasts;
    casts.add(of(layer).activationCasts);
    if (casts.nans > 0) words << tr("NaN");
    if (casts.infinities > 0) words << tr("∞");
    if (casts.overflows > 0) words << tr("overflow");
    if (static_cast<double>(casts.underflows) > kNoted * static_cast<double>(casts.values)) words << tr("underflow");
    return words;
}

QString LayerModel::distanceText(const ArrayError& error, int which) const {
    if (error.count == 0) return QStringLiteral("—");
    if (which == 0) return std::isnan(error.cosine()) ? QStringLiteral("—") : fixedText(error.cosine(), 6);
    if (which == 1) return errorText(error.maxAbs);
    return ulpText(error);
}

QString LayerModel::text(int index, int column) const {
    const LayerReport& one = of(index);
    const ArrayError *local = partOf(one.local, part_), *cumulative = partOf(one.cumulative, part_);
    const auto distance = [&](const ArrayError* error, int which) {
        return orDash(one.finished && error, error ? distanceText(*error, which) : QString());
    };
    if (const auto casts = castsIn(one, column)) return orDash(one.finished, groupedText(*casts));
    switch (column) {
        case Column::name:
            return flat_ ? layerPath(*report_, static_cast<std::size_t>(index))
                         : layerName(*report_, static_cast<std::size_t>(index));
        case Column::kind:
            return layerKind(*report_, static_cast<std::size_t>(index));
        case Column::parameters:
            return orDash(one.finished, groupedText(one.parameters));
        case Column::localSqnr:
            return orDash(one.finished && local, local ? decibelText(local->sqnrDb()) : QString());
        case Column::cumulativeSqnr:
            return orDash(one.finished && cumulative, cumulative ? decibelText(cumulative->sqnrDb()) : QString());
        case Column::onlyThis: {
            const auto* alone = layers_.alone(one.path);
            return alone ? alone->exact ? tr("exact") : errorText(alone->metrics.maxAbs) : QString();
        }
        case Column::localCosine:
        case Column::localMax:
        case Column::localUlp:
            return distance(local, column - Column::localCosine);
        case Column::cumulativeCosine:
        case Column::cumulativeMax:
        case Column::cumulativeUlp:
            return distance(cumulative, column - Column::cumulativeCosine);
        case Column::shape:
            return orDash(!one.outputShape.empty(), QString::fromStdString(mantissa::shapeText(one.outputShape)));
        case Column::milliseconds:
            return one.milliseconds ? millisecondsText(*one.milliseconds) : QStringLiteral("—");
        case Column::nativeMilliseconds:
            return one.nativeMilliseconds ? millisecondsText(*one.nativeMilliseconds) : QStringLiteral("—");
        case Column::weightRange:
            return binadeText(one.weights);
        case Column::activationRange:
            return binadeText(one.activations);
        case Column::notes:
            return notesOf(index).join(QStringLiteral(", "));
        default:
            return {};
    }
}

double LayerModel::number(int index, int column) const {
    const LayerReport& one = of(index);
    constexpr double kNone = -std::numeric_limits<double>::infinity();
    const ArrayError *local = partOf(one.local, part_), *cumulative = partOf(one.cumulative, part_);
    const auto known = [&](double value) { return std::isnan(value) ? kNone : value; };
    const auto distance = [&](const ArrayError* error, int which) {
        if (!error) return kNone;
        return known(which == 0 ? error->cosine() : which == 1 ? error->maxAbs : error->ulpMax);
    };
    if (const auto casts = castsIn(one, column)) return static_cast<double>(*casts);
    switch (column) {
        case Column::parameters:
            return static_cast<double>(one.parameters);
        case Column::localSqnr:
            return local ? known(local->sqnrDb()) : kNone;
        case Column::cumulativeSqnr:
            return cumulative ? known(cumulative->sqnrDb()) : kNone;
        case Column::onlyThis: {
            const auto* alone = layers_.alone(one.path);
            return alone ? known(alone->metrics.maxAbs) : kNone;
        }
        case Column::shape:
            return static_cast<double>(one.outputShape.size());
        case Column::milliseconds:
            return one.milliseconds.value_or(kNone);
        case Column::nativeMilliseconds:
            return one.nativeMilliseconds.value_or(kNone);
        case Column::weightRange:
            return one.weights.binades();
        case Column::activationRange:
            return one.activations.binades();
        default:
            break;
    }
    if (column >= Column::localCosine && column <= Column::localUlp)
        return distance(local, column - Column::localCosine);
    if (column >= Column::cumulativeCosine && column <= Column::cumulativeUlp)
        return distance(cumulative, column - Column::cumulativeCosine);
    return index;  // as in the model
}

QString LayerModel::toolTip(int index, int column) const {
    const LayerReport& one = of(index);
    if (column == Column::name || column == Column::kind || column == Column::notes)
        return tr("%1\n%2").arg(layerPath(*report_, static_cast<std::size_t>(index)), text(index, Column::kind));
    if (column >= Column::overflow && column <= Column::infinite) {
        constexpr std::int64_t CastCounts::*kCounts[]{&CastCounts::overflows, &CastCounts::underflows,
                                                      &CastCounts::subnormals, &CastCounts::nans,
                                                      &CastCounts::infinities};
        const auto count = kCounts[column - Column::overflow];
        return tr("%1 of %2 weights, %3 of %4 activations")
            .arg(groupedText(one.weightCasts.*count), groupedText(one.weightCasts.values),
                 groupedText(one.activationCasts.*count), groupedText(one.activationCasts.values));
    }
    if (column == Column::weightRange || column == Column::activationRange) {
        const MagnitudeRange& range = column == Column::weightRange ? one.weights : one.activations;
        return tr("From %1 to %2; %3 holds %4 binades")
            .arg(compactText(range.smallest, 3), compactText(range.largest, 3),
                 QString::fromStdString(report_->format.title),
                 fixedText(limits(report_->format).dynamicRangeBinades, 1));
    }
    return layerPath(*report_, static_cast<std::size_t>(index));
}

QVariant LayerModel::data(const QModelIndex& at, int role) const {
    const int index = layerOf(at), column = at.column();
    if (index < 0) return {};
    switch (role) {
        case Qt::DisplayRole:
            return text(index, column);
        case Qt::ToolTipRole:
            return plainToolTip(toolTip(index, column));
        case Qt::TextAlignmentRole:
            return static_cast<int>((isNumber(column) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        case Qt::FontRole:
            return themeFont(isNumber(column) ? FontRole::numbers : FontRole::words, kSecondaryPixels);
        case Qt::ForegroundRole:
            if (column == Column::kind) return Theme::instance().tokens().text3;
            return {};
        case kSortRole:
            if (column == Column::kind || column == Column::notes) return text(index, column);
            return number(index, column);
        case kPathRole:
            return layerPath(*report_, static_cast<std::size_t>(index));
        case kAlarmRole: {
            const LayerReport& one = of(index);
            return one.weightCasts.nans + one.weightCasts.infinities + one.activationCasts.nans +
                       one.activationCasts.infinities >
                   0;
        }
        case kBarRole: {
            const bool sqnr = column == Column::localSqnr || column == Column::cumulativeSqnr;
            if (!sqnr && column != Column::onlyThis) return {};
            const double value = number(index, column), most = sqnr ? mostDecibels_ : mostAlone_;
            if (!of(index).finished || std::isnan(value) || value == -std::numeric_limits<double>::infinity() ||
                most <= 0 || value <= 0)
                return {};
            return std::clamp(value / most, 0.0, 1.0);
        }
        default:
            return {};
    }
}

QVariant LayerModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= Column::columns) return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((isNumber(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    const ColumnWords words = wordsOf(section, report_.get(), part_);
    if (role == Qt::DisplayRole) return words.name;
    if (role == Qt::ToolTipRole) return plainToolTip(words.help);
    return {};
}

DataTable LayerModel::table() const {
    DataTable table;
    for (int column = 0; column < Column::columns; ++column)
        table.header << headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    if (!report_) return table;
    for (std::size_t i = 0; i < report_->layers.size(); ++i) {
        QStringList row{layerPath(*report_, i)};
        for (int column = 1; column < Column::columns; ++column) row << text(static_cast<int>(i), column);
        table.rows.push_back(row);
    }
    return table;
}

}  // namespace mantissa::ui
