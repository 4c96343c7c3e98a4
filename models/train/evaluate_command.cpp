#include <ATen/Parallel.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "console.h"
#include "graph/model.h"
#include "train/cifar10.h"
#include "train/commands.h"
#include "train/evaluate.h"

namespace mantissa::training {
namespace {

struct Arguments {
    std::string data;
    std::string model;
    int threads = 0;
    std::vector<std::string> formats{"fp32", "bf16", "fp16", "tf32", "e4m3", "int8"};
};

/// As a table in Markdown, which reads well on a terminal too and goes into the model card as it is.
void print(const std::vector<FormatAccuracy>& results) {
    std::printf("| Format | Kernels | Right | Accuracy | Same class as %s | Not finite |\n",
                results.front().format.title.c_str());
    std::printf("|---|---|---:|---:|---:|---:|\n");
    for (const auto& result : results) {
        const bool native = result.kernels == PrecisionPlan::Kernels::native;
        const auto all = static_cast<double>(result.pictures);
        std::printf("| %s | %s | %zu | %.2f %% | %.2f %% | %zu |\n", result.format.title.c_str(),
                    native ? "native" : "emulated", result.right, 100 * static_cast<double>(result.right) / all,
                    100 * static_cast<double>(result.agreeing) / all, result.notFinite);
    }
    for (const auto& result : results)
        if (result.fallbackFrom)
            std::printf("\n%s is emulated here: %s\n", result.format.title.c_str(),
                        result.fallbackFrom->text().c_str());
}

Status run(const Arguments& arguments) {
    EvaluationOptions options;
    for (const auto& name : arguments.formats) {
        const auto format = findFormat(name);
        if (!format) return Error{.code = ErrorCode::invalidArgument, .message = "there is no number format " + name};
        options.formats.push_back(*format);
    }
    options.stop = app::stopOnInterrupt();  // before LibTorch starts threads of its own
    if (arguments.threads > 0) at::set_num_threads(arguments.threads);
    options.progress = app::terminalProgress();
    auto data = openCifar10(arguments.data);
    if (!data) return std::move(data).error();
    auto model = openModel(arguments.model);
    if (!model) return std::move(model).error();
    auto results = evaluateFormats((*model)->graph, data->test, (*model)->preprocessing, options);
    if (!results) return std::move(results).error();
    app::endProgress();
    print(*results);
    return Done{};
}

}  // namespace

void addEvaluateCommand(CLI::App& app, int& exitCode) {
    auto arguments = std::make_shared<Arguments>();
    auto* command =
        app.add_subcommand("evaluate", "Count what a model gets right of the test pictures, in every format");
    command->add_option("--data", arguments->data, "Folder with CIFAR-10 in its binary form")->required();
    command->add_option("--model", arguments->model, "Model that tells CIFAR-10's ten classes apart")->required();
    command
        ->add_option("--formats", arguments->formats, "Number formats; the first is what the others are compared with")
        ->delimiter(',')
        ->capture_default_str();
    command->add_option("--threads", arguments->threads, "Threads (0: LibTorch's choice)")->check(CLI::Range(0, 1024));
    command->callback([arguments, &exitCode] {
        if (auto status = run(*arguments); !status) exitCode = app::fail(status.error());
    });
}

}  // namespace mantissa::training
