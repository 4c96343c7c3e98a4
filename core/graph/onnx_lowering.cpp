#include "graph/onnx_lowering.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "graph/onnx_context.h"
#include "graph/onnx_tensor.h"

namespace mantissa {
namespace {

const OnnxOperators& operators() {
    static const OnnxOperators table = [] {
        OnnxOperators all;
        addOnnxActivations(all);
        addOnnxArithmetic(all);
        addOnnxConvolutions(all);
        addOnnxIndexing(all);
        addOnnxNormalization(all);
        addOnnxReductions(all);
        addOnnxResizing(all);
        addOnnxShapes(all);
        return all;
    }();
    return table;
}

[[noreturn]] void refuse(std::string what) { throw OnnxRefusal{ErrorCode::unsupported, std::move(what)}; }

/// The one input that is no initialiser (before IR version 4 those stood among the inputs too).
const OnnxValueInfo& pictureInput(const OnnxModel& model) {
    std::unordered_set<std::string> weights;
    for (const auto& record : model.initialisers) weights.insert(record.name);
    const OnnxValueInfo* found = nullptr;
    std::size_t count = 0;
    for (const auto& input : model.inputs) {
        if (weights.contains(input.name)) continue;
        found = &input;
        ++count;
    }
    if (count != 1) refuse("takes " + std::to_string(count) + " inputs, and Mantissa feeds one picture");
    return *found;
}

OnnxInput describe(const OnnxValueInfo& info) {
    OnnxInput input{.name = info.name};
    const auto& s = info.shape;
    if (info.hasShape && s.size() != 4)
        refuse("its input “" + info.name + "” has " + std::to_string(s.size()) +
               " dimensions, so it is no picture (N × 3 × H × W)");
    if (s.size() == 4 && s[1] != 3 && s[3] == 3) {
        input.channelsLast = true;
        input.height = s[1];
        input.width = s[2];
    } else if (s.size() == 4) {
        if (s[1] != 3 && s[1] != -1)
            refuse("its input “" + info.name + "” has " + std::to_string(s[1]) +
                   " channels; Mantissa feeds pictures in colour");
        input.height = s[2];
        input.width = s[3];
    }
    constexpr std::int64_t kMaxSide = 16384;
    if (input.height > kMaxSide || input.width > kMaxSide)
        refuse("its input “" + info.name + "” is larger than 16384 px a side");
    const auto type = onnxElementType(info.elementType);
    if (info.elementType != 0 && (!type || (!isFloating(*type) && *type != DType::u8)))
        refuse("its input “" + info.name + "” holds no floating numbers and no bytes, so it is no picture");
    return input;
}

/// The nodes that a value depends on, in the file's order.
std::vector<const OnnxNode*> neededFor(const OnnxModel& model, const std::string& output) {
    std::unordered_map<std::string, std::size_t> makers;
    for (std::size_t i = 0; i < model.nodes.size(); ++i)
        for (const auto& name : model.nodes[i].outputs)
            if (!name.empty() && !makers.emplace(name, i).second)
                throw OnnxRefusal{ErrorCode::corrupt, "defines the value “" + name + "” twice"};
    std::vector<bool> needed(model.nodes.size(), false);
    std::vector<std::string> open{output};
    while (!open.empty()) {
        const std::string name = std::move(open.back());
        open.pop_back();
        const auto maker = makers.find(name);
        if (maker == makers.end() || needed[maker->second]) continue;
        needed[maker->second] = true;
        const auto& inputs = model.nodes[maker->second].inputs;
        open.insert(open.end(), inputs.begin(), inputs.end());
    }
    std::vector<const OnnxNode*> nodes;
    for (std::size_t i = 0; i < model.nodes.size(); ++i)
        if (needed[i]) nodes.push_back(&model.nodes[i]);
    return nodes;
}

void lower(OnnxContext& context, const OnnxNode& node) {
    context.enter(node);
    if (!node.domain.empty())
        context.refuse("is an operator of “" + node.domain +
                       "”, and Mantissa runs ONNX's own alone; export without optimising for one runtime");
    const auto handler = operators().find(node.op);
    if (handler == operators().end())
        context.refuse("is not among the operators that Mantissa runs; export the model with torch.export instead");
    if (node.outputs.empty()) context.refuse("has no output");
    handler->second(context);
}

LoweredOnnx lowered(const OnnxModel& model) {
    constexpr std::int64_t kOldest = 7, kNewest = 21;
    if (model.opset < kOldest || model.opset > kNewest)
        refuse("uses opset " + std::to_string(model.opset) +
               ", and Mantissa reads 7 to 21; convert or export it again");
    if (model.outputs.empty()) throw OnnxRefusal{ErrorCode::corrupt, "has no output"};
    LoweredOnnx result;
    const OnnxValueInfo& info = pictureInput(model);
    result.input = describe(info);

    GraphBuilder g(WeightSource::described());
    ValueRef pictures = g.input(), x = pictures;
    if (result.input.channelsLast)
        x = g.call("aten::permute", result.input.name, {{"self", x}, {"dims", std::vector<IntOrRef>{0, 2, 3, 1}}});
    OnnxContext context(model, g, pictures);
    context.define(info.name, {.tensor = x, .rank = 4});

    std::string output = model.outputs.front().name;
    auto nodes = neededFor(model, output);
    if (nodes.empty()) refuse("computes nothing from a picture");
    // The program shows probabilities itself, and their margins are those of the logits.
    if (nodes.back()->op == "Softmax" && nodes.back()->domain.empty() && nodes.back()->inputs.size() == 1 &&
        nodes.back()->outputs == std::vector<std::string>{output}) {
        output = nodes.back()->inputs.front();
        nodes.pop_back();
        result.endedInSoftmax = true;
    }
    for (const OnnxNode* node : nodes) lower(context, *node);
    ValueRef logits = context.materialise(output);
    if (context.find(output)->rank != 2) logits = g.flatten(logits, "logits");
    auto graph = g.finish(logits);
    if (!graph) throw OnnxRefusal{graph.error().code, graph.error().message, graph.error().where};
    result.graph = *std::move(graph);
    return result;
}

}  // namespace

Result<LoweredOnnx> lowerOnnx(const OnnxModel& model) {
    try {
        return lowered(model);
    } catch (const OnnxRefusal& refusal) {
        return Error{.code = refusal.code, .message = refusal.message, .where = refusal.where};
    }
}

}  // namespace mantissa
