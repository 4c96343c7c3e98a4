#include "charts/export_all.h"

#include <QApplication>
#include <QTemporaryDir>
#include <memory>
#include <system_error>
#include <utility>

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

/// Finds or makes the chart whose turn it is.
using ChartSource = std::function<const Chart&()>;

ChartToWrite toWrite(ChartSource source, const std::string& name, const fs::path& folder,
                     const ExportAllOptions& options) {
    const fs::path path = folder / (name + "." + options.suffix.toStdString());
    return {path, [source = std::move(source), path, options]() -> Result<std::optional<PaintedChart>> {
                const Chart& chart = source();
                if (!chart.emptyText().isEmpty()) return std::optional<PaintedChart>();
                ChartExportOptions one = options.chart;
                one.size = chart.preferredExportSize();
                if (!one.caption.isEmpty()) one.caption = chart.provenance();
                auto painted = paintChart(chart, path, one);
                if (!painted) return std::move(painted).error();
                return std::optional<PaintedChart>(*std::move(painted));
            }};
}

/// One chart of a comparison, made when it is first asked for and then shared by the candidates: each chart costs as
/// much to fill as to paint.
template <class T>
class SharedChart {
  public:
    explicit SharedChart(std::shared_ptr<const CompareReport> report, std::function<void(T&)> prepare = {})
        : state_(std::make_shared<State>(State{std::move(report), std::move(prepare), {}})) {}

    ChartSource of(std::size_t run) const {
        return [state = state_, run]() -> const Chart& {
            if (!state->chart) {
                state->chart = std::make_unique<T>();
                if (state->prepare) state->prepare(*state->chart);
                state->chart->setReport(state->report);
            }
            state->chart->setCandidate(run);
            return *state->chart;
        };
    }

  private:
    struct State {
        std::shared_ptr<const CompareReport> report;
        std::function<void(T&)> prepare;
        std::unique_ptr<T> chart;
    };
    std::shared_ptr<State> state_;
};

SharedChart<LogitsChart> logitsChart(const std::shared_ptr<const CompareReport>& report, LogitView view) {
    return SharedChart<LogitsChart>(report, [view](LogitsChart& chart) { chart.setView(view); });
}

}  // namespace

ChartToWrite amongAll(const Chart& chart, const fs::path& folder, const ExportAllOptions& options) {
    return toWrite([&chart]() -> const Chart& { return chart; }, chart.name().toStdString(), folder, options);
}

std::vector<ChartToWrite> chartsOf(const std::shared_ptr<const CompareReport>& report, const fs::path& folder,
                                   const ExportAllOptions& options) {
    std::vector<ChartToWrite> charts;
    const auto add = [&](ChartSource source, const std::string& name) {
        charts.push_back(toWrite(std::move(source), name, folder, options));
    };
    const SharedChart<DifferencesChart> differences(report);
    const auto logits = logitsChart(report, LogitView::delta), scatter = logitsChart(report, LogitView::scatter);
    constexpr std::size_t kAllRuns = 1;  // what a chart starts with; charts of all runs ignore it
    add(SharedChart<TopClassesChart>(report).of(kAllRuns), "top-classes");
    add(SharedChart<LatencyChart>(report).of(kAllRuns), "latency");
    add(SharedChart<WeightBytesChart>(report).of(kAllRuns), "weight-bytes");
    add(logitsChart(report, LogitView::paired).of(kAllRuns), "logits-paired");
    for (std::size_t run = 1; run < report->runs.size(); ++run) {
        if (!report->runs[run].ok()) continue;
        const std::string& format = report->runs[run].format.name;
        add(differences.of(run), "differences-" + format);
        add(logits.of(run), "logits-" + format);
        add(scatter.of(run), "logits-scatter-" + format);
    }
    return charts;
}

Status makeFolder(const fs::path& folder) {
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (!failure) return Done{};
    return Error{.code = ErrorCode::unreadable,
                 .message = "the folder could not be made: " + failure.message(),
                 .where = folder.string()};
}

Result<std::vector<fs::path>> exportCharts(const CompareReport& report, const fs::path& folder) {
    const HeadlessApplication application;
    if (auto made = makeFolder(folder); !made) return std::move(made).error();
    ExportAllOptions options;
    options.chart.caption = provenanceOf(report);
    std::vector<fs::path> written;
    for (const auto& chart : chartsOf(std::make_shared<const CompareReport>(report), folder, options)) {
        const auto painted = chart.paint();
        if (!painted) return painted.error();
        if (!*painted) continue;
        if (auto status = writeChart(**painted); !status) return std::move(status).error();
        written.push_back(chart.path);
    }
    return written;
}

}  // namespace mantissa::ui
