#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <optional>

#include "commands.h"
#include "console.h"
#include "format_list.h"
#include "input_options.h"
#include "layers_text.h"
#include "option_words.h"
#include "report/layers_json.h"
#include "run_options.h"
#include "scale_options.h"
#include "study/layers.h"
#include "study/sensitivity.h"

namespace mantissa::app {
namespace {

struct Options {
    InputOptions input;
    ScaleChoice scales;
    std::vector<std::string> keep;
    std::string format = "bf16";
    bool sensitivity = true;
    std::string target;
    int runs = 3, threads = 0, depth = 0;
    std::string json, csv;

    bool dataOnStandardOutput() const { return json == "-" || csv == "-"; }
};

Result<LayersRequest> requestFrom(const Options& options) {
    LayersRequest request;
    auto format = formatNamed(options.format);
    if (!format) return std::move(format).error();
    request.format = *std::move(format);
    request.runs = options.runs;
    request.threads = options.threads;
    if (auto opened = openInto(request, options.input, options.scales, options.keep); !opened)
        return std::move(opened).error();
    return request;
}

/// "sqnr:40" or "margin:0.5".
Result<PlanTarget> targetFrom(const std::string& text) {
    const auto colon = text.find(':');
    const std::string measure = text.substr(0, colon),
                      number = colon == std::string::npos ? "" : text.substr(colon + 1);
    char* end = nullptr;
    const double value = std::strtod(number.c_str(), &end);
    if ((measure != "sqnr" && measure != "margin") || number.empty() || *end != '\0' || !std::isfinite(value))
        return Error{.code = ErrorCode::invalidArgument,
                     .message = "is no target; sqnr:40 asks for 40 dB, margin:0.5 for a margin of 0.5 in logits",
                     .where = text};
    return PlanTarget{.measure = measure == "sqnr" ? PlanTarget::Measure::sqnrDb : PlanTarget::Measure::margin,
                      .value = value};
}

/// The same question of each layer alone; none where it was not asked.
Result<std::optional<SensitivityReport>> sensitivityOf(const LayersRequest& layers, const Options& options,
                                                       const std::stop_token& stop, const Progress& progress) {
    std::optional<SensitivityReport> none;
    if (!options.sensitivity && options.target.empty()) return none;
    SensitivityRequest request{.model = layers.model,
                               .image = layers.image,
                               .tensor = layers.tensor,
                               .preprocessing = {},
                               .format = layers.format,
                               .rounding = layers.rounding,
                               .scales = layers.scales,
                               .target = {},
                               .threads = layers.threads,
                               .ready = {}};
    if (!options.target.empty()) {
        auto target = targetFrom(options.target);
        if (!target) return std::move(target).error();
        request.target = *target;
    }
    auto report = analyseSensitivity(request, stop, progress);
    if (!report) return std::move(report).error();
    return std::optional(*std::move(report));
}

Status writeReport(const LayersReport& report, const std::optional<SensitivityReport>& sensitivity,
                   const Options& options) {
    const SensitivityReport* alone = sensitivity ? &*sensitivity : nullptr;
    if (!options.json.empty())
        if (auto status = writeText(options.json, layersJson(report, alone)); !status) return status;
    if (!options.csv.empty())
        if (auto status = writeText(options.csv, layersCsv(report, alone)); !status) return status;
    if (options.dataOnStandardOutput()) return Done{};
    return writeText("-", layersText(report, alone, options.depth));
}

int runLayers(const Options& options) {
    const std::stop_token stop = stopOnInterrupt();
    if (auto status = checkTargets({options.json, options.csv}); !status) return fail(status.error());
    if (!options.target.empty())
        if (auto target = targetFrom(options.target); !target) return fail(target.error());
    const Progress progress = terminalProgress();
    if (progress) progress({.stage = "Opening the model", .done = 0, .total = 0});
    auto request = requestFrom(options);
    if (!request) return fail(request.error());
    auto report = analyseLayers(*request, stop, progress);
    if (!report) return fail(report.error());
    auto sensitivity = sensitivityOf(*request, options, stop, progress);
    if (!sensitivity) return fail(sensitivity.error());
    if (report->partial || (*sensitivity && (*sensitivity)->partial) || stop.stop_requested())
        return fail({.code = ErrorCode::cancelled, .message = "interrupted"});
    endProgress();
    if (auto status = writeReport(*report, *sensitivity, options); !status) return fail(status.error());
    return kDone;
}

}  // namespace

void addLayersCommand(CLI::App& app, int& exitCode) {
    auto* command = app.add_subcommand("layers", "Where in a model the error of a format comes from, layer by layer");
    auto options = std::make_shared<Options>();
    addInputOptions(*command, options->input);
    command->add_option("--format", options->format, "The format to compare with FP32")
        ->type_name("NAME")
        ->capture_default_str();
    command->add_flag("--sensitivity,!--no-sensitivity", options->sensitivity,
                      "Each layer alone in the format, all others in FP32 (default), or not");
    command
        ->add_option("--target", options->target,
                     "Find the fewest layers to keep in FP32 for this SQNR in dB or margin in logits")
        ->type_name("sqnr:DB|margin:M");
    addScaleOptions(*command, options->scales, "the picture itself");
    addKeepOption(*command, options->keep);
    const auto number = [&](const char* name, int& value, const char* what) {
        return addNumberOption(*command, name, value, what, 0, 1'000'000);
    };
    number("--runs", options->runs, "Timed runs of each layer; 0: no times")->capture_default_str();
    number("--depth", options->depth, "Rows of the table down to this many names; 0: all of them")
        ->capture_default_str();
    addThreadsOption(*command, options->threads);
    command->add_option("--json", options->json, "Write JSON to a file, or to standard output for -")
        ->type_name("FILE");
    command->add_option("--csv", options->csv, "Write one row a layer as CSV to a file, or to standard output for -")
        ->type_name("FILE");
    command->callback([options, &exitCode] { exitCode = runLayers(*options); });
}

}  // namespace mantissa::app
