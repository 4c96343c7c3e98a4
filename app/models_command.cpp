#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string_view>

#include "commands.h"
#include "console.h"
#include "hub_options.h"
#include "number_words.h"
#include "report/models_json.h"
#include "storage/hub_cache.h"
#include "study/model_list.h"
#include "text_table.h"

namespace mantissa::app {
namespace {

namespace fs = std::filesystem;

/// "main, v1.0", or the beginning of the commit where no ref points to it.
std::string revisionText(const ListedModel& model) {
    std::string text;
    for (const auto& ref : model.refs) text += (text.empty() ? "" : ", ") + ref;
    return printable(text.empty() ? model.commit.substr(0, 12) : text);
}

/// Models worth downloading that are not here yet.
std::string suggestionsText(const std::vector<ListedModel>& models) {
    std::size_t longest = 0;
    for (const SuggestedModel& suggested : kSuggestedModels)
        longest = std::max(longest, std::string_view(suggested.name).size());
    std::string text;
    for (const SuggestedModel& suggested : kSuggestedModels) {
        const std::string name = suggested.name;
        if (std::any_of(models.begin(), models.end(), [&](const auto& model) { return model.name == name; })) continue;
        text +=
            "  mantissa models get " + name + std::string(longest - name.size(), ' ') + "  " + suggested.words + "\n";
    }
    return text.empty() ? text : "\nTo download one from Hugging Face:\n" + text;
}

std::string modelsText(const std::vector<ListedModel>& models) {
    TextTable table;
    table.row({"model", "revision", "architecture", "parameters", "size", "runs"});
    std::string problems;
    bool cached = false;
    for (const ListedModel& model : models) {
        cached |= model.source == ModelSource::hubCache;
        table.row({printable(model.name), model.source == ModelSource::bundled ? "bundled" : revisionText(model),
                   model.architecture.empty() ? "–" : printable(model.architecture),
                   model.parameters ? grouped(*model.parameters) : "–", bytesText(model.bytes),
                   model.problem ? "no" : "yes"});
        if (!model.problem) continue;
        const std::string where = model.problem->where;
        const auto inside = fs::path(where).lexically_relative(model.path).string();
        const bool below = !inside.empty() && inside != "." && !inside.starts_with("..");
        problems += printable(model.name + ": " + (below ? inside + ": " : "") + model.problem->message) + "\n";
    }
    std::string text = table.text();
    if (!problems.empty()) text += "\n" + problems;
    if (!cached) text += "\nThe Hugging Face cache, " + printable(hubCacheFolder().string()) + ", holds no models.\n";
    return text + suggestionsText(models);
}

int runModels(const std::string& json) {
    const std::stop_token stop = stopOnInterrupt();
    if (auto status = checkTargets({json}); !status) return fail(status.error());
    const auto models = listModels(stop, terminalProgress());
    if (!models) return fail(models.error());
    endProgress();
    const auto status = json.empty() ? writeText("-", modelsText(*models)) : writeText(json, modelsJson(*models));
    return status ? kDone : fail(status.error());
}

}  // namespace

void addModelsCommand(CLI::App& app, int& exitCode) {
    auto* command = app.add_subcommand(
        "models", "List the models at hand: those that come with Mantissa and those in the Hugging Face cache");
    auto json = std::make_shared<std::string>();
    command->add_option("--json", *json, "Write JSON to a file, or to standard output for -")->type_name("FILE");
    addModelsGetCommand(*command, exitCode);
    command->require_subcommand(0, 1);
    command->callback([command, json, &exitCode] {
        if (command->get_subcommands().empty()) exitCode = runModels(*json);
    });
}

}  // namespace mantissa::app
