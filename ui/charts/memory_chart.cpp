#include "charts/memory_chart.h"

#include <utility>

namespace mantissa::ui {

void MemoryChart::setReport(std::shared_ptr<const MemoryReport> report) {
    report_ = std::move(report);
    refresh();
}

void MemoryChart::setView(const MemoryView& view) {
    view_ = view;
    refresh();
}

QString MemoryChart::emptyText() const { return report_ ? QString() : tr("Not measured yet."); }

QString MemoryChart::provenance() const { return report_ ? provenanceOf(*report_) : QString(); }

}  // namespace mantissa::ui
