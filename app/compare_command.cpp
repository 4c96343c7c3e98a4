#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>

#include "bundled.h"
#include "charts/export_all.h"
#include "commands.h"
#include "compare_text.h"
#include "console.h"
#include "format_list.h"
#include "graph/model.h"
#include "image/image.h"
#include "report/compare_json.h"
#include "study/compare.h"
#include "study/model_list.h"
#include "study/tensor_input.h"

namespace mantissa::app {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::string model, image, input;
    std::vector<std::string> formats{"fp32", "bf16", "fp16"};
    std::string reference = "fp32";
    RunMode mode = RunMode::automatic;
    CastScope scope = CastScope::weightsAndActivations;
    int top = 5, warmup = 1, runs = 5, threads = 0;
    std::string json, csv, exportDir;

    bool dataOnStandardOutput() const { return json == "-" || csv == "-"; }
};

Error notBundled(const char* what, const char* option) {
    return {.code = ErrorCode::unreadable,
            .message = std::string("no ") + what + " came with this installation of Mantissa; name one with " + option};
}

/// What can be said of the command line before any file is read.
Status check(const Options& options) {
    if (auto status = checkTargets({options.json, options.csv}); !status) return status;
    std::error_code error;
    if (!options.exportDir.empty() && fs::exists(options.exportDir, error) &&
        !fs::is_directory(options.exportDir, error))
        return Error{
            .code = ErrorCode::unreadable, .message = "is a file, not a folder for charts", .where = options.exportDir};
    return Done{};
}

/// FILE:NAME, where a file may have a colon in its own name.
Result<TensorInput> openTensor(const std::string& input) {
    std::error_code error;
    const auto colon = input.rfind(':');
    if (colon == std::string::npos || fs::exists(input, error)) return readTensorInput(input, "");
    return readTensorInput(input.substr(0, colon), input.substr(colon + 1));
}

Status readInput(const Options& options, CompareRequest& request) {
    if (!options.input.empty()) {
        auto tensor = openTensor(options.input);
        if (!tensor) return std::move(tensor).error();
        request.tensor = *std::move(tensor);
        return Done{};
    }
    fs::path picture = options.image;
    if (picture.empty()) {
        const auto samples = bundledSamples();
        if (samples.empty()) return notBundled("picture", "--image");
        picture = samples.front();
    }
    auto image = openImage(picture);
    if (!image) return std::move(image).error();
    request.image = *std::move(image);
    return Done{};
}

/// A file or folder, or the name of a model at hand.
Result<fs::path> modelPath(const Options& options) {
    if (options.model.empty()) {
        const auto models = bundledModels();
        if (models.empty()) return notBundled("model", "--model");
        return models.front();
    }
    std::error_code error;
    if (fs::exists(options.model, error)) return fs::path(options.model);
    if (auto named = modelNamed(options.model)) return *std::move(named);
    return Error{.code = ErrorCode::unreadable,
                 .message = "there is no such file or folder, and `mantissa models` lists no model of that name",
                 .where = options.model};
}

Result<CompareRequest> requestFrom(const Options& options) {
    CompareRequest request;
    auto reference = formatNamed(options.reference);
    if (!reference) return std::move(reference).error();
    auto candidates = formatsNamed(options.formats);
    if (!candidates) return std::move(candidates).error();
    std::erase(*candidates, *reference);
    request.reference = *std::move(reference);
    request.candidates = *std::move(candidates);
    request.mode = options.mode;
    request.scope = options.scope;
    request.topK = options.top;
    request.warmup = options.warmup;
    request.runs = options.runs;
    request.threads = options.threads;

    auto path = modelPath(options);
    if (!path) return std::move(path).error();
    auto model = openModel(*path);
    if (!model) return std::move(model).error();
    request.model = *std::move(model);
    if (auto status = readInput(options, request); !status) return std::move(status).error();
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
    return kDone;
}

void addInputOptions(CLI::App& command, Options& options) {
    command
        .add_option(
            "--model", options.model,
            "A model file, a Hugging Face folder, or a name that `mantissa models` lists (default: the bundled model)")
        ->type_name("PATH");
    auto* image = command.add_option("--image", options.image, "A picture (default: a bundled one)")->type_name("PATH");
    command
        .add_option("--input", options.input,
                    "Feed a tensor of a safetensors file instead of a picture; NAME[3] picks one of a batch")
        ->type_name("FILE[:NAME]")
        ->excludes(image);
}

void addRunOptions(CLI::App& command, Options& options) {
    command.add_option("--formats", options.formats, "Formats to run, with commas between")
        ->type_name("NAME,…")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->default_str("fp32,bf16,fp16");
    command.add_option("--reference", options.reference, "The format that the others are compared with")
        ->type_name("NAME")
        ->capture_default_str();
    const std::map<std::string, RunMode> modes{
        {"auto", RunMode::automatic}, {"native", RunMode::native}, {"emulated", RunMode::emulated}};
    command
        .add_option("--mode", options.mode,
                    "auto: LibTorch's own kernels, or emulation where it has none; the others: never anything else")
        ->transform(CLI::CheckedTransformer(modes).description(""))
        ->type_name("auto|native|emulated")
        ->default_str("auto");
    const std::map<std::string, CastScope> scopes{{"weights", CastScope::weights},
                                                  {"activations", CastScope::activations},
                                                  {"weights+activations", CastScope::weightsAndActivations}};
    command.add_option("--scope", options.scope, "What is rounded to the format; one alone is emulated")
        ->transform(CLI::CheckedTransformer(scopes).description(""))
        ->type_name("weights|activations|weights+activations")
        ->default_str("weights+activations");
    const auto number = [&](const char* name, int& value, const char* what, int least) {
        command.add_option(name, value, what)
            ->type_name("N")
            ->check(CLI::Range(least, 1'000'000).description(""))
            ->capture_default_str();
    };
    number("--top", options.top, "How many classes to list and compare", 1);
    number("--warmup", options.warmup, "Untimed runs first", 0);
    number("--runs", options.runs, "Timed runs of each format", 0);
    command.add_option("--threads", options.threads, "LibTorch's threads (default: one a core)")
        ->type_name("N")
        ->check(CLI::Range(1, 4096).description(""));
}

}  // namespace

void addCompareCommand(CLI::App& app, int& exitCode) {
    auto* command = app.add_subcommand("compare", "Run a model in several formats and compare them with a reference");
    auto options = std::make_shared<Options>();
    addInputOptions(*command, *options);
    addRunOptions(*command, *options);
    command->add_option("--json", options->json, "Write JSON to a file, or to standard output for -")
        ->type_name("FILE");
    command->add_option("--csv", options->csv, "Write one row a format as CSV to a file, or to standard output for -")
        ->type_name("FILE");
    command->add_option("--export-dir", options->exportDir, "Write every chart as PNG into this folder")
        ->type_name("DIR");
    command->callback([options, &exitCode] { exitCode = runCompare(*options); });
}

}  // namespace mantissa::app
