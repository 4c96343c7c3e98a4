#include "run/block_axis.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace mantissa {
namespace {

/// Results are N × C × H × W.
constexpr std::array<std::string_view, 20> kChannels{"aten::_adaptive_avg_pool2d",
                                                     "aten::_convolution",
                                                     "aten::_native_batch_norm_legit_no_training",
                                                     "aten::adaptive_avg_pool2d",
                                                     "aten::adaptive_max_pool2d",
                                                     "aten::avg_pool2d",
                                                     "aten::batch_norm",
                                                     "aten::conv2d",
                                                     "aten::conv_transpose2d",
                                                     "aten::convolution",
                                                     "aten::group_norm",
                                                     "aten::instance_norm",
                                                     "aten::max_pool2d",
                                                     "aten::max_pool2d_with_indices",
                                                     "aten::native_batch_norm",
                                                     "aten::pixel_shuffle",
                                                     "aten::pixel_unshuffle",
                                                     "aten::upsample_bicubic2d",
                                                     "aten::upsample_bilinear2d",
                                                     "aten::upsample_nearest2d"};

/// The last dimension holds the features, or the dimensions have been moved about.
constexpr std::array<std::string_view, 28> kLast{
    "aten::_softmax",  "aten::_unsafe_view", "aten::addmm",     "aten::baddbmm",
    "aten::bmm",       "aten::einsum",       "aten::embedding", "aten::flatten",
    "aten::im2col",    "aten::layer_norm",   "aten::linear",    "aten::log_softmax",
    "aten::matmul",    "aten::mm",           "aten::movedim",   "aten::native_layer_norm",
    "aten::numpy_T",   "aten::permute",      "aten::reshape",   "aten::scaled_dot_product_attention",
    "aten::softmax",   "aten::swapaxes",     "aten::t",         "aten::transpose",
    "aten::unflatten", "aten::unsqueeze",    "aten::view",      "aten::squeeze"};

bool isAmong(std::string_view op, const auto& names) {
    return std::find(names.begin(), names.end(), op) != names.end();
}

/// The first value that a call reads as a tensor, or of a list of them.
std::optional<ValueId> firstValue(const Node& node) {
    for (const auto& argument : node.arguments) {
        if (const auto* reference = std::get_if<ValueRef>(&argument.value)) return reference->id;
        if (const auto* list = std::get_if<std::vector<ValueRef>>(&argument.value); list && !list->empty())
            return list->front().id;
    }
    return std::nullopt;
}

BlockAxis axisOf(const Node& node, const std::vector<BlockAxis>& axes) {
    if (isAmong(node.op, kChannels)) return BlockAxis::channels;
    if (isAmong(node.op, kLast)) return BlockAxis::last;
    const auto first = firstValue(node);
    return first && *first >= 0 ? axes[static_cast<std::size_t>(*first)] : BlockAxis::last;
}

}  // namespace

std::vector<BlockAxis> blockAxes(const Graph& graph) {
    std::vector<BlockAxis> ofValues(static_cast<std::size_t>(graph.valueCount), BlockAxis::last), ofNodes;
    for (const ValueId id : graph.inputs) ofValues[static_cast<std::size_t>(id)] = BlockAxis::channels;
    for (const Node& node : graph.nodes) {
        const BlockAxis axis = axisOf(node, ofValues);
        ofNodes.push_back(axis);
        for (const ValueId id : node.outputs)
            if (id >= 0) ofValues[static_cast<std::size_t>(id)] = axis;
    }
    return ofNodes;
}

}  // namespace mantissa
