#include "charts/export_all.h"

#include <QApplication>
#include <QTemporaryDir>
#include <memory>
#include <system_error>

#include "charts/differences_chart.h"
#include "charts/logits_chart.h"
#include "charts/run_bars_chart.h"
#include "charts/top_classes_chart.h"
#include "compare/run_words.h"

namespace mantissa::ui {
namespace {

namespace fs = std::filesystem;

/// A QApplication for as long as the export takes, where the program has none.
class HeadlessApplication {
  public:
    HeadlessApplication() {
        if (QCoreApplication::instance()) return;
        qputenv("QT_QPA_PLATFORM", "offscreen");
        // Servers and containers often have no runtime folder; Qt would say so on standard error, where only errors
        // belong.
        if (qEnvironmentVariableIsEmpty("XDG_RUNTIME_DIR")) {
            runtime_ = std::make_unique<QTemporaryDir>();
            qputenv("XDG_RUNTIME_DIR", runtime_->path().toLocal8Bit());
        }
        application_ = std::make_unique<QApplication>(argc_, argv_);
    }

    ~HeadlessApplication() {
        if (runtime_) qunsetenv("XDG_RUNTIME_DIR");
    }

  private:
    std::unique_ptr<QTemporaryDir> runtime_;
    // QApplication keeps references to both.
    int argc_ = 1;
    char name_[9] = "mantissa";
    char* argv_[2] = {name_, nullptr};
    std::unique_ptr<QApplication> application_;
};

}  // namespace

Result<std::vector<fs::path>> exportCharts(const CompareReport& report, const fs::path& folder,
                                           const ExportAllOptions& options) {
    const HeadlessApplication application;
    const auto shared = std::make_shared<const CompareReport>(report);
    TopClassesChart top;
    LatencyChart latency;
    WeightBytesChart weights;
    for (CompareChart* chart :
         {static_cast<CompareChart*>(&top), static_cast<CompareChart*>(&latency), static_cast<CompareChart*>(&weights)})
        chart->setReport(shared);
    auto written = saveCharts({&top, &latency, &weights}, folder, options);
    if (!written) return written;

    DifferencesChart differences;
    LogitsChart logits, scatter, paired;
    scatter.setView(LogitView::scatter);
    paired.setView(LogitView::paired);
    for (CompareChart* chart : {static_cast<CompareChart*>(&differences), static_cast<CompareChart*>(&logits),
                                static_cast<CompareChart*>(&scatter), static_cast<CompareChart*>(&paired)})
        chart->setReport(shared);
    const auto save = [&](Chart& chart, const std::string& name) -> Status {
        if (!chart.emptyText().isEmpty()) return Done{};
        ChartExportOptions one = options.chart;
        one.size = chart.preferredExportSize();
        if (!one.caption.isEmpty()) one.caption = chart.provenance();
        const fs::path path = folder / (name + "." + options.suffix.toStdString());
        if (auto saved = saveChart(chart, path, one); !saved) return saved;
        written->push_back(path);
        return Done{};
    };
    if (auto saved = save(paired, "logits-paired"); !saved) return saved.error();
    for (std::size_t run = 1; run < report.runs.size(); ++run) {
        if (!report.runs[run].ok()) continue;
        const std::string format = report.runs[run].format.name;
        for (auto& [chart, name] : {std::pair<CompareChart*, std::string>{&differences, "differences-"},
                                    {&logits, "logits-"},
                                    {&scatter, "logits-scatter-"}}) {
            chart->setCandidate(run);
            if (auto saved = save(*chart, name + format); !saved) return saved.error();
        }
    }
    return written;
}

Result<std::vector<fs::path>> exportCharts(const CompareReport& report, const fs::path& folder) {
    ExportAllOptions options;
    options.chart.caption = provenanceOf(report);
    return exportCharts(report, folder, options);
}

}  // namespace mantissa::ui
