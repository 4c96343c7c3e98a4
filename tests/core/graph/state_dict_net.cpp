#include "core/graph/state_dict_net.h"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>

#include <cmath>

#include "core/run/graph_writer.h"
#include "run/executor.h"
#include "run/tensor_view.h"

namespace mantissa::test {

StateDictNet::StateDictNet(const std::vector<TensorRecord>& records) {
    for (const auto& record : records) tensors_[record.name] = tensorView(record).value();
}

at::Tensor StateDictNet::bias(const std::string& layer) const {
    const auto found = tensors_.find(layer + ".bias");
    return found == tensors_.end() ? at::Tensor() : found->second;
}

at::Tensor StateDictNet::conv(const at::Tensor& x, const std::string& layer, const Conv& o) const {
    return at::conv2d(x, tensor(layer + ".weight"), bias(layer), {o.stride, o.stride}, {o.padding, o.padding},
                      {o.dilation, o.dilation}, o.groups);
}

at::Tensor StateDictNet::norm(const at::Tensor& x, const std::string& layer, double eps) const {
    return at::batch_norm(x, tensor(layer + ".weight"), tensor(layer + ".bias"), tensor(layer + ".running_mean"),
                          tensor(layer + ".running_var"), false, 0.1, eps, true);
}

at::Tensor StateDictNet::linear(const at::Tensor& x, const std::string& layer) const {
    return at::linear(x, tensor(layer + ".weight"), bias(layer));
}

at::Tensor StateDictNet::layerNorm(const at::Tensor& x, const std::string& layer, double eps) const {
    return at::layer_norm(x, {x.size(-1)}, tensor(layer + ".weight"), tensor(layer + ".bias"), eps);
}

at::Tensor StateDictNet::attention(const at::Tensor& x, const AttentionNames& names, std::int64_t heads) const {
    const std::int64_t n = x.size(0), length = x.size(1), size = x.size(2) / heads;
    const auto split = [&](const std::string& layer) {
        return linear(x, layer).view({n, length, heads, size}).transpose(1, 2);
    };
    const at::Tensor q = split(names.query), k = split(names.key), v = split(names.value);
    const at::Tensor scores = at::matmul(q, k.transpose(2, 3)).mul(std::pow(static_cast<double>(size), -0.5));
    const at::Tensor context = at::matmul(at::softmax(scores, -1), v).transpose(1, 2).contiguous();
    return linear(context.reshape({n, length, heads * size}), names.projection);
}

std::vector<TensorRecord> lively(std::vector<TensorRecord> records) {
    std::uint32_t seed = 40;
    for (auto& record : records) {
        if (record.dtype != DType::f32) continue;
        ++seed;
        const bool isVector = record.shape.size() == 1;
        const auto fanIn = static_cast<float>(isVector ? 1 : record.numel() / record.shape[0]);
        at::Tensor values = normal(record.shape, seed, isVector ? 0.1F : std::sqrt(2 / fanIn));
        const bool around1 = isVector && (record.name.ends_with("weight") || record.name.ends_with("var"));
        record = recordOf(record.name, around1 ? values.add(1) : values);
    }
    return records;
}

}  // namespace mantissa::test
