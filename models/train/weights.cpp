#include "train/weights.h"

#include <memory>

namespace mantissa::training {

TensorRecord recordOf(const std::string& name, const at::Tensor& tensor) {
    const auto owner = std::make_shared<at::Tensor>(
        tensor.detach().to(tensor.is_floating_point() ? at::kFloat : at::kLong).contiguous());
    return {.name = name,
            .dtype = owner->is_floating_point() ? DType::f32 : DType::i64,
            .shape = owner->sizes().vec(),
            .strides = {},
            .bytes = {static_cast<const std::byte*>(owner->const_data_ptr()), owner->nbytes()},
            .owner = owner};
}

Graph withWeights(const Graph& graph, const NamedTensors& tensors) {
    Graph changed = graph;
    for (auto& weight : changed.weights)
        if (const auto found = tensors.find(weight.tensor.name); found != tensors.end())
            weight.tensor = recordOf(found->first, found->second);
    return changed;
}

}  // namespace mantissa::training
