#include "graph/torchscript_reader.h"

#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "graph/guessed_input.h"
#include "graph/torchscript_allowed.h"
#include "graph/torchscript_lowering.h"
#include "graph/torchscript_program.h"
#include "graph/torchscript_storages.h"
#include "graph/torchscript_tensors.h"
#include "graph/torchscript_text.h"
#include "run/executor.h"
#include "run/operator_table.h"
#include "storage/sha256.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;
using Reason = TorchScriptRefusal::Reason;

// The first fits most: a network that pools globally takes any size, and was most likely trained on this one.
constexpr std::array<int, 16> kUsualSizes{224, 256, 32, 64, 28, 96, 128, 160, 192, 240, 288, 299, 320, 384, 448, 512};

std::string firstLine(const std::exception& error) {
    const auto* torch = dynamic_cast<const c10::Error*>(&error);
    const std::string text = torch ? torch->what_without_backtrace() : error.what();
    return text.substr(0, text.find('\n'));
}

/// Asks to stop after some time.
class Deadline {
  public:
    explicit Deadline(std::chrono::seconds time)
        : watch_([this, time](const std::stop_token& done) {
              std::unique_lock lock(mutex_);
              if (!changed_.wait_for(lock, done, time, [] { return false; }) && !done.stop_requested())
                  source_.request_stop();
          }) {}
    std::stop_token token() const { return source_.get_token(); }

  private:
    std::stop_source source_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread watch_;
};

/// What a run on a black picture of one size showed.
struct Trial {
    int size = 0;
    std::int64_t classes = 0;
};

/// The first of `sizes` on which the Graph runs. In FP32 whatever the file holds: some types have no kernels.
Result<Trial> findInputSize(const Graph& graph, std::span<const int> sizes) {
    auto executor = Executor::prepare(graph, {});
    if (!executor) return std::move(executor).error();
    constexpr std::chrono::seconds kPatience{60};
    const Deadline deadline(kPatience);
    std::optional<Error> problem;
    for (const int size : sizes) {
        auto logits = executor->run(at::zeros({1, 3, size, size}), {.stop = deadline.token()});
        if (logits) return Trial{size, logits->dim() >= 2 ? logits->size(1) : 0};
        if (logits.error().code == ErrorCode::cancelled)
            return Error{.code = ErrorCode::unsupported,
                         .message = "does not come to an end within a minute on a picture of " + std::to_string(size) +
                                    " × " + std::to_string(size) + " px"};
        if (!problem) problem = std::move(logits).error();
    }
    return Error{.code = ErrorCode::unsupported,
                 .message = "runs on no picture of a usual size (28 to 512 px square): " + problem->text()};
}

/// A program as a Graph, the size of its pictures, and what the user should know of it.
struct ReadProgram {
    Graph graph;
    Trial input;
    std::string opaqueBecause{};
    std::vector<std::string> notes{};
};

Error errorFrom(const TorchScriptRefusal& refusal) {
    return {.code = ErrorCode::unsupported,
            .message = refusal.message,
            .where = refusal.layer.empty() ? "" : "layer " + refusal.layer,
            .layer = refusal.layer};
}

/// Pictures have three channels, and the first convolution shows whether the model takes them.
bool takesColour(const Graph& graph) {
    for (const Node& node : graph.nodes) {
        if (node.op != "aten::conv2d" && node.op != "aten::_convolution" && node.op != "aten::convolution") continue;
        const auto* kernel = std::get_if<ValueRef>(&node.arguments.at(1).value);
        for (const auto& weight : graph.weights)
            if (kernel && weight.value == kernel->id && weight.tensor.shape.size() == 4) {
                const auto* groups = std::get_if<std::int64_t>(&node.arguments.back().value);
                return weight.tensor.shape[1] == 3 || (groups && *groups * weight.tensor.shape[1] == 3);
            }
        return true;
    }
    return true;
}

/// A Graph of single calls, checked and tried.
Result<ReadProgram> tried(Graph graph, std::span<const int> sizes) {
    if (auto status = checkGraph(graph); !status) return std::move(status).error();
    if (!takesColour(graph))
        return Error{.code = ErrorCode::unsupported,
                     .message = "its first convolution does not take 3 channels, so its input is no colour picture"};
    auto trial = findInputSize(graph, sizes);
    if (!trial) return std::move(trial).error();
    return ReadProgram{.graph = std::move(graph), .input = *trial};
}

