#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>

#include "bundled.h"
#include "commands.h"
#include "console.h"
#include "evaluate_text.h"
#include "format_list.h"
#include "graph/model.h"
#include "image/picture_set.h"
#include "report/evaluate_json.h"
#include "study/evaluate.h"

namespace mantissa::app {
namespace {

struct Options {
    std::string model, images, labels;
    std::vector<std::string> formats{"fp32", "bf16", "fp16"};
    std::string reference = "fp32";
    RunMode mode = RunMode::automatic;
    CastScope scope = CastScope::weightsAndActivations;
    int batch = 0, threads = 0;
    std::string json, csv, resume;
};

Result<EvaluateRequest> requestFrom(const Options& options) {
    EvaluateRequest request;
    auto reference = formatNamed(options.reference);
    if (!reference) return std::move(reference).error();
    auto candidates = formatsNamed(options.formats);
    if (!candidates) return std::move(candidates).error();
    std::erase(*candidates, *reference);
    request.reference = *std::move(reference);
    request.candidates = *std::move(candidates);
    request.mode = options.mode;
    request.scope = options.scope;
    request.batch = options.batch;
    request.threads = options.threads;
    request.resume = options.resume;

    std::filesystem::path path = options.model;
    if (path.empty()) {
        const auto models = bundledModels();
        if (models.empty())
            return Error{.code = ErrorCode::unreadable,
                         .message = "no model came with this installation of Mantissa; name one with --model"};
        path = models.front();
    }
    auto model = openModel(path);
    if (!model) return std::move(model).error();
    request.model = *std::move(model);
    auto pictures = PictureSet::open({.path = options.images, .labels = options.labels}, request.model->labels);
    if (!pictures) return std::move(pictures).error();
    request.pictures = *std::move(pictures);
    return request;
}

Status writeReport(const EvaluateReport& report, const Options& options) {
    if (!options.json.empty())
        if (auto status = writeText(options.json, evaluateJson(report)); !status) return status;
    if (!options.csv.empty())
        if (auto status = writeText(options.csv, evaluateCsv(report)); !status) return status;
    if (options.json == "-" || options.csv == "-") return Done{};
    return writeText("-", evaluateText(report));
}

int runEvaluate(const Options& options) {
    const std::stop_token stop = stopOnInterrupt();
    if (auto status = checkTargets({options.json, options.csv}); !status) return fail(status.error());
    const Progress progress = terminalProgress();
    if (progress) progress({.stage = "Opening the model and the pictures", .done = 0, .total = 0});
    auto request = requestFrom(options);
    if (!request) return fail(request.error());
    auto report = evaluate(*request, stop, progress);
    if (!report) return fail(report.error());
    endProgress();
    if (!report->partial) {
        if (auto status = writeReport(*report, options); !status) return fail(status.error());
        return kDone;
    }
    // What is done is shown; files are written of whole results only, and --resume's has every line of these.
    std::cerr << evaluateText(*report);
    return fail({.code = ErrorCode::cancelled,
                 .message = "interrupted; " + (options.resume.empty()
                                                   ? std::string("with --resume FILE a run can be gone on with")
                                                   : "the same command goes on from here")});
}

void addRunOptions(CLI::App& command, Options& options) {
    command.add_option("--formats", options.formats, "Formats to run, with commas between")
        ->type_name("NAME,…")
        ->delimiter(',')
        ->capture_default_str();
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
    command.add_option("--batch", options.batch, "Pictures at once (default: as memory allows, at most 32)")
        ->type_name("N")
        ->check(CLI::Range(1, 4096).description(""));
    command.add_option("--threads", options.threads, "LibTorch's threads (default: one a core)")
        ->type_name("N")
        ->check(CLI::Range(1, 4096).description(""));
}

}  // namespace

void addEvaluateCommand(CLI::App& app, int& exitCode) {
    auto* command = app.add_subcommand(
        "evaluate", "Run a model on a folder of pictures in several formats: accuracy, agreement, differences");
    auto options = std::make_shared<Options>();
    command->add_option("--model", options->model, "A model file or Hugging Face folder (default: the bundled model)")
        ->type_name("PATH");
    command
        ->add_option(
            "--images", options->images,
            "A folder, one subfolder a class where classes are known, or a file of CIFAR-10 in its binary form")
        ->type_name("DIR|FILE")
        ->required();
    command->add_option("--labels", options->labels, "A CSV file of the folder's classes: file, class")
        ->type_name("FILE");
    addRunOptions(*command, *options);
    command->add_option("--json", options->json, "Write the summary as JSON to a file, or to standard output for -")
        ->type_name("FILE");
    command
        ->add_option("--csv", options->csv,
                     "Write one row a picture and format as CSV to a file, or to standard output for -")
        ->type_name("FILE");
    command
        ->add_option("--resume", options->resume,
                     "Add results to this file as they come, and go on from those it holds")
        ->type_name("FILE");
    command->callback([options, &exitCode] { exitCode = runEvaluate(*options); });
}

}  // namespace mantissa::app
