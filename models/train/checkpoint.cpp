#include "train/checkpoint.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "run/executor.h"
#include "run/tensor_view.h"
#include "storage/safetensors.h"
#include "storage/safetensors_writer.h"

namespace mantissa::training {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kKind = "mantissa-train checkpoint 1";

/// The groups of tensors in a checkpoint file: a prefix of their names, and where they belong.
constexpr std::array<std::pair<std::string_view, NamedTensors TrainingCheckpoint::*>, 4> kGroups{{
    {"weights.", &TrainingCheckpoint::weights},
    {"average.", &TrainingCheckpoint::average},
    {"mean.", &TrainingCheckpoint::mean},
    {"mean_of_square.", &TrainingCheckpoint::meanOfSquare},
}};

Json toJson(const RunIdentity& run) {
    const Recipe& recipe = run.recipe;
    return {{"model", run.model},
            {"pictures", run.pictures},
            {"epochs", recipe.epochs},
            {"small_epochs", recipe.smallEpochs},
            {"batch", recipe.batch},
            {"seed", recipe.seed},
            {"learning_rate", recipe.learningRate},
            {"warmup", recipe.warmup},
            {"weight_decay", recipe.weightDecay},
            {"label_smoothing", recipe.labelSmoothing},
            {"average_decay", recipe.averageDecay},
            {"crop_padding", recipe.cropPadding},
            {"colour_jitter", recipe.colourJitter}};
}

/// The first setting in which two runs differ, for a message; empty if none.
std::string firstDifference(const Json& stored, const Json& expected) {
    for (const auto& [key, value] : expected.items())
        if (!stored.contains(key) || stored.at(key) != value)
            return key + " " + (stored.contains(key) ? stored.at(key).dump() : "missing") + " in the file, " +
                   value.dump() + " now";
    return {};
}

}  // namespace

Status saveCheckpoint(const std::filesystem::path& path, const TrainingCheckpoint& checkpoint) {
    std::vector<TensorRecord> records;
    for (const auto& [prefix, group] : kGroups)
        for (const auto& [name, tensor] : checkpoint.*group)
            records.push_back(recordOf(std::string(prefix) + name, tensor));
    const Json progress{
        {"epochs_done", checkpoint.epochsDone}, {"steps", checkpoint.steps}, {"seconds", checkpoint.seconds}};
    return writeSafetensors(
        path, records,
        {{"kind", std::string(kKind)}, {"run", toJson(checkpoint.run).dump()}, {"progress", progress.dump()}});
}

Result<TrainingCheckpoint> loadCheckpoint(const std::filesystem::path& path, const RunIdentity& expected) {
    auto file = openSafetensors(path);
    if (!file) return std::move(file).error();
    const auto fault = [&](ErrorCode code, std::string message) {
        return Error{.code = code, .message = std::move(message), .where = path.string()};
    };
    if (const auto kind = file->metadata.find("kind"); kind == file->metadata.end() || kind->second != kKind)
        return fault(ErrorCode::unsupported, "is no checkpoint of mantissa-train");

    TrainingCheckpoint checkpoint{.run = expected};
    try {
        const std::string difference = firstDifference(Json::parse(file->metadata.at("run")), toJson(expected));
        if (!difference.empty())
            return fault(ErrorCode::invalidArgument, "belongs to another run: " + difference +
                                                         "; start without --resume, or with the same options");
        const Json progress = Json::parse(file->metadata.at("progress"));
        checkpoint.epochsDone = progress.at("epochs_done");
        checkpoint.steps = progress.at("steps");
        checkpoint.seconds = progress.at("seconds");
    } catch (const std::exception& error) {  // of the JSON library and of map::at
        return fault(ErrorCode::corrupt, std::string("has no readable progress: ") + error.what());
    }
    for (const auto& record : file->tensors) {
        auto view = tensorView(record);
        if (!view) return std::move(view).error();
        for (const auto& [prefix, group] : kGroups)
            if (record.name.starts_with(prefix)) (checkpoint.*group)[record.name.substr(prefix.size())] = view->clone();
    }
    return checkpoint;
}

}  // namespace mantissa::training
