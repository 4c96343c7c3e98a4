#include "graph/model.h"

namespace mantissa {
namespace {

std::int64_t countElements(const Graph& graph, bool parameters) {
    std::int64_t count = 0;
    for (const auto& weight : graph.weights)
        if (weight.isParameter == parameters && (parameters || weight.persistent)) count += weight.tensor.numel();
    return count;
}

}  // namespace

std::int64_t Model::parameterCount() const { return countElements(graph, true); }
std::int64_t Model::bufferCount() const { return countElements(graph, false); }

std::int64_t Model::bytesIn(const Format& format) const {
    std::int64_t bits = 0;
    for (const auto& weight : graph.weights) {
        if (!weight.isParameter && !weight.persistent) continue;
        const auto size = isFloating(weight.tensor.dtype)
                              ? static_cast<std::int64_t>(parameterBits(format, weight.tensor.shape.size()))
                              : static_cast<std::int64_t>(elementBits(weight.tensor.dtype));
        bits += weight.tensor.numel() * size;
    }
    return (bits + 7) / 8;
}

std::string Model::label(std::size_t index) const {
    return index < labels.size() && !labels[index].empty() ? labels[index] : "class " + std::to_string(index);
}

std::string_view kindName(ModelKind kind) {
    switch (kind) {
        case ModelKind::huggingFace:
            return "hugging-face";
        case ModelKind::torchScript:
            return "torchscript";
        case ModelKind::exportedProgram:
            return "exported-program";
        case ModelKind::onnx:
            return "onnx";
        case ModelKind::bareWeights:
            return "safetensors";
    }
    return "";
}

}  // namespace mantissa
