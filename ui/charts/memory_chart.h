#pragma once

#include <memory>

#include "charts/chart.h"
#include "memory/memory_view.h"

namespace mantissa::ui {

/// Base of the charts of a memory measurement: they share its report and the page's switches.
class MemoryChart : public Chart {
    Q_OBJECT

  public:
    using Chart::Chart;

    void setReport(std::shared_ptr<const MemoryReport> report);
    void setView(const MemoryView& view);

    QString emptyText() const override;
    QString provenance() const override;

  protected:
    bool hasReport() const { return report_ != nullptr; }
    const MemoryReport& report() const { return *report_; }
    const MemoryView& view() const { return view_; }

  private:
    std::shared_ptr<const MemoryReport> report_;
    MemoryView view_;
};

}  // namespace mantissa::ui
