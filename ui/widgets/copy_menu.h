#pragma once

#include <functional>

#include "charts/chart_table.h"

class QMenu;

namespace mantissa::ui {

/// "Copy as TSV", "Copy as Markdown", "Copy as CSV" of what `table` gives when one is chosen.
void addCopyEntries(QMenu& menu, const std::function<DataTable()>& table);

}  // namespace mantissa::ui
