#include <CLI/CLI.hpp>
#include <QCoreApplication>
#include <chrono>
#include <iostream>
#include <memory>

#include "commands.h"
#include "console.h"
#include "hub_download.h"
#include "number_words.h"
#include "text_table.h"

namespace mantissa::app {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string hereText(const HubPlan::File& file) {
    if (file.bytesHere == file.file.bytes) return "here already";
    return file.bytesHere > 0 ? bytesText(file.bytesHere) + " here already" : "";
}

std::string planText(const HubPlan& plan, const HubOptions& options) {
    std::string text = printable(plan.name.text() + " at " + options.host() + ", commit " + plan.commit.substr(0, 12));
    if (!plan.architecture.empty()) text += printable(": " + plan.architecture);
    TextTable table;
    for (const auto& file : plan.files) table.row({file.file.name, bytesText(file.file.bytes), hereText(file)});
    table.row({"to fetch", bytesText(plan.bytesToFetch()), ""});
    text += "\n" + table.text();
    if (plan.problem) text += "Mantissa does not run it: " + printable(plan.problem->message) + "\n";
    return text;
}

/// Bytes and their rate on the progress line, a few times a second.
Progress bytesProgress(const HubPlan& plan) {
    const Progress line = terminalProgress();
    if (!line) return {};
    const auto begin = Clock::now();
    const auto first = plan.bytes() - plan.bytesToFetch();
    return [line, begin, first, last = Clock::time_point()](const ProgressUpdate& update) mutable {
        const auto now = Clock::now();
        if (now - last < 200ms) return;
        last = now;
        const double seconds = std::chrono::duration<double>(now - begin).count();
        const auto rate =
            static_cast<std::int64_t>(static_cast<double>(update.done - first) / std::max(seconds, 0.001));
        std::string text = update.stage + "  " + bytesText(update.done) + " of " + bytesText(update.total);
        if (rate > 0)
            text += ", " + bytesText(rate) + "/s, " + std::to_string((update.total - update.done) / rate) + " s left";
        line({.stage = text});
    };
}

int runGet(const std::string& text, bool dryRun) {
    const std::stop_token stop = stopOnInterrupt();
    const auto name = parseHubName(text);
    if (!name) return fail(name.error());
    const auto options = hubOptionsFromEnvironment();
    if (!options) return fail(options.error());
    // Qt's sockets need an application; nothing of it is shown.
    int argc = 1;
    char program[] = "mantissa";
    char* argv[] = {program, nullptr};
    const QCoreApplication application(argc, argv);
    if (const Progress line = terminalProgress()) line({.stage = "Asking " + options->host()});
    const auto plan = planDownload(*name, *options, stop);
    if (!plan) return fail(plan.error());
    endProgress();
    if (auto status = writeText("-", planText(*plan, *options)); !status) return fail(status.error());
    if (dryRun) return kDone;
    const auto folder = downloadModel(*plan, *options, stop, bytesProgress(*plan));
    if (!folder) return fail(folder.error());
    endProgress();
    const auto status =
        writeText("-", "It is here: " + printable(folder->string()) + "\nTo use it: mantissa compare --model " +
                           plan->name.text() + " --image FILE\n");
    return status ? kDone : fail(status.error());
}

}  // namespace

void addModelsGetCommand(CLI::App& models, int& exitCode) {
    auto* command = models.add_subcommand("get",
                                          "Download a model from Hugging Face into the cache that Python's "
                                          "huggingface_hub shares: configuration and weights, "
                                          "nothing else. HF_ENDPOINT, HF_TOKEN, HF_HOME and HF_HUB_CACHE count");
    auto name = std::make_shared<std::string>();
    auto dryRun = std::make_shared<bool>(false);
    command->add_option("model", *name, "The model, as in apple/mobilevit-small")
        ->type_name("ORG/NAME[@REVISION]")
        ->required();
    command->add_flag("--dry-run", *dryRun, "List the files and their sizes, and fetch none");
    command->callback([name, dryRun, &exitCode] { exitCode = runGet(*name, *dryRun); });
}

}  // namespace mantissa::app
