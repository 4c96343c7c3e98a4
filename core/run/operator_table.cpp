#include "run/operator_table.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "run/node_binding.h"
#include "run/scalar_ops.h"

namespace mantissa {
namespace {

// Operators that compute tensors from tensors and numbers, and nothing else. Sorted, for binary search.
constexpr std::array kAllowed = std::to_array<std::string_view>({
    "aten::_adaptive_avg_pool2d",
    "aten::_assert_tensor_metadata",
    "aten::_convolution",
    "aten::_native_batch_norm_legit_no_training",
    "aten::_softmax",
    "aten::_to_copy",
    "aten::_unsafe_view",
    "aten::_upsample_nearest_exact2d",
    "aten::abs",
    "aten::adaptive_avg_pool1d",
    "aten::adaptive_avg_pool2d",
    "aten::adaptive_max_pool2d",
    "aten::add",
    "aten::add_",
    "aten::addmm",
    "aten::alias",
    "aten::amax",
    "aten::amin",
    "aten::arange",
    "aten::argmax",
    "aten::avg_pool1d",
    "aten::avg_pool2d",
    "aten::avg_pool3d",
    "aten::baddbmm",
    "aten::batch_norm",
    "aten::bernoulli_",
    "aten::bitwise_not",
    "aten::bmm",
    "aten::broadcast_tensors",
    "aten::cat",
    "aten::ceil",
    "aten::channel_shuffle",
    "aten::chunk",
    "aten::clamp",
    "aten::clamp_",
    "aten::clamp_max",
    "aten::clamp_min",
    "aten::clone",
    "aten::concat",
    "aten::constant_pad_nd",
    "aten::contiguous",
    "aten::conv1d",
    "aten::conv2d",
    "aten::conv_transpose2d",
    "aten::convolution",
    "aten::copy_",
    "aten::cos",
    "aten::cumsum",
    "aten::detach",
    "aten::detach_",
    "aten::div",
    "aten::div_",
    "aten::dropout",
    "aten::dropout_",
    "aten::einsum",
    "aten::elu",
    "aten::embedding",
    "aten::empty",
    "aten::eq",
    "aten::erf",
    "aten::exp",
    "aten::expand",
    "aten::expand_as",
    "aten::feature_dropout",
    "aten::fill_",
    "aten::flatten",
    "aten::flip",
    "aten::floor",
    "aten::floor_divide",
    "aten::full",
    "aten::full_like",
    "aten::gather",
    "aten::ge",
    "aten::gelu",
    "aten::gelu_",
    "aten::glu",
    "aten::group_norm",
    "aten::gt",
    "aten::hardsigmoid",
    "aten::hardsigmoid_",
    "aten::hardswish",
    "aten::hardswish_",
    "aten::hardtanh",
    "aten::hardtanh_",
    "aten::im2col",
    "aten::index",
    "aten::index_select",
    "aten::instance_norm",
    "aten::layer_norm",
    "aten::le",
    "aten::leaky_relu",
    "aten::leaky_relu_",
    "aten::lift_fresh_copy",
    "aten::linalg_vector_norm",
    "aten::linear",
    "aten::log",
    "aten::log_softmax",
    "aten::logical_and",
    "aten::logical_not",
    "aten::logical_or",
    "aten::lt",
    "aten::masked_fill",
    "aten::masked_fill_",
    "aten::matmul",
    "aten::max",
    "aten::max_pool1d",
    "aten::max_pool2d",
    "aten::max_pool2d_with_indices",
    "aten::maximum",
    "aten::mean",
    "aten::meshgrid",
    "aten::min",
    "aten::minimum",
    "aten::mish",
    "aten::mish_",
    "aten::mm",
    "aten::movedim",
    "aten::mul",
    "aten::mul_",
    "aten::narrow",
    "aten::native_batch_norm",
    "aten::native_layer_norm",
    "aten::ne",
    "aten::neg",
    "aten::new_empty",
    "aten::new_full",
    "aten::new_ones",
    "aten::new_zeros",
    "aten::norm",
    "aten::numpy_T",
    "aten::ones",
    "aten::ones_like",
    "aten::pad",
    "aten::permute",
    "aten::pixel_shuffle",
    "aten::pixel_unshuffle",
    "aten::pow",
    "aten::prelu",
    "aten::prod",
    "aten::reciprocal",
    "aten::relu",
    "aten::relu6",
    "aten::relu6_",
    "aten::relu_",
    "aten::remainder",
    "aten::repeat",
    "aten::repeat_interleave",
    "aten::reshape",
    "aten::roll",
    "aten::round",
    "aten::rsqrt",
    "aten::rsub",
    "aten::scaled_dot_product_attention",
    "aten::select",
    "aten::selu",
    "aten::sigmoid",
    "aten::sigmoid_",
    "aten::sign",
    "aten::silu",
    "aten::silu_",
    "aten::sin",
    "aten::slice",
    "aten::softmax",
    "aten::softplus",
    "aten::split",
    "aten::split_with_sizes",
    "aten::sqrt",
    "aten::square",
    "aten::squeeze",
    "aten::stack",
    "aten::std",
    "aten::sub",
    "aten::sub_",
    "aten::sum",
    "aten::t",
    "aten::tanh",
    "aten::tanh_",
    "aten::tile",
    "aten::to",
    "aten::transpose",
    "aten::tril",
    "aten::triu",
    "aten::type_as",
    "aten::unbind",
    "aten::unflatten",
    "aten::unfold",
    "aten::unsqueeze",
    "aten::unsqueeze_",
    "aten::upsample_bicubic2d",
    "aten::upsample_bilinear2d",
    "aten::upsample_nearest2d",
    "aten::var",
    "aten::var_mean",
    "aten::view",
    "aten::view_as",
    "aten::where",
    "aten::zeros",
    "aten::zeros_like",
});
static_assert(std::is_sorted(kAllowed.begin(), kAllowed.end()));

Error nodeError(const Node& node, std::string message) {
    return {.code = ErrorCode::unsupported,
            .message = std::move(message),
            .where = "layer " + (node.layer.empty() ? "(top)" : node.layer),
            .op = node.op,
            .layer = node.layer};
}

}  // namespace

bool isAllowedOperator(std::string_view op) {
    return isScalarOp(op) || std::binary_search(kAllowed.begin(), kAllowed.end(), op);
}

Status checkGraph(const Graph& graph) {
    const auto badGraph = [](std::string message) {
        return Error{.code = ErrorCode::corrupt, .message = std::move(message)};
    };
    if (graph.valueCount < 0) return badGraph("the graph counts its values wrongly");
    if (graph.inputs.size() != 1 || graph.outputs.empty())
        return badGraph("the graph does not take one picture and give a result");
    std::vector<bool> exists(static_cast<std::size_t>(graph.valueCount), false);
    const auto inRange = [&](ValueId id) { return id >= 0 && id < graph.valueCount; };
    for (const auto& weight : graph.weights) {
        if (!inRange(weight.value)) return badGraph("the weight " + weight.tensor.name + " has no place in the graph");
        exists[static_cast<std::size_t>(weight.value)] = true;
    }
    for (const ValueId id : graph.inputs) {
        if (!inRange(id)) return badGraph("an input has no place in the graph");
        exists[static_cast<std::size_t>(id)] = true;
    }
    for (const Node& node : graph.nodes) {
        if (!isAllowedOperator(node.op))
            return nodeError(node, "the operator " + node.op + " is not one that Mantissa runs");
        auto bound = BoundNode::bind(node);
        if (!bound) return std::move(bound).error();
        for (const ValueId id : bound->reads())
            if (!inRange(id) || !exists[static_cast<std::size_t>(id)])
                return nodeError(node, node.op + " uses a value that nothing before it computes");
        for (const ValueId id : node.outputs)
            if (inRange(id))
                exists[static_cast<std::size_t>(id)] = true;
            else if (id != -1)
                return nodeError(node, node.op + " has a result with no place in the graph");
    }
    for (const ValueId id : graph.outputs)
        if (!inRange(id) || !exists[static_cast<std::size_t>(id)])
            return badGraph("the graph's output is never computed");
    return Done{};
}

}  // namespace mantissa
