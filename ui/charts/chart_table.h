#pragma once

#include <QString>
#include <QStringList>
#include <vector>

namespace mantissa::ui {

/// The numbers behind a chart or a table on screen, as text: what a screen reader reads and what Copy gives.
struct DataTable {
    QStringList header;
    std::vector<QStringList> rows;

    QString tsv() const;       ///< tabs; for spreadsheets
    QString csv() const;       ///< RFC 4180
    QString markdown() const;  ///< first column left, others right
};

}  // namespace mantissa::ui
