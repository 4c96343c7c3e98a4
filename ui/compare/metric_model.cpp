#include "compare/metric_model.h"

#include <cmath>
#include <utility>

#include "compare/run_words.h"
#include "number_text.h"
#include "study/verdict.h"
#include "theme/theme.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

struct Cell {
    QString text;
    bool bad = false;  ///< shown in the error colour
};

/// NaN: the format's steps are as large as its scales say.
QString ulps(double value) {
    if (std::isnan(value)) return QStringLiteral("—");
    return value < 100 ? fixedText(value, 1) : value < 1e7 ? fixedText(value, 0) : scientificText(value);
}

Cell cellOf(const CompareReport& report, std::size_t run, Term term) {
    const FormatRun& one = report.runs[run];
    const Comparison* comparison = comparisonOf(report, run);
    if (!one.ok() || !comparison) return {QStringLiteral("—")};
    const ErrorMetrics& m = comparison->metrics;
    switch (term) {
        case Term::sameTop1:
            switch (outcomeOf(report, *comparison)) {
                case AnswerOutcome::kept:
                    return {QObject::tr("yes")};
                case AnswerOutcome::tie:
                    return {QObject::tr("tie")};
                case AnswerOutcome::changed:
                    return {QObject::tr("✕ no"), true};
                case AnswerOutcome::none:
                    return {QObject::tr("✕ NaN"), true};
            }
            return {};
        case Term::topK:
            if (outcomeOf(report, *comparison) == AnswerOutcome::none) return {QStringLiteral("—")};
            return {QObject::tr("%1 of %2").arg(m.topKOverlap).arg(m.topK)};
        case Term::margin:
            return {valueText(m.candidateMargin), m.candidateMargin < 0};
        case Term::meanAbs:
            return {errorText(m.meanAbs)};
        case Term::maxAbs:
            return {errorText(m.maxAbs)};
        case Term::rmse:
            return {errorText(m.rmse)};
        case Term::maxRelative:
            return {errorText(m.maxRelative)};
        case Term::maxProbability:
            return {errorText(m.maxAbsProbability)};
        case Term::cosine:
            return {fixedText(m.cosine, 6)};
        case Term::sqnr:
            return {fixedText(m.sqnrDb, 1)};
        case Term::kl:
            return {m.kl == 0 ? QStringLiteral("0") : scientificText(m.kl)};
        case Term::ulpMedian:
            return {ulps(m.ulpMedian)};
        case Term::ulpP99:
            return {ulps(m.ulpP99)};
        case Term::ulpMax:
            return {ulps(m.ulpMax)};
        case Term::notFinite: {
            const auto count = static_cast<std::int64_t>(one.nans + one.infinities);
            return {groupedText(count), count > 0};
        }
    }
    return {};
}

}  // namespace

void MetricModel::setReport(std::shared_ptr<const CompareReport> report) {
    beginResetModel();
    report_ = std::move(report);
    rows_ = {Term::sameTop1, Term::topK, Term::margin, Term::meanAbs,   Term::maxAbs, Term::rmse,  Term::maxProbability,
             Term::cosine,   Term::sqnr, Term::kl,     Term::ulpMedian, Term::ulpP99, Term::ulpMax};
    bool finite = true;
    if (report_)
        for (const auto& run : report_->runs) finite = finite && run.nans + run.infinities == 0;
    if (!finite) rows_.push_back(Term::notFinite);
    endResetModel();
}

int MetricModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !report_ ? 0 : static_cast<int>(rows_.size());
}

int MetricModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() || !report_ ? 0 : static_cast<int>(report_->runs.size()) - 1;
}

QVariant MetricModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || !report_) return {};
    const Term term = rows_[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return cellOf(*report_, runOf(index.column()), term).text;
        case Qt::ForegroundRole: {
            const Tokens& t = Theme::instance().tokens();
            return cellOf(*report_, runOf(index.column()), term).bad ? t.errorText : t.text1;
        }
        case Qt::FontRole:
            return themeFont(FontRole::numbers, kTablePixels - 0.5);
        case Qt::TextAlignmentRole:
            return static_cast<int>(Qt::AlignRight | Qt::AlignVCenter);
        case Qt::ToolTipRole: {
            QString help = termHelp(term);
            const bool ulp = term == Term::ulpMedian || term == Term::ulpP99 || term == Term::ulpMax;
            const Comparison* measured = comparisonOf(*report_, runOf(index.column()));
            if (ulp && measured && measured->metrics.excluded < measured->metrics.count &&
                std::isnan(measured->metrics.ulpMax))
                help += QStringLiteral("<br>") +
                        tr("“—”: a step of %1 is as large as its scale, so outputs have no distance in steps.")
                            .arg(titleOf(report_->runs[runOf(index.column())]));
            if (term == Term::margin)
                if (const Comparison* comparison = comparisonOf(*report_, runOf(index.column())))
                    help += QStringLiteral("<br>") + tr("%1: %2.").arg(titleOf(report_->reference()),
                                                                       valueText(comparison->metrics.referenceMargin));
            return help;
        }
        default:
            return {};
    }
}

QVariant MetricModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (!report_) return {};
    if (orientation == Qt::Vertical) {
        const Term term = rows_[static_cast<std::size_t>(section)];
        if (role == Qt::DisplayRole) return termName(term, report_->topK);
        if (role == Qt::ToolTipRole) return termHelp(term);
        return {};
    }
    const FormatRun& run = report_->runs[runOf(section)];
    if (role == Qt::DisplayRole) return titleOf(run);
    if (role == Qt::ToolTipRole && !run.ok()) return plainToolTip(QString::fromStdString(run.error->text()));
    if (role == Qt::ToolTipRole && run.fallbackFrom)
        return plainToolTip(tr("No native kernel: %1").arg(QString::fromStdString(run.fallbackFrom->text())));
    return {};
}

DataTable MetricModel::table() const {
    DataTable table{.header = {tr("Metric")}, .rows = {}};
    for (int column = 0; column < columnCount(); ++column)
        table.header << headerData(column, Qt::Horizontal, Qt::DisplayRole).toString() + QStringLiteral(" (") +
                            badgeWord(badgeOf(*report_, runOf(column))) + QStringLiteral(")");
    for (int row = 0; row < rowCount(); ++row) {
        QStringList fields{headerData(row, Qt::Vertical, Qt::DisplayRole).toString()};
        for (int column = 0; column < columnCount(); ++column)
            fields << data(index(row, column), Qt::DisplayRole).toString();
        table.rows.push_back(fields);
    }
    return table;
}

}  // namespace mantissa::ui
