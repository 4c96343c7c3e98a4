#include "charts/chart_table.h"

namespace mantissa::ui {
namespace {

/// Rows joined by `separator`, each field through `dress`, each row ended by `end`.
template <class Dress>
QString joined(const DataTable& table, const QString& separator, const QString& end, Dress dress) {
    QString out;
    const auto append = [&](const QStringList& row) {
        QStringList fields;
        for (const auto& field : row) fields << dress(field);
        out += fields.join(separator) + end;
    };
    append(table.header);
    for (const auto& row : table.rows) append(row);
    return out;
}

}  // namespace

QString DataTable::tsv() const {
    return joined(*this, QStringLiteral("\t"), QStringLiteral("\n"),
                  [](QString field) { return field.replace('\t', ' ').replace('\n', ' '); });
}

QString DataTable::csv() const {
    return joined(*this, QStringLiteral(","), QStringLiteral("\r\n"), [](QString field) {
        if (!field.contains(',') && !field.contains('"') && !field.contains('\n') && !field.contains('\r'))
            return field;
        return '"' + field.replace(QLatin1String("\""), QLatin1String("\"\"")) + '"';
    });
}

QString DataTable::markdown() const {
    const auto line = [](const QStringList& row) {
        QStringList fields;
        for (QString field : row) fields << field.replace('|', QLatin1String("\\|")).replace('\n', ' ');
        return QStringLiteral("| ") + fields.join(QStringLiteral(" | ")) + QStringLiteral(" |\n");
    };
    QStringList rule;
    for (qsizetype i = 0; i < header.size(); ++i) rule << (i == 0 ? QStringLiteral(":---") : QStringLiteral("---:"));
    QString out = line(header) + line(rule);
    for (const auto& row : rows) out += line(row);
    return out;
}

}  // namespace mantissa::ui