/// As a whole, because of `refusal`.
Result<ReadProgram> readWhole(const torch::jit::Module& module, const TorchScriptRefusal& refusal) {
    if (const auto problem = checkProgram(module)) return errorFrom(*problem);
    auto program = tried(wholeProgram(module), kUsualSizes);
    if (!program) return program;
    program->opaqueBecause = (refusal.layer.empty() ? "" : "in layer " + refusal.layer + ", ") + refusal.message;
    program->notes.push_back("This model runs as a whole, with native kernels, and has no views of its layers: " +
                             program->opaqueBecause + ".");
    return program;
}

/// On example pictures, because what the program does follows from their size.
Result<ReadProgram> readTraced(const torch::jit::Module& module) {
    std::optional<TorchScriptRefusal> first;
    for (const int size : kUsualSizes) {
        auto lowered = lowerTorchScript(module, InputSize{size, size});
        if (auto* refusal = std::get_if<TorchScriptRefusal>(&lowered)) {
            if (refusal->reason == Reason::dependsOnData) return readWhole(module, *refusal);
            if (!first) first = std::move(*refusal);
            continue;
        }
        auto& result = std::get<LoweredTorchScript>(lowered);
        auto program = tried(std::move(result.graph), std::array{size});
        if (!program) return program;
        if (!result.tracedBecause.empty())
            program->notes.push_back("What this model computes depends on the size of its picture (" +
                                     result.tracedBecause + "); it was traced at " + std::to_string(size) + " × " +
                                     std::to_string(size) + " px and runs at that size.");
        return program;
    }
    return errorFrom(*first);
}

Result<ReadProgram> readProgram(const torch::jit::Module& module) {
    auto lowered = lowerTorchScript(module, std::nullopt);
    if (const auto* refusal = std::get_if<TorchScriptRefusal>(&lowered)) {
        switch (refusal->reason) {
            case Reason::needsShapes:
                return readTraced(module);
            case Reason::dependsOnData:
                return readWhole(module, *refusal);
            case Reason::unsupported:
                return errorFrom(*refusal);
        }
    }
    return tried(std::move(std::get<LoweredTorchScript>(lowered).graph), kUsualSizes);
}

Result<ModelPtr> load(const fs::path& path) {
    torch::jit::Module module = torch::jit::load(path.string(), c10::Device(c10::kCPU));
    if (auto status = checkTorchScriptTensors(module); !status) {
        Error error = std::move(status).error();
        error.where = path.string();
        return error;
    }
    module.eval();
    auto program = readProgram(module);
    if (!program) {
        Error error = std::move(program).error();
        error.where = path.string() + (error.where.empty() ? "" : ": " + error.where);
        return error;
    }
    auto model = std::make_shared<Model>();
    model->path = path;
    model->name = path.filename().string();
    model->kind = ModelKind::torchScript;
    model->architecture = module.type()->name() ? module.type()->name()->name() : "TorchScript";
    model->graph = std::move(program->graph);
    model->opaqueBecause = std::move(program->opaqueBecause);
    model->notes = std::move(program->notes);
    model->preprocessing = guessedInput({program->input.size, program->input.size}, program->input.classes);
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    model->sha256 = sha256(*file);
    return ModelPtr(model);
}

}  // namespace

Result<ModelPtr> openTorchScript(const fs::path& path, ZipArchive archive) {
    // LibTorch's own reader neither verifies checksums nor bounds what a compressed record inflates to.
    if (auto status = archive.verify(); !status) return std::move(status).error();
    if (auto status = checkTorchScriptText(archive); !status) return std::move(status).error();
    if (auto status = checkTorchScriptStorages(archive); !status) return std::move(status).error();
    try {
        return load(path);
    } catch (const std::exception& error) {
        return Error{.code = ErrorCode::unsupported,
                     .message = "was not read as TorchScript: " + firstLine(error),
                     .where = path.string()};
    }
}

}  // namespace mantissa
