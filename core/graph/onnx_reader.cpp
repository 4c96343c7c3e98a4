#include "graph/onnx_reader.h"

#include "graph/guessed_input.h"
#include "graph/onnx_lowering.h"
#include "run/operator_table.h"
#include "storage/mapped_file.h"
#include "storage/sha256.h"

namespace mantissa {
namespace {

/// Numbers that the first steps subtract from the picture or divide it by: the model normalises its input itself.
bool normalizesItself(const Graph& graph) {
    ValueId x = graph.inputs.front();
    for (const Node& node : graph.nodes) {
        const auto* first = node.arguments.empty() ? nullptr : std::get_if<ValueRef>(&node.arguments.front().value);
        if (!first || first->id != x || node.outputs.empty()) continue;
        if (node.op == "aten::sub" || node.op == "aten::div" || node.op == "aten::mul" || node.op == "aten::batch_norm")
            return true;
        if (node.op != "aten::permute" && node.op != "aten::slice" && node.op != "aten::type_as") return false;
        x = node.outputs.front();
    }
    return false;
}

Preprocessing guessInput(const OnnxModel& model, const LoweredOnnx& lowered) {
    const InputSize size{.height = lowered.input.height > 0 ? lowered.input.height : 224,
                         .width = lowered.input.width > 0 ? lowered.input.width : 224};
    const bool small = size.height < 64 && size.width < 64;  // such pictures fill their frame
    Preprocessing p = small ? guessedInput(size, std::nullopt) : guessedImageNetInput(size);
    if (model.producer == "onnx-caffe2") {
        p.rescale = 1;
        p.flipChannels = true;
        p.normalize = true;
        p.mean = {123, 117, 104};  // in RGB order
        p.std = {1, 1, 1};
    } else if (normalizesItself(lowered.graph)) {
        p.normalize = false;
        p.mean = {0, 0, 0};
        p.std = {1, 1, 1};
    }
    return p;
}

}  // namespace

Result<ModelPtr> openOnnx(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    auto parsed = parseOnnx(path, file->bytes(), file->owner());
    if (!parsed) return std::move(parsed).error();
    const auto located = [&path](Error error) {
        error.where = path.string() + (error.where.empty() ? "" : ": " + error.where);
        return error;
    };
    auto lowered = lowerOnnx(*parsed);
    if (!lowered) return located(std::move(lowered).error());
    if (auto status = checkGraph(lowered->graph); !status) return located(std::move(status).error());
    auto model = std::make_shared<Model>();
    model->path = path;
    model->name = path.filename().string();
    model->sha256 = sha256(file->bytes());
    model->kind = ModelKind::onnx;
    model->architecture = parsed->name.empty() ? "ONNX" : parsed->name;
    model->preprocessing = guessInput(*parsed, *lowered);
    model->graph = std::move(lowered->graph);
    return ModelPtr(model);
}

}  // namespace mantissa
