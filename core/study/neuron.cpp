#include "study/neuron.h"

#include <ATen/core/Tensor.h>

#include <algorithm>

#include "run/executor.h"
#include "run/tensor_view.h"
#include "study/format_runner.h"

namespace mantissa {
namespace {

Error badNeuron(std::string message, std::string where = {}) {
    return {.code = ErrorCode::invalidArgument, .message = std::move(message), .where = std::move(where)};
}

const Argument* find(const Node& node, std::string_view name) {
    for (const auto& argument : node.arguments)
        if (argument.name == name) return &argument.value;
    return nullptr;
}

ValueId valueOf(const Node& node, std::string_view name) {
    const Argument* argument = find(node, name);
    const auto* reference = argument ? std::get_if<ValueRef>(argument) : nullptr;
    return reference ? reference->id : -1;
}

std::int64_t intOf(const Node& node, std::string_view name, std::int64_t byDefault) {
    const Argument* argument = find(node, name);
    const auto* value = argument ? std::get_if<std::int64_t>(argument) : nullptr;
    return value ? *value : byDefault;
}

/// A pair such as a stride: {2, 2}, or {2} for both.
std::pair<std::int64_t, std::int64_t> pairOf(const Node& node, std::string_view name, std::int64_t byDefault) {
    const Argument* argument = find(node, name);
    const auto* list = argument ? std::get_if<std::vector<IntOrRef>>(argument) : nullptr;
    if (!list || list->empty()) return {byDefault, byDefault};
    const auto at = [&](std::size_t i) {
        const auto* value = std::get_if<std::int64_t>(&(*list)[std::min(i, list->size() - 1)]);
        return value ? *value : byDefault;
    };
    return {at(0), at(1)};
}

bool isConvolution(const Node& node) {
    if (node.op == "aten::conv2d") return node.overload.empty();
    if (node.op != "aten::_convolution") return false;
    const Argument* transposed = find(node, "transposed");
    return transposed && std::holds_alternative<bool>(*transposed) && !std::get<bool>(*transposed);
}

const Weight* weightOf(const Graph& graph, const Node& node) {
    const ValueId id = valueOf(node, "weight");
    const auto found =
        std::find_if(graph.weights.begin(), graph.weights.end(), [id](const Weight& w) { return w.value == id; });
    return id < 0 || found == graph.weights.end() ? nullptr : &*found;
}

Result<NeuronLayer> chosenLayer(const Neuron& neuron) {
    const std::vector<NeuronLayer> layers = neuronLayers(neuron.model->graph);
    if (layers.empty()) return badNeuron("has no linear or convolutional layer", neuron.model->path.string());
    if (neuron.layer.empty()) return layers.back();
    const auto found =
        std::find_if(layers.begin(), layers.end(), [&](const NeuronLayer& l) { return l.layer == neuron.layer; });
    if (found == layers.end())
        return badNeuron("is no linear or convolutional layer of this model; it has " + layers.front().layer + " to " +
                             layers.back().layer,
                         neuron.layer);
    return *found;
}

/// What arrives at the layer: the model runs as far as the node before it.
Result<at::Tensor> activationsAt(const Neuron& neuron, const NeuronLayer& layer, std::stop_token stop) {
    if (!neuron.image) return badNeuron("a neuron needs an image to look at");
    auto prepared = prepareImage(neuron.image->rgb, neuron.preprocessing.value_or(neuron.model->preprocessing));
    if (!prepared) return std::move(prepared).error();
    const Graph& graph = neuron.model->graph;
    const ValueId input = valueOf(graph.nodes[layer.node], "input");
    if (input == graph.inputs.front()) return std::move(prepared->tensor);
    Graph before = graph;
    before.nodes.resize(layer.node);
    before.outputs = {input};
    auto executor = Executor::prepare(before, {});
    if (!executor) return std::move(executor).error();
    return executor->run(prepared->tensor, {.stop = std::move(stop)});
}

at::Tensor floats(const at::Tensor& tensor) { return tensor.to(at::kFloat).contiguous(); }

NeuronTerms linearTerms(const at::Tensor& weight, const at::Tensor& input, std::size_t output) {
    const auto terms = static_cast<std::size_t>(weight.size(1));
    const float* row = weight.const_data_ptr<float>() + output * terms;
    const float* first = input.const_data_ptr<float>();
    return {.weights = {row, row + terms}, .activations = {first, first + terms}, .name = {}};
}

/// The patch of an NCHW input under one place of the output map.
NeuronTerms convolutionTerms(const Node& node, const at::Tensor& weight, const at::Tensor& input, std::size_t channel) {
    const auto [strideY, strideX] = pairOf(node, "stride", 1);
    const auto [paddingY, paddingX] = pairOf(node, "padding", 0);
    const auto [dilationY, dilationX] = pairOf(node, "dilation", 1);
    const std::int64_t groups = intOf(node, "groups", 1);
    const std::int64_t channels = weight.size(1), kernelY = weight.size(2), kernelX = weight.size(3);
    const std::int64_t height = input.size(-2), width = input.size(-1);
    const auto middle = [](std::int64_t size, std::int64_t padding, std::int64_t reach, std::int64_t stride) {
        return ((size + 2 * padding - reach) / stride + 1) / 2;
    };
    const std::int64_t row = middle(height, paddingY, dilationY * (kernelY - 1) + 1, strideY);
    const std::int64_t column = middle(width, paddingX, dilationX * (kernelX - 1) + 1, strideX);
    const auto output = static_cast<std::int64_t>(channel);
    const std::int64_t firstChannel = output / (weight.size(0) / groups) * channels;
    NeuronTerms terms;
    const float* kernel = weight.const_data_ptr<float>() + output * channels * kernelY * kernelX;
    const float* pixels = input.const_data_ptr<float>();
    for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t y = 0; y < kernelY; ++y)
            for (std::int64_t x = 0; x < kernelX; ++x) {
                const std::int64_t inY = row * strideY - paddingY + y * dilationY;
                const std::int64_t inX = column * strideX - paddingX + x * dilationX;
                const bool inside = inY >= 0 && inY < height && inX >= 0 && inX < width;
                terms.weights.push_back(kernel[(c * kernelY + y) * kernelX + x]);
                terms.activations.push_back(inside ? pixels[((firstChannel + c) * height + inY) * width + inX] : 0);
            }
    terms.name = " at row " + std::to_string(row) + ", column " + std::to_string(column);
    return terms;
}

}  // namespace

