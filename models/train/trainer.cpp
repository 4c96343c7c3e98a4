#include "train/trainer.h"

#include <ATen/Context.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>

#include <chrono>
#include <cmath>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "run/executor.h"
#include "train/accuracy.h"
#include "train/adamw.h"
#include "train/batch.h"
#include "train/checkpoint.h"
#include "train/random.h"
#include "train/weights.h"

namespace mantissa::training {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// One run from its start, or its last checkpoint, to its end.
class Run {
  public:
    Run(const Graph& graph, const Cifar10& data, const TrainingOptions& options, Executor executor)
        : graph_(graph),
          data_(data),
          options_(options),
          executor_(std::move(executor)),
          optimiser_(options.recipe.weightDecay) {
        const c10::AutoGradMode noGradients(false);
        weights_ = executor_.weights();
        for (const auto& name : executor_.parameterNames()) optimiser_.add(name, weights_.at(name));
        for (const auto& [name, tensor] : weights_) average_[name] = tensor.detach().clone();
    }

    std::int64_t stepsPerEpoch() const { return static_cast<std::int64_t>(data_.train.size()) / options_.recipe.batch; }
    bool finished() const { return epochsDone_ >= options_.recipe.epochs; }
    double seconds() const { return seconds_; }

    Status restore();
    Status save() const;
    Status runEpoch();
    Result<double> testAccuracy() const;
    Graph averagedGraph() const { return withWeights(graph_, average_); }

  private:
    RunIdentity identity() const { return {options_.modelName, options_.recipe, data_.train.size()}; }
    Result<at::Tensor> step(const Batch& batch);
    Preprocessing epochPreprocessing() const;
    void updateAverage();
    void countBatch();

