#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "commands.h"
#include "console.h"
#include "evaluate_text.h"
#include "image/picture_set.h"
#include "input_options.h"
#include "option_words.h"
#include "report/evaluate_json.h"
#include "run_options.h"
#include "scale_options.h"
#include "study/evaluate.h"

namespace mantissa::app {
namespace {

struct Options {
    std::string model, images, labels;
    RunOptions run;
    ScaleChoice scales;
    std::vector<std::string> keep;
    int batch = 0;
    std::string json, csv, resume;
};

Result<EvaluateRequest> requestFrom(const Options& options) {
    EvaluateRequest request;
    auto formats = chosenFormats(options.run);
    if (!formats) return std::move(formats).error();
    request.reference = std::move(formats->reference);
    request.candidates = std::move(formats->candidates);
    request.mode = options.run.mode;
    request.scope = options.run.scope;
    request.batch = options.batch;
    request.threads = options.run.threads;
    request.resume = options.resume;

    auto model = openChosenModel(options.model);
    if (!model) return std::move(model).error();
    request.model = *std::move(model);
    auto pictures = PictureSet::open({.path = options.images, .labels = options.labels}, request.model->labels);
    if (!pictures) return std::move(pictures).error();
    request.pictures = *std::move(pictures);
    auto overrides = chosenLayers(options.keep);
    if (!overrides) return std::move(overrides).error();
    request.overrides = *std::move(overrides);
    auto scales = chosenScales(options.scales, *request.model);
    if (!scales) return std::move(scales).error();
    request.scales = *std::move(scales);
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
    const bool asked = !options.json.empty() || !options.csv.empty();
    return fail({.code = ErrorCode::cancelled,
                 .message = "interrupted; " +
                            std::string(asked ? "--json and --csv are written of whole runs only, and " : "") +
                            (options.resume.empty() ? std::string("with --resume FILE a run can be gone on with")
                                                    : "the same command goes on from here")});
}

}  // namespace

void addEvaluateCommand(CLI::App& app, int& exitCode) {
    auto* command = app.add_subcommand(
        "evaluate", "Run a model on a folder of pictures in several formats: accuracy, agreement, differences");
    auto options = std::make_shared<Options>();
    addModelOption(*command, options->model);
    command
        ->add_option(
            "--images", options->images,
            "A folder, one subfolder a class where classes are known, or a file of CIFAR-10 in its binary form")
        ->type_name("DIR|FILE")
        ->required();
    command->add_option("--labels", options->labels, "A CSV file of the folder's classes: file, class")
        ->type_name("FILE");
    addRunOptions(*command, options->run);
    addScaleOptions(*command, options->scales, "those of --images");
    addKeepOption(*command, options->keep);
    addNumberOption(*command, "--batch", options->batch,
                    "Pictures in a batch; each thread runs one (default: as memory allows, at most 8)", 1, 4096);
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
