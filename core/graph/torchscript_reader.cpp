#include "graph/torchscript_reader.h"

#include <ATen/ops/zeros.h>
#include <c10/core/GradMode.h>
#include <c10/util/Exception.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <array>

#include "graph/torchscript_lowering.h"
#include "run/operator_table.h"
#include "storage/mapped_file.h"
#include "storage/sha256.h"
#include "storage/zip_archive.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;

Error unsupported(const fs::path& path, std::string message) {
    return {.code = ErrorCode::unsupported, .message = std::move(message), .where = path.string()};
}

/// Reads every record once: LibTorch's own reader neither verifies checksums nor bounds what a compressed record inflates to.
Status verifyRecords(const fs::path& path) {
    auto archive = ZipArchive::open(path);
    if (!archive) return std::move(archive).error();
    for (const auto& name : archive->names()) {
        auto record = archive->read(name);
        if (!record) return std::move(record).error();
    }
    return Done{};
}

std::string firstLine(const std::exception& error) {
    const auto* torch = dynamic_cast<const c10::Error*>(&error);
    const std::string text = torch ? torch->what_without_backtrace() : error.what();
    return text.substr(0, text.find('\n'));
}

/// The first usual input size on which the model runs, or none.
std::optional<int> guessInputSize(torch::jit::Module& module) {
    const c10::AutoGradMode noGradients(false);
    // 224 first: a network that pools globally takes any size, and was most likely trained on this one.
    for (const int size : {224, 256, 32, 64, 28, 96, 128, 160, 192, 240, 288, 299, 320, 384, 448, 512}) {
        try {
            module.forward({at::zeros({1, 3, size, size})});
            return size;
        } catch (const std::exception&) {
            // What it says is about this size; the next may fit.
        }
    }
    return std::nullopt;
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

Result<ModelPtr> load(const fs::path& path) {
    torch::jit::Module module = torch::jit::load(path.string(), c10::Device(c10::kCPU));
    module.eval();
    auto graph = lowerTorchScript(module);
    if (!graph) {
        graph.error().where = path.string() + (graph.error().where.empty() ? "" : ": " + graph.error().where);
        return std::move(graph).error();
    }
    if (auto status = checkGraph(*graph); !status) {
        status.error().where = path.string() + (status.error().where.empty() ? "" : ": " + status.error().where);
        return std::move(status).error();
    }
    if (!takesColour(*graph)) return unsupported(path, "its first convolution does not take 3 channels, so its input is no colour picture");
    // Tried in FP32 whatever the file holds: some types have no kernels.
    torch::jit::Module probe = module.copy();
    probe.to(at::kFloat);
    const auto size = guessInputSize(probe);
    if (!size) return unsupported(path, "runs on no picture of a usual size (28 to 512 pixels square); Mantissa runs image classifiers");

    auto model = std::make_shared<Model>();
    model->path = path;
    model->name = path.filename().string();
    model->kind = ModelKind::torchScript;
    model->architecture = module.type()->name() ? module.type()->name()->name() : "TorchScript";
    model->graph = *std::move(graph);
    model->preprocessing.resizeHeight = model->preprocessing.resizeWidth = *size;
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    model->sha256 = sha256(file->bytes());
    return ModelPtr(model);
}

}  // namespace

Result<ModelPtr> openTorchScript(const fs::path& path) {
    if (auto status = verifyRecords(path); !status) return std::move(status).error();
    try {
        return load(path);
    } catch (const std::exception& error) {
        return unsupported(path, "was not read as TorchScript: " + firstLine(error));
    }
}

}  // namespace mantissa
