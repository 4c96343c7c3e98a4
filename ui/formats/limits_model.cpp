#include "formats/limits_model.h"

#include <QIcon>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "number_text.h"
#include "numerics/format_uses.h"
#include "numerics/value_text.h"
#include "theme/format_look.h"
#include "theme/theme.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

using Column = LimitsModel::Column;

/// 2^bits does not fit in an integer for 64 bits.
double codeCount(const Format& f) { return std::ldexp(1.0, f.bits()); }

/// NaN where the format has no such limit.
double numberOf(const LimitsModel::Row& row, Column column) {
    const StatedLimits& l = row.limits;
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    switch (column) {
        case Column::format:
            return 0;
        case Column::max:
            return l.max;
        case Column::minNormal:
            return l.minNormal.value_or(kNone);
        case Column::minSubnormal:
            return l.minSubnormal.value_or(kNone);
        case Column::epsilon:
            return l.epsilon.value_or(kNone);
        case Column::digits:
            return l.decimalDigits.value_or(kNone);
        case Column::lowest:
            return l.lowest;
        case Column::bits:
            return row.format.bits();
        case Column::bias:
            return row.format.kind == FormatKind::integer ? kNone : row.format.bias;
        case Column::codes:
            return codeCount(row.format);
        case Column::nans:
            return static_cast<double>(limits(row.format).nans);
        case Column::infinities:
            return static_cast<double>(limits(row.format).infinities);
        case Column::decibels:
            return l.dynamicRangeDb.value_or(kNone);
        case Column::binades:
            return l.dynamicRangeBinades.value_or(kNone);
        case Column::uses:
            return static_cast<double>(usesOf(row.format).size());
    }
    return kNone;
}

/// In full where that is short, as 65504 and 0.015625; else three digits.
QString limitText(double value) {
    const QString whole = compactText(value, 8);
    return whole.size() > 8 ? compactText(value, 3) : whole;
}

QString textOf(const LimitsModel::Row& row, Column column) {
    const double number = numberOf(row, column);
    switch (column) {
        case Column::format:
            return shortTitle(row.format);
        case Column::max:
        case Column::epsilon:
        case Column::minNormal:
        case Column::minSubnormal:
        case Column::lowest:
            return limitText(number);
        case Column::bits:
        case Column::bias:
            return compactText(number);
        case Column::codes:
        case Column::nans:
        case Column::infinities:
            return number < 1e7 ? groupedText(static_cast<std::int64_t>(number)) : scientificText(number, 3);
        case Column::digits:
        case Column::decibels:
        case Column::binades:
            return fixedText(number, 1);
        case Column::uses:
            return usersText(row.format);
    }
    return {};
}

bool isWords(Column column) { return column == Column::format || column == Column::uses; }

QString plainText(const LimitsModel::Row& row, Column column) {
    if (isWords(column)) return textOf(row, column);
    const double number = numberOf(row, column);
    return std::isnan(number) ? QString() : QString::fromStdString(shortestText(number));
}

}  // namespace

QString usersText(const Format& f) {
    QStringList users;
    for (const FormatUse& use : usesOf(f))
        users << QString::fromUtf8(use.user.data(), static_cast<qsizetype>(use.user.size()));
    users.removeDuplicates();
    return users.join(QStringLiteral(", "));
}

QString usesText(const Format& format) {
    QStringList lines;
    if (const Format* scale = scaleOf(format))
        lines << QObject::tr("%1 values share a scale in %2. Limits are those of value times scale.")
                     .arg(format.blockSize)
                     .arg(QString::fromStdString(scale->title));
    const auto text = [](std::string_view words) {
        return QString::fromUtf8(words.data(), static_cast<qsizetype>(words.size()));
    };
    for (const FormatUse& use : usesOf(format))
        lines << QObject::tr("%1: %2\n    %3").arg(text(use.user), text(use.how), text(use.source));
    return lines.join('\n');
}

