#include <CLI/CLI.hpp>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "commands.h"
#include "console.h"
#include "format_list.h"
#include "input_options.h"
#include "number_words.h"
#include "numerics/value_text.h"
#include "option_words.h"
#include "report/dot_json.h"
#include "study/dot_product.h"
#include "text_table.h"

namespace mantissa::app {
namespace {

struct Options {
    std::optional<std::size_t> terms;
    std::string data = "ones";
    std::uint64_t seed = 42;
    std::optional<std::string> product;
    std::vector<std::string> accumulators;
    std::vector<std::string> orders;
    std::string model, image, layer;
    std::size_t output = 0;
    std::string json;
};

Error badOption(std::string message, std::string where) {
    return {.code = ErrorCode::invalidArgument, .message = std::move(message), .where = std::move(where)};
}

/// "F.safetensors:A,B", split at the last colon: paths may hold colons, and names of tensors seldom do.
Result<TensorPair> tensorPair(const std::string& text) {
    const auto colon = text.rfind(':');
    const auto comma = colon == std::string::npos ? colon : text.find(',', colon);
    if (comma == std::string::npos || colon == 0 || comma == colon + 1 || comma + 1 == text.size())
        return badOption("is neither ones, growing, uniform, normal, cancelling or neuron nor FILE:A,B", text);
    return TensorPair{
        .file = text.substr(0, colon), .a = text.substr(colon + 1, comma - colon - 1), .b = text.substr(comma + 1)};
}

Result<Neuron> neuronFrom(const Options& options) {
    auto model = openChosenModel(options.model);
    if (!model) return std::move(model).error();
    auto input = openChosenInput({.model = {}, .image = options.image, .input = {}});
    if (!input) return std::move(input).error();
    return Neuron{.model = *std::move(model),
                  .image = *std::move(input->image),
                  .preprocessing = std::nullopt,
                  .layer = options.layer,
                  .output = options.output};
}

Result<DotSource> sourceFrom(const Options& options) {
    DotSource source;
    source.terms = options.terms;
    source.seed = options.seed;
    const auto named = findDotData(options.data);
    if (named != DotData::neuron && !(options.model + options.image + options.layer).empty())
        return badOption("takes no --model, --image or --layer; those are of --data neuron", "--data " + options.data);
    if (named && *named != DotData::file) {
        source.data = *named;
        if (*named != DotData::neuron) return source;
        auto neuron = neuronFrom(options);
        if (!neuron) return std::move(neuron).error();
        source.neuron = *std::move(neuron);
        return source;
    }
    auto tensors = tensorPair(options.data);
    if (!tensors) return std::move(tensors).error();
    source.data = DotData::file;
    source.tensors = *std::move(tensors);
    return source;
}

Result<DotRequest> requestFrom(const Options& options) {
    DotRequest request;
    std::vector<Format> accumulators{format("bf16")};
    if (options.product) {
        auto product = formatNamed(*options.product);
        if (!product) return std::move(product).error();
        request.product = *std::move(product);
        accumulators = {request.product};
    }
    if (!options.accumulators.empty()) {
        auto named = formatsNamed(options.accumulators);
        if (!named) return std::move(named).error();
        accumulators = *std::move(named);
    }
    for (const auto& accumulator : accumulators)
        for (const auto& text : options.orders) {
            const auto order = findOrder(text);
            if (!order)
                return badOption(
                    "is no order of summation; those are sequential, pairwise, kahan and blocked:K with K from 2 to " +
                        std::to_string(kLargestBlock),
                    text);
            request.sums.push_back({accumulator, *order});
        }
    auto source = sourceFrom(options);
    if (!source) return std::move(source).error();
    request.source = *std::move(source);
    return request;
}

std::string rounded(double value) { return significant(value, 4); }

/// Positive where the sum is too large.
std::string share(double value, double of) { return of == 0 ? "" : rounded(value / std::abs(of)); }

std::string boundText(const DotReport& report, const DotSeries& series) {
    if (!series.bound) return "none";
    return rounded(series.bound->share(report.sizes)) + (series.bound->firstOrder ? " + O(nu²)" : "");
}

std::string resultText(const DotReport& report) {
    TextTable table;
    table.row(
        {"accumulator", "order", "sum", "error", "error / |exact|", "error / Σ|ab|", "bound / Σ|ab|", "stops at n"});
    for (const auto& series : report.series)
        table.row({series.how.accumulator.name, orderName(series.how.order), shortestText(series.sum),
                   rounded(series.error), share(series.error, report.exact), share(series.error, report.sizes),
                   boundText(report, series), series.stagnation ? std::to_string(series.stagnation->n) : ""});
    for (const auto& kernel : report.kernels)
        if (kernel.failure)
            table.row({kernel.format.name, "LibTorch", kernel.failure->message});
        else
            table.row({kernel.format.name, "LibTorch", shortestText(kernel.sum), rounded(kernel.error),
                       share(kernel.error, report.exact), share(kernel.error, report.sizes)});
    std::string text = printable(report.finding) + ".\n" + report.explanation + "\n\n" + table.text() + "\n";
    text += "n = " + std::to_string(report.n) + ", exact sum " + shortestText(report.exact) + ", Σ|ab| " +
            shortestText(report.sizes) + ", products in " + report.product.title;
    if (!report.vectors->note.empty()) text += ", vectors " + report.vectors->note;
    return text + "\n";
}

int runDot(const Options& options) {
    const auto stop = stopOnInterrupt();
    if (const Status status = checkTargets({options.json}); !status) return fail(status.error());
    const auto request = requestFrom(options);
    if (!request) return fail(request.error());
    const auto report = dotProduct(*request, stop, terminalProgress());
    endProgress();
    if (!report) return fail(report.error());
    const Status status =
        options.json.empty() ? writeText("-", resultText(*report)) : writeText(options.json, dotJson(*report));
    return status ? kDone : fail(status.error());
}

}  // namespace

void addDotCommand(CLI::App& app, int& exitCode) {
    auto* command = app.add_subcommand("dot", "Add up a dot product in other formats and orders, beside the exact sum");
    auto options = std::make_shared<Options>();
    addNumberOption(*command, "--n", options->terms, "How many terms (default 4096; of a file or a neuron, all)", 1,
                    kMostTerms);
    command
        ->add_option("--data", options->data,
                     "The vectors; cancelling is 4096, 1, …, 1, −4096; FILE:A,B are two tensors of a checkpoint")
        ->type_name("ones|growing|uniform|normal|cancelling|neuron|FILE:A,B")
        ->capture_default_str();
    addNumberOption(*command, "--seed", options->seed, "Seed of uniform and normal vectors", 0,
                    std::numeric_limits<std::uint64_t>::max())
        ->capture_default_str();
    command->add_option("--format", options->product, "Format that each product is rounded to (default fp32)")
        ->type_name("FORMAT");
    command
        ->add_option("--accumulate", options->accumulators,
                     "Formats of the running sum (default: that of --format; bf16 without)")
        ->type_name("FORMAT,…")
        ->delimiter(',');
    options->orders = {"sequential"};
    command->add_option("--order", options->orders, "Orders of summation")
        ->type_name("sequential|pairwise|blocked:K|kahan,…")
        ->delimiter(',')
        ->default_str("sequential");
    addModelOption(*command, options->model);
    command->add_option("--image", options->image, "Image of --data neuron (default: a bundled one)")
        ->type_name("PATH");
    command->add_option("--layer", options->layer, "Layer of --data neuron (default: the last)")->type_name("NAME");
    addNumberOption(*command, "--output", options->output, "Output or channel of that layer", 0, 1'000'000'000)
        ->capture_default_str();
    command->add_option("--json", options->json, "Write JSON to a file, or to standard output for -")
        ->type_name("FILE");
    command->callback([options, &exitCode] { exitCode = runDot(*options); });
}

}  // namespace mantissa::app
