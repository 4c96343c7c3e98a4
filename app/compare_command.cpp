#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "charts/export_all.h"
#include "commands.h"
#include "compare_text.h"
#include "console.h"
#include "input_options.h"
#include "option_words.h"
#include "report/compare_json.h"
#include "run_options.h"
#include "scale_options.h"
#include "study/compare.h"

namespace mantissa::app {
namespace {

namespace fs = std::filesystem;

struct Options {
    InputOptions input;
    RunOptions run;
    ScaleChoice scales;
    std::vector<std::string> keep;
    int top = 5, warmup = 1, runs = 5;
    std::string json, csv, exportDir;

    bool dataOnStandardOutput() const { return json == "-" || csv == "-"; }
};

/// What can be said of the command line before any file is read.
Status check(const Options& options) {
    if (auto status = checkTargets({options.json, options.csv}); !status) return status;
    return options.exportDir.empty() ? Status(Done{}) : checkTargetFolder(options.exportDir);
}

Result<CompareRequest> requestFrom(const Options& options) {
    CompareRequest request;
    auto formats = chosenFormats(options.run);
    if (!formats) return std::move(formats).error();
    request.reference = std::move(formats->reference);
    request.candidates = std::move(formats->candidates);
    request.mode = options.run.mode;
    request.scope = options.run.scope;
    request.topK = options.top;
    request.warmup = options.warmup;
    request.runs = options.runs;
    request.threads = options.run.threads;

    if (auto opened = openInto(request, options.input, options.scales, options.keep); !opened)
        return std::move(opened).error();
    return request;
}

/// Every chart as PNG; says where they are.
Status exportCharts(const CompareReport& report, const Options& options) {
    auto charts = ui::exportCharts(report, options.exportDir);
    if (!charts) return std::move(charts).error();
    std::ostream& out = options.dataOnStandardOutput() ? std::cerr : std::cout;
    out << "\n"
        << charts->size() << " charts are in " << fs::absolute(options.exportDir).lexically_normal().string() << ":\n";
    for (const auto& chart : *charts) out << "  " << chart.filename().string() << "\n";
    return Done{};
}

Status writeReport(const CompareReport& report, const Options& options) {
    if (!options.json.empty())
        if (auto status = writeText(options.json, compareJson(report)); !status) return status;
    if (!options.csv.empty())
        if (auto status = writeText(options.csv, compareCsv(report)); !status) return status;
    if (!options.dataOnStandardOutput())
        if (auto status = writeText("-", compareText(report)); !status) return status;
    if (options.exportDir.empty()) return Done{};
    return exportCharts(report, options);
}

/// The others were compared; still, what was asked for was not all done.
Error notRun(const FormatRun& run) {
    return {.code = run.error->code, .message = failureText(*run.error), .where = run.format.title + " did not run"};
}

int runCompare(const Options& options) {
    const std::stop_token stop = stopOnInterrupt();
    if (auto status = check(options); !status) return fail(status.error());
    const Progress progress = terminalProgress();
    if (progress) progress({.stage = "Opening the model", .done = 0, .total = 0});
    auto request = requestFrom(options);
    if (!request) return fail(request.error());
    auto report = compare(*request, stop, progress);
    if (!report) return fail(report.error());
    if (report->partial || stop.stop_requested()) return fail({.code = ErrorCode::cancelled, .message = "interrupted"});
    endProgress();
    if (auto status = writeReport(*report, options); !status) return fail(status.error());
    int exitCode = kDone;
    for (const auto& run : report->runs)
        if (run.error) exitCode = fail(notRun(run));
    return exitCode;
}

void addRepeatOptions(CLI::App& command, Options& options) {
    const auto number = [&](const char* name, int& value, const char* what, std::uint64_t least) {
        addNumberOption(command, name, value, what, least, 1'000'000)->capture_default_str();
    };
    number("--top", options.top, "How many classes to list and compare", 1);
    number("--warmup", options.warmup, "Untimed runs first", 0);
    number("--runs", options.runs, "Timed runs of each format", 0);
}

}  // namespace

void addCompareCommand(CLI::App& app, int& exitCode) {
    auto* command = app.add_subcommand("compare", "Run a model in several formats and compare them with a reference");
    auto options = std::make_shared<Options>();
    addInputOptions(*command, options->input);
    addRunOptions(*command, options->run);
    addScaleOptions(*command, options->scales, "the picture itself");
    addKeepOption(*command, options->keep);
    addRepeatOptions(*command, *options);
    command->add_option("--json", options->json, "Write JSON to a file, or to standard output for -")
        ->type_name("FILE");
    command->add_option("--csv", options->csv, "Write one row a format as CSV to a file, or to standard output for -")
        ->type_name("FILE");
    command->add_option("--export-dir", options->exportDir, "Write every chart as PNG into this folder")
        ->type_name("DIR");
    command->callback([options, &exitCode] { exitCode = runCompare(*options); });
}

}  // namespace mantissa::app
