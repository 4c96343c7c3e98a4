#include <CLI/CLI.hpp>
#include <memory>

#include "commands.h"
#include "console.h"
#include "format_list.h"
#include "input_options.h"
#include "number_words.h"
#include "report/inspect_json.h"
#include "storage/shape_text.h"
#include "study/checkpoint.h"
#include "text_table.h"

namespace mantissa::app {
namespace {

struct Options {
    std::string file;
    std::vector<std::string> as;
    std::string json, csv;
};

/// Integers in full: a few digits of a counter or an index say nothing.
std::string heldText(const std::optional<HeldValue>& value) {
    if (!value) return "–";
    if (const auto* floating = std::get_if<double>(&value->number())) return significant(*floating, 5);
    return std::visit([](auto number) { return std::to_string(number); }, value->number());
}

void addValues(std::vector<std::string>& cells, const ValueSummary& values) {
    for (const auto& value : {values.min, values.max}) cells.push_back(heldText(value));
    cells.push_back(values.mean ? significant(*values.mean, 5) : "–");
    cells.push_back(grouped(values.nans));
    cells.push_back(grouped(values.infinities));
}

void addCasts(std::vector<std::string>& cells, std::size_t formats, const std::vector<CastLoss>& casts) {
    for (std::size_t i = 0; i < formats; ++i) {
        if (i >= casts.size()) {
            cells.insert(cells.end(), 4, "–");
            continue;
        }
        cells.push_back(grouped(casts[i].overflows));
        cells.push_back(grouped(casts[i].underflows));
        cells.push_back(significant(casts[i].maxAbs, 4));
        cells.push_back(casts[i].sqnrDb ? fixed(*casts[i].sqnrDb, 1) : "–");
    }
}

std::string inspectText(const CheckpointReport& report) {
    TextTable table;
    std::vector<std::string> above(9), head{"tensor", "dtype", "shape", "bytes", "min", "max", "mean", "NaN", "Inf"};
    for (const Format& format : report.formats)
        for (const char* what : {"overflow", "to zero", "max |Δ|", "SQNR dB"}) {
            above.push_back(format.title);
            head.emplace_back(what);
        }
    if (!report.formats.empty()) table.row(std::move(above));
    table.row(std::move(head));
    for (const TensorSummary& tensor : report.tensors) {
        std::vector<std::string> cells{printable(tensor.name), std::string(dtypeName(tensor.dtype)),
                                       shapeText(tensor.shape), grouped(tensor.bytes)};
        addValues(cells, tensor.values);
        addCasts(cells, report.formats.size(), tensor.casts);
        table.row(std::move(cells));
    }
    std::vector<std::string> total{"all", "", grouped(report.values.count) + " values", grouped(report.bytes)};
    addValues(total, report.values);
    addCasts(total, report.formats.size(), report.casts);
    table.row(std::move(total));
    const std::string count = report.tensors.size() == 1
                                  ? "1 tensor"
                                  : grouped(static_cast<std::int64_t>(report.tensors.size())) + " tensors";
    std::string text = printable(report.path.string()) + ": " + report.form + ", " + count + ", " +
                       bytesText(report.bytes) + "\n\n" + table.text();
    for (const std::string& note : {report.scaling, report.unread})
        if (!note.empty()) text += "\n" + note + ".\n";
    return text;
}

int runInspect(const Options& options) {
    const std::stop_token stop = stopOnInterrupt();
    if (auto status = checkTargets({options.json, options.csv}); !status) return fail(status.error());
    auto formats = formatsNamed(options.as);
    if (!formats) return fail(formats.error());
    const auto path = modelPath(options.file);
    if (!path) return fail(path.error());
    const auto report = inspectCheckpoint({.path = *path, .formats = *std::move(formats)}, stop, terminalProgress());
    if (!report) return fail(report.error());
    endProgress();
    if (!options.json.empty())
        if (auto status = writeText(options.json, inspectJson(*report)); !status) return fail(status.error());
    if (!options.csv.empty())
        if (auto status = writeText(options.csv, inspectCsv(*report)); !status) return fail(status.error());
    if (options.json != "-" && options.csv != "-")
        if (auto status = writeText("-", inspectText(*report)); !status) return fail(status.error());
    return kDone;
}

}  // namespace

void addInspectCommand(CLI::App& app, int& exitCode) {
    auto* command =
        app.add_subcommand("inspect", "List the tensors of a checkpoint, and what casts to other formats would lose");
    auto options = std::make_shared<Options>();
    command
        ->add_option(
            "file", options->file,
            "A safetensors file, a PyTorch checkpoint, a model file, a folder that holds weights, or a name that "
            "`mantissa models` lists")
        ->type_name("FILE")
        ->required();
    command->add_option("--as", options->as, "Formats to try casts of the floating tensors to, with commas between")
        ->type_name("NAME,…")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("--json", options->json, "Write JSON to a file, or to standard output for -")
        ->type_name("FILE");
    command->add_option("--csv", options->csv, "Write one row a tensor as CSV to a file, or to standard output for -")
        ->type_name("FILE");
    command->callback([options, &exitCode] { exitCode = runInspect(*options); });
}

}  // namespace mantissa::app