    const Graph& graph_;
    const Cifar10& data_;
    const TrainingOptions& options_;
    Executor executor_;
    AdamW optimiser_;
    NamedTensors weights_, average_;
    int epochsDone_ = 0;
    double seconds_ = 0;
    double lossSum_ = 0;
    std::int64_t right_ = 0;
};

/// Copies every tensor of `from` into the one of the same name; an error where names or shapes differ.
Status copyInto(const NamedTensors& to, const NamedTensors& from, const std::filesystem::path& path) {
    for (const auto& [name, tensor] : to) {
        const auto found = from.find(name);
        if (found == from.end() || found->second.sizes() != tensor.sizes())
            return Error{.code = ErrorCode::corrupt,
                         .message = "has no tensor " + name + " of this model's shape",
                         .where = path.string()};
        tensor.copy_(found->second);
    }
    return Done{};
}

Status Run::restore() {
    std::error_code ignored;  // a file that cannot be examined is reported when it is opened
    if (options_.start != Start::resume || options_.checkpoint.empty()) return Done{};
    if (!std::filesystem::exists(options_.checkpoint, ignored)) return Done{};
    auto stored = loadCheckpoint(options_.checkpoint, identity());
    if (!stored) return std::move(stored).error();
    const c10::AutoGradMode noGradients(false);
    NamedTensors means, meansOfSquares;
    for (const auto& parameter : optimiser_.parameters()) {
        means[parameter.name] = parameter.mean;
        meansOfSquares[parameter.name] = parameter.meanOfSquare;
    }
    for (const auto& [to, from] : {std::pair{&weights_, &stored->weights}, std::pair{&average_, &stored->average},
                                   std::pair{&means, &stored->mean}, std::pair{&meansOfSquares, &stored->meanOfSquare}})
        if (auto status = copyInto(*to, *from, options_.checkpoint); !status) return status;
    optimiser_.setSteps(stored->steps);
    epochsDone_ = stored->epochsDone;
    seconds_ = stored->seconds;
    return Done{};
}

Status Run::save() const {
    if (options_.checkpoint.empty()) return Done{};
    TrainingCheckpoint checkpoint{
        .run = identity(), .epochsDone = epochsDone_, .steps = optimiser_.steps(), .seconds = seconds_};
    checkpoint.weights = weights_;
    checkpoint.average = average_;
    for (const auto& parameter : optimiser_.parameters()) {
        checkpoint.mean[parameter.name] = parameter.mean;
        checkpoint.meanOfSquare[parameter.name] = parameter.meanOfSquare;
    }
    return saveCheckpoint(options_.checkpoint, checkpoint);
}

/// Forward, backward, and one change of the weights; gives the logits.
Result<at::Tensor> Run::step(const Batch& batch) {
    const std::int64_t steps = stepsPerEpoch() * options_.recipe.epochs;
    const double learningRate = learningRateAt(options_.recipe, optimiser_.steps(), steps);
    const at::Tensor input = options_.layout == BatchLayout::channelsLast
                                 ? batch.input.contiguous(at::MemoryFormat::ChannelsLast)
                                 : batch.input;
    auto logits = executor_.run(input, {.stop = options_.stop});
    if (!logits) return logits;
    const c10::AutoGradMode gradients(true);
    const at::Tensor loss = at::cross_entropy_loss(*logits, batch.labels, {}, at::Reduction::Mean,
                                                   /*ignore_index=*/-100, options_.recipe.labelSmoothing);
    const auto value = loss.item<double>();
    if (!std::isfinite(value))
        return Error{.code = ErrorCode::invalidArgument,
                     .message = "the loss is no longer finite after " + std::to_string(optimiser_.steps()) +
                                " steps; a lower --learning-rate may help"};
    loss.backward();
    optimiser_.step(learningRate);
    countBatch();
    updateAverage();
    lossSum_ += value * static_cast<double>(batch.labels.numel());
    return logits;
}

/// BatchNorm's counters, which an inference Graph does not touch.
void Run::countBatch() {
    for (auto& [name, tensor] : weights_)
        if (!tensor.is_floating_point() && name.ends_with("num_batches_tracked")) tensor.add_(1);
}

/// The model's own, but for the first epochs' size.
Preprocessing Run::epochPreprocessing() const {
    Preprocessing how = options_.preprocessing;
    if (epochsDone_ >= options_.recipe.smallEpochs) return how;
    how.resizeHeight = how.resizeWidth = kCifarSide;
    how.cropHeight = how.cropWidth = kCifarSide;
    return how;
}

void Run::updateAverage() {
    const c10::AutoGradMode noGradients(false);
    const double share = 1 - averageDecayAt(options_.recipe, optimiser_.steps());
    for (auto& [name, average] : average_) {
        if (average.is_floating_point())
            average.lerp_(weights_.at(name), share);
        else
            average.copy_(weights_.at(name));
    }
}

Status Run::runEpoch() {
    const auto begin = Clock::now();
    const Recipe& recipe = options_.recipe;
    Random random(recipe.seed, static_cast<std::uint64_t>(epochsDone_));
    at::manual_seed(random.seed());  // dropout draws from LibTorch's own generator
    const auto order = random.permutation(data_.train.size());
    const std::int64_t steps = stepsPerEpoch();
    const Preprocessing preprocessing = epochPreprocessing();
    lossSum_ = 0;
    right_ = 0;
    for (std::int64_t i = 0; i < steps; ++i) {
        if (options_.stop.stop_requested())
            return Error{.code = ErrorCode::cancelled,
                         .message = "stopped in epoch " + std::to_string(epochsDone_ + 1)};
        const auto pictures = std::span(order).subspan(static_cast<std::size_t>(i * recipe.batch),
                                                       static_cast<std::size_t>(recipe.batch));
        const Batch batch = augmentedBatch(data_.train, pictures, preprocessing, {recipe, random});
        auto logits = step(batch);
        if (!logits) return std::move(logits).error();
        right_ += logits->detach().argmax(1).eq(batch.labels).sum().item<std::int64_t>();
        if (options_.afterStep) options_.afterStep(i + 1, steps);
    }
    const double took = secondsSince(begin);
    seconds_ += took;
    ++epochsDone_;
    if (auto status = save(); !status) return status;
    if (options_.afterEpoch) {
        const auto seen = static_cast<double>(steps * recipe.batch);
        std::optional<double> measured;
        if (options_.testEvery > 0 && epochsDone_ % options_.testEvery == 0) {
            auto accuracy = testAccuracy();
            if (!accuracy) return std::move(accuracy).error();
            measured = *accuracy;
        }
        options_.afterEpoch({.epoch = epochsDone_,
                             .epochs = recipe.epochs,
                             .loss = lossSum_ / seen,
                             .trainAccuracy = static_cast<double>(right_) / seen,
                             .testAccuracy = measured,
                             .picturesPerSecond = seen / took,
                             .secondsLeft = seconds_ / epochsDone_ * (recipe.epochs - epochsDone_)});
    }
    return Done{};
}

Result<double> Run::testAccuracy() const { return accuracyOf(averagedGraph(), data_.test, options_.preprocessing); }

Result<TrainedModel> trainOrThrow(const Graph& graph, const Cifar10& data, const TrainingOptions& options) {
    if (options.recipe.batch < 1 || data.train.size() < static_cast<std::size_t>(options.recipe.batch))
        return Error{.code = ErrorCode::invalidArgument,
                     .message = "a batch of " + std::to_string(options.recipe.batch) + " cannot be taken from " +
                                std::to_string(data.train.size()) + " pictures"};
    auto executor = Executor::prepareForTraining(graph);
    if (!executor) return std::move(executor).error();
    Run run(graph, data, options, *std::move(executor));
    if (auto status = run.restore(); !status) return std::move(status).error();
    while (!run.finished())
        if (auto status = run.runEpoch(); !status) return std::move(status).error();
    auto accuracy = run.testAccuracy();
    if (!accuracy) return std::move(accuracy).error();
    return TrainedModel{.graph = run.averagedGraph(), .testAccuracy = *accuracy, .seconds = run.seconds()};
}

}  // namespace

Result<TrainedModel> train(const Graph& graph, const Cifar10& data, const TrainingOptions& options) {
    try {
        return trainOrThrow(graph, data, options);
    } catch (const c10::Error& error) {
        return Error{.code = ErrorCode::internal, .message = error.what_without_backtrace()};
    }
}

}  // namespace mantissa::training
