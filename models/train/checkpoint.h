#pragma once

// Includes LibTorch: private to the trainer.

#include <filesystem>
#include <string>

#include "result.h"
#include "train/recipe.h"
#include "train/weights.h"

namespace mantissa::training {

/// What makes a run one and the same: a checkpoint continues only the run that it belongs to.
struct RunIdentity {
    std::string model;
    Recipe recipe;
    std::size_t pictures = 0;  ///< of the training set

    bool operator==(const RunIdentity&) const = default;
};

/// Everything that the next epoch depends on. Random numbers need no state: each epoch's stream follows from seed and
/// number.
struct TrainingCheckpoint {
    RunIdentity run;
    int epochsDone = 0;
    std::int64_t steps = 0;
    double seconds = 0;      ///< of training so far
    NamedTensors weights{};  ///< parameters and buffers
    NamedTensors average{};  ///< their moving average
    NamedTensors mean{};     ///< AdamW's moments
    NamedTensors meanOfSquare{};
};

/// Written whole or not at all, so that an interruption leaves the previous one.
Status saveCheckpoint(const std::filesystem::path& path, const TrainingCheckpoint& checkpoint);

/// Errors: what openSafetensors says, a file that is no checkpoint, and one of another run than `expected`.
Result<TrainingCheckpoint> loadCheckpoint(const std::filesystem::path& path, const RunIdentity& expected);

}  // namespace mantissa::training