std::vector<NeuronLayer> neuronLayers(const Graph& graph) {
    std::vector<NeuronLayer> layers;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const Node& node = graph.nodes[i];
        const bool convolution = isConvolution(node);
        if (!convolution && node.op != "aten::linear") continue;
        const Weight* weight = weightOf(graph, node);
        if (!weight || valueOf(node, "input") < 0) continue;
        const auto& shape = weight->tensor.shape;
        if (shape.size() != (convolution ? 4u : 2u) || weight->tensor.numel() == 0) continue;
        layers.push_back({.layer = node.layer,
                          .convolution = convolution,
                          .outputs = static_cast<std::size_t>(shape[0]),
                          .terms = static_cast<std::size_t>(weight->tensor.numel() / shape[0]),
                          .node = i});
    }
    return layers;
}

Result<NeuronTerms> neuronTerms(const Neuron& neuron, std::stop_token stop) {
    if (!neuron.model) return badNeuron("a neuron needs a model");
    auto layer = chosenLayer(neuron);
    if (!layer) return std::move(layer).error();
    if (neuron.output >= layer->outputs)
        return badNeuron("has the outputs 0 to " + std::to_string(layer->outputs - 1) + "; there is no output " +
                             std::to_string(neuron.output),
                         layer->layer);
    auto input = activationsAt(neuron, *layer, std::move(stop));
    if (!input) return std::move(input).error();
    const Node& node = neuron.model->graph.nodes[layer->node];
    auto view = tensorView(weightOf(neuron.model->graph, node)->tensor);
    if (!view) return std::move(view).error();
    const at::Tensor weight = floats(*view), activations = floats(*input);
    const bool fits = layer->convolution ? activations.dim() >= 3 && activations.size(-3) >= weight.size(1)
                                         : activations.dim() >= 1 && activations.size(-1) == weight.size(1);
    if (!fits || activations.numel() == 0)
        return badNeuron("takes an input of another shape than expected", layer->layer);
    NeuronTerms terms = layer->convolution ? convolutionTerms(node, weight, activations, neuron.output)
                                           : linearTerms(weight, activations, neuron.output);
    terms.name =
        layer->layer + (layer->convolution ? ", channel " : ", output ") + std::to_string(neuron.output) + terms.name;
    return terms;
}

}  // namespace mantissa
