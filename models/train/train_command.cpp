#include <ATen/Parallel.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "console.h"
#include "graph/builder.h"
#include "train/catalogue.h"
#include "train/cifar10.h"
#include "train/commands.h"
#include "train/model_folder.h"
#include "train/trainer.h"

namespace mantissa::training {
namespace {

struct Arguments {
    std::string data;
    std::string model = "simple-cnn";
    std::string out;
    std::string checkpoint;  // empty: beside `out`
    std::string startFrom;   // a folder of Hugging Face's form; empty: new weights
    bool resume = false;     // as the command line has it
    int threads = 0;
    int testEvery = 1;
    Recipe recipe;
};

std::string duration(double seconds) {
    const int whole = static_cast<int>(seconds + 0.5);
    return whole < 60 ? std::to_string(whole) + " s"
                      : std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
}

std::string fixed(double value, const char* format) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

void printEpoch(const EpochReport& epoch) {
    app::endProgress();
    const std::string test =
        epoch.testAccuracy ? "  test " + fixed(100 * *epoch.testAccuracy, "%.2f") + " %" : std::string();
    std::printf("epoch %*d/%d  loss %.4f  train %.2f %%%s  %.0f images/s  %s left\n", epoch.epochs > 99 ? 3 : 2,
                epoch.epoch, epoch.epochs, epoch.loss, 100 * epoch.trainAccuracy, test.c_str(), epoch.picturesPerSecond,
                duration(epoch.secondsLeft).c_str());
    std::fflush(stdout);
}

Status run(const Arguments& arguments) {
    const Trainable* architecture = findTrainable(arguments.model);
    if (!architecture)
        return Error{.code = ErrorCode::invalidArgument, .message = "there is no model " + arguments.model};
    const auto stop = app::stopOnInterrupt();  // before LibTorch starts threads of its own
    if (arguments.threads > 0) at::set_num_threads(arguments.threads);
    auto data = openCifar10(arguments.data);
    if (!data) return std::move(data).error();
    auto graph = arguments.startFrom.empty() ? architecture->build(WeightSource::initialised(arguments.recipe.seed))
                                             : readModelFolder(*architecture, arguments.startFrom);
    if (!graph) return std::move(graph).error();

    const Progress progress = app::terminalProgress();
    TrainingOptions options{.modelName = architecture->name,
                            .recipe = arguments.recipe,
                            .preprocessing = architecture->preprocessing,
                            .layout = architecture->layout};
    options.checkpoint =
        arguments.checkpoint.empty() ? arguments.out + ".checkpoint.safetensors" : arguments.checkpoint;
    options.start = arguments.resume ? Start::resume : Start::fresh;
    options.testEvery = arguments.testEvery;
    options.afterEpoch = printEpoch;
    if (progress) options.afterStep = [&](std::int64_t step, std::int64_t steps) { progress({"step", step, steps}); };
    options.stop = stop;
    auto model = train(*graph, *data, options);
    if (!model) return std::move(model).error();

    const Recipe& r = arguments.recipe;
    auto written = writeModelFolder({.path = arguments.out,
                                     .architecture = *architecture,
                                     .graph = model->graph,
                                     .classNames = data->classNames,
                                     .metadata = {{"trained_on", "CIFAR-10"},
                                                  {"seed", std::to_string(r.seed)},
                                                  {"epochs", std::to_string(r.epochs)},
                                                  {"test_accuracy", fixed(model->testAccuracy, "%.4f")}}});
    if (!written) return written;
    std::printf("%s: %.2f %% of the %zu test pictures after %s of training, seed %llu, %d threads\n",
                arguments.out.c_str(), 100 * model->testAccuracy, data->test.size(), duration(model->seconds).c_str(),
                static_cast<unsigned long long>(r.seed), at::get_num_threads());
    return Done{};
}

}  // namespace

void addTrainCommand(CLI::App& app, int& exitCode) {
    auto arguments = std::make_shared<Arguments>();
    auto* command = app.add_subcommand("train", "Train a model and write it as a Hugging Face folder");
    std::vector<std::string> names;
    for (const auto& trainable : trainables()) names.push_back(trainable.name);
    Recipe& r = arguments->recipe;
    command->add_option("--data", arguments->data, "Folder with CIFAR-10 in its binary form")->required();
    command->add_option("--model", arguments->model, "Architecture")
        ->check(CLI::IsMember(names))
        ->capture_default_str();
    command->add_option("--out", arguments->out, "Folder to write")->required();
    command->add_option("--start-from", arguments->startFrom,
                        "Folder of an earlier training whose weights to go on from, instead of new ones");
    command->add_option("--checkpoint", arguments->checkpoint,
                        "Where to keep the state after every epoch (default: beside --out)");
    command->add_flag("--resume", arguments->resume, "Continue from the checkpoint, if there is one");
    command->add_option("--threads", arguments->threads, "Threads (0: LibTorch's choice)")->check(CLI::Range(0, 1024));
    command
        ->add_option("--test-every", arguments->testEvery,
                     "Epochs from one test accuracy to the next (0: only at the end)")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command->add_option("--epochs", r.epochs, "Times that every picture is seen")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    command
        ->add_option("--small-epochs", r.smallEpochs,
                     "How many of the first epochs see pictures in their own size rather than enlarged")
        ->check(CLI::Range(0, 100000))
        ->capture_default_str();
    command->add_option("--batch", r.batch, "Pictures a step")->check(CLI::Range(1, 50000))->capture_default_str();
    command->add_option("--seed", r.seed, "Of weights, order and augmentation")->capture_default_str();
    command->add_option("--learning-rate", r.learningRate, "Highest learning rate")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_option("--warmup", r.warmup, "Share of the steps in which it rises")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command->add_option("--weight-decay", r.weightDecay, "AdamW's")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    command->add_option("--label-smoothing", r.labelSmoothing, "Share of the target spread over all classes")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command->add_option("--average-decay", r.averageDecay, "Of the moving average of the weights")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command->add_option("--crop-padding", r.cropPadding, "Pixels that a picture is moved by at most")
        ->check(CLI::Range(0, 16))
        ->capture_default_str();
    command->add_option("--colour-jitter", r.colourJitter, "Largest change of brightness, contrast and saturation")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    command->callback([arguments, &exitCode] {
        if (auto status = run(*arguments); !status) exitCode = app::fail(status.error());
    });
}

}  // namespace mantissa::training
