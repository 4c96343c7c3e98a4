#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "graph/graph.h"
#include "image/preprocess.h"
#include "result.h"
#include "train/cifar10.h"
#include "train/recipe.h"

namespace mantissa::training {

/// How an epoch went. Accuracies are shares, 0 … 1.
struct EpochReport {
    int epoch = 0;  ///< from 1
    int epochs = 0;
    double loss = 0;           ///< mean over the epoch's pictures
    double trainAccuracy = 0;  ///< on the augmented pictures, while the weights change
    std::optional<double> testAccuracy{};  ///< of the averaged weights on the test set, in the epochs that ask for it
    double picturesPerSecond = 0;
    double secondsLeft = 0;
};

enum class Start { fresh, resume };

/// How a training batch lies in memory (PyTorch's memory formats). The arithmetic is the same, its order, and with it
/// the last bit, is not.
enum class BatchLayout { planes, channelsLast };

struct TrainingOptions {
    std::string modelName;  ///< stored in the checkpoint
    Recipe recipe;
    Preprocessing preprocessing;
    BatchLayout layout = BatchLayout::planes;
    std::filesystem::path checkpoint{};  ///< written after every epoch; empty: none
    Start start = Start::fresh;          ///< resume: continue from `checkpoint` where there is one
    int testEvery = 1;                   ///< epochs from one test accuracy to the next; 0: only that of the end
    std::function<void(const EpochReport&)> afterEpoch{};
    std::function<void(std::int64_t step, std::int64_t steps)> afterStep{};  ///< within an epoch, from 1
    std::stop_token stop{};
};

struct TrainedModel {
    Graph graph;  ///< with the averaged weights
    double testAccuracy = 0;
    double seconds = 0;  ///< of training, interruptions left out
};

/// Trains every parameter of `graph` on the training set by cross-entropy. The same Graph, data, options and thread
/// count give the same weights to the last bit, with or without an interruption at the end of an epoch. Errors:
/// cancelled (the checkpoint of the last whole epoch stays), fewer pictures than a batch, a loss that is not finite,
/// and what checkpoint and executor say.
Result<TrainedModel> train(const Graph& graph, const Cifar10& data, const TrainingOptions& options);

}  // namespace mantissa::training
