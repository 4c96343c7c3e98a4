#include "study/study_input.h"

#include <ATen/ops/from_blob.h>

#include <algorithm>

#include "near_names.h"
#include "study/format_runner.h"
#include "study/module_tree.h"

namespace mantissa {
namespace {

/// A tensor that was handed in: {1, C, H, W}, FP32.
Result<at::Tensor> tensorFrom(const TensorInput& input) {
    const std::string where = input.path + (input.path.empty() ? "tensor " : ": tensor ") + input.tensor;
    if (input.shape.size() != 4 || input.shape[0] != 1)
        return badRequest("has another shape than one picture's: 1 × channels × height × width", where);
    std::size_t count = 1;
    for (const std::int64_t size : input.shape) {
        if (size < 1 || static_cast<std::uint64_t>(size) > input.values.size() / count)
            return badRequest("has a shape that does not fit its " + std::to_string(input.values.size()) + " values",
                              where);
        count *= static_cast<std::size_t>(size);
    }
    if (count != input.values.size())
        return badRequest("has a shape that does not fit its " + std::to_string(input.values.size()) + " values",
                          where);
    return at::from_blob(const_cast<float*>(input.values.data()), input.shape, at::kFloat).clone();
}

/// What is no layer: a tensor of one, or a slip of the pen.
Error noSuchLayer(const Graph& graph, const std::string& name) {
    const ModuleTree tree(graph);
    for (const auto& weight : graph.weights)
        if (weight.tensor.name == name) {
            const auto& owner = tree.modules()[static_cast<std::size_t>(tree.ofWeight(name))].path;
            return badRequest(owner.empty() ? "is a tensor, and not one of a layer; `mantissa layers` lists the layers"
                                            : "is a tensor, not a layer; it belongs to the layer " + owner,
                              name);
        }
    std::vector<std::string> paths;
    for (const auto& module : tree.modules()) paths.push_back(module.path);
    const auto near = namesNear(name, paths, 3);
    return badRequest("is no layer of this model; " +
                          (near.empty() ? "" : "did you mean " + eitherOf(near) + "? ") +
                          "`mantissa layers` lists them",
                      name);
}

}  // namespace

Result<StudyInput> takeInput(const Model& model, const std::optional<SourceImage>& image,
                             const std::optional<TensorInput>& tensor,
                             const std::optional<Preprocessing>& preprocessing) {
    StudyInput input{.tensor = {}, .preprocessing = preprocessing.value_or(model.preprocessing), .picture = {}};
    if (image && tensor) return badRequest("a picture and a tensor cannot both be the input");
    if (tensor) {
        auto made = tensorFrom(*tensor);
        if (!made) return std::move(made).error();
        input.tensor = *std::move(made);
        return input;
    }
    if (!image) return badRequest("there is neither a picture nor a tensor to run the model on");
    auto prepared = prepareImage(image->rgb, input.preprocessing);
    if (!prepared) return std::move(prepared).error();
    input.picture = std::move(prepared->input);
    input.tensor = std::move(prepared->tensor);
    return input;
}

Result<std::vector<double>> logitsOf(const at::Tensor& output) {
    if (!output.is_floating_point() || output.dim() < 2 || output.size(0) != 1 || output.numel() < 1)
        return Error{.code = ErrorCode::unsupported,
                     .message = "the model does not give one row of logits for one picture"};
    const at::Tensor logits = output.detach().to(at::kDouble).contiguous();
    const auto* values = logits.const_data_ptr<double>();
    return std::vector<double>(values, values + logits.numel());
}

Status checkOverrides(const Graph& graph, const std::vector<LayerFormat>& overrides) {
    for (const auto& one : overrides) {
        const bool named =
            !one.layer.empty() && std::any_of(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
                return isAtOrBelow(node.layer, one.layer);
            });
        if (!named) return noSuchLayer(graph, one.layer);
    }
    return Done{};
}

Status checkKept(const Graph& graph, const std::vector<std::string>& modules) {
    std::vector<LayerFormat> overrides;
    for (const auto& path : modules) overrides.push_back({path, format("fp32")});
    return checkOverrides(graph, overrides);
}

}  // namespace mantissa