void LimitsModel::setRows(std::vector<Row> rows, const std::string& selected) {
    const bool same = std::equal(rows.begin(), rows.end(), rows_.begin(), rows_.end(),
                                 [](const Row& a, const Row& b) { return a.key == b.key && a.format == b.format; });
    if (same) {
        if (selected_ == selected || rows_.empty()) return;
        const std::string before = std::exchange(selected_, selected);
        for (int row = 0; row < rowCount(); ++row)
            if (const auto& key = rows_[static_cast<std::size_t>(row)].key; key == before || key == selected_)
                emit dataChanged(index(row, 0), index(row, kColumns - 1), {Qt::BackgroundRole});
        return;
    }
    beginResetModel();
    rows_ = std::move(rows);
    selected_ = selected;
    endResetModel();
}

int LimitsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int LimitsModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QVariant LimitsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Row& row = rows_[static_cast<std::size_t>(index.row())];
    const auto column = static_cast<Column>(index.column());
    const Tokens& t = Theme::instance().tokens();
    switch (role) {
        case Qt::DisplayRole:
            return textOf(row, column);
        case kSortRole:
            // Unsorted order is that of the other table.
            if (column == Column::format) return static_cast<double>(index.row());
            // What a format has not comes first.
            return std::isnan(numberOf(row, column)) ? -std::numeric_limits<double>::infinity() : numberOf(row, column);
        case kPlainRole:
            return plainText(row, column);
        case Qt::DecorationRole:
            if (column != Column::format) return {};
            return markerPixmap(lookOf(row.format), Theme::instance().formatColor(row.format), 12, 2);
        case Qt::FontRole:
            return isWords(column) ? themeFont(FontRole::words, kSecondaryPixels)
                                   : themeFont(FontRole::numbers, kSecondaryPixels);
        case Qt::TextAlignmentRole:
            return static_cast<int>((isWords(column) ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
        case Qt::BackgroundRole:
            return row.key == selected_ ? QVariant(t.accentFill) : QVariant();
        case Qt::ForegroundRole:
            return t.text1;
        case Qt::ToolTipRole:
            if (column == Column::uses || column == Column::format) return plainToolTip(usesText(row.format));
            return {};
        default:
            return {};
    }
}

QVariant LimitsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    struct Title {
        QString name, help;
    };
    static const Title titles[kColumns]{
        {tr("Format"), tr("Click a title to sort")},
        {tr("Max"), tr("The largest finite value")},
        {tr("Min normal"), tr("The smallest positive value whose fraction has all its bits")},
        {tr("Min subn."), tr("The smallest positive value, with fewer bits of fraction")},
        {tr("Epsilon"), tr("The gap between 1 and the next larger value")},
        {tr("Digits"), tr("Decimal digits of precision: (fraction bits + 1) × log₁₀ 2")},
        {tr("Lowest"), tr("The smallest finite value; negative where there is a sign")},
        {tr("Bits"), tr("Bits of a number")},
        {tr("Bias"), tr("What is subtracted from the exponent field")},
        {tr("Codes"), tr("How many codes there are: 2 to the number of bits")},
        {tr("NaNs"), tr("How many codes are not a number")},
        {tr("∞"), tr("How many codes are infinities")},
        {tr("Range, dB"), tr("20 log₁₀(largest / smallest positive value)")},
        {tr("Binades"), tr("log₂(largest / smallest positive value)")},
        {tr("Used by"), tr("Hardware and libraries that compute with it or store it")},
    };
    switch (role) {
        case Qt::DisplayRole:
            return titles[section].name;
        case Qt::ToolTipRole:
            return titles[section].help;
        case Qt::TextAlignmentRole:
            return static_cast<int>((isWords(static_cast<Column>(section)) ? Qt::AlignLeft : Qt::AlignRight) |
                                    Qt::AlignVCenter);
        default:
            return {};
    }
}

}  // namespace mantissa::ui
