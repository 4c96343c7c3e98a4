#include "graph/onnx_context.h"

namespace mantissa {
namespace {

void batchNormalization(OnnxContext& c) {
    if (c.integer("training_mode", 0))
        c.refuse("is set to training; export the model in evaluation mode, model.eval()");
    const ValueRef x = c.tensor(0), scale = c.tensor(1, "weight"), shift = c.tensor(2, "bias");
    const ValueRef mean = c.tensor(3, "running_mean", false), variance = c.tensor(4, "running_var", false);
    c.resultLike(c.call("aten::batch_norm", {{"input", x},
                                             {"weight", scale},
                                             {"bias", shift},
                                             {"running_mean", mean},
                                             {"running_var", variance},
                                             {"training", false},
                                             {"momentum", 1 - c.real("momentum", 0.9)},
                                             {"eps", c.real("epsilon", 1e-5)},
                                             {"cudnn_enabled", true}}),
                 0);
}

void layerNormalization(OnnxContext& c) {
    const OnnxValue& scale = c.value(1);
    if (!scale.constant) c.refuse("takes a scale that only the run tells");
    const ValueRef x = c.tensor(0), weight = c.tensor(1, "weight");
    const Argument bias = c.has(2) ? Argument(c.tensor(2, "bias")) : Argument(None{});
    c.resultLike(c.call("aten::layer_norm", {{"input", x},
                                             {"normalized_shape", onnxInts(scale.constant->shape)},
                                             {"weight", weight},
                                             {"bias", bias},
                                             {"eps", c.real("epsilon", 1e-5)}}),
                 0);
}

void instanceNormalization(OnnxContext& c) {
    const ValueRef x = c.tensor(0), weight = c.tensor(1, "weight"), bias = c.tensor(2, "bias");
    c.resultLike(c.call("aten::instance_norm", {{"input", x},
                                                {"weight", weight},
                                                {"bias", bias},
                                                {"running_mean", None{}},
                                                {"running_var", None{}},
                                                {"use_input_stats", true},
                                                {"momentum", 0.1},
                                                {"eps", c.real("epsilon", 1e-5)},
                                                {"cudnn_enabled", true}}),
                 0);
}

void groupNormalization(OnnxContext& c) {
    if (c.opset() < 21) c.refuse("has one scale a group, as before opset 21; export with opset 21");
    const ValueRef x = c.tensor(0), weight = c.tensor(1, "weight"), bias = c.tensor(2, "bias");
    c.resultLike(c.call("aten::group_norm", {{"input", x},
                                             {"num_groups", c.integer("num_groups", 1)},
                                             {"weight", weight},
                                             {"bias", bias},
                                             {"eps", c.real("epsilon", 1e-5)}}),
                 0);
}

/// x / (bias + α / size · Σ x²)^β, the sum over `size` neighbouring channels (Krizhevsky et al. 2012, section 3.3).
void localResponse(OnnxContext& c) {
    const std::int64_t size = c.integer("size", 1);
    if (size < 1 || size > 4096) c.refuse("sums over a number of channels that no network has");
    const ValueRef x = c.tensor(0);
    ValueRef y = c.call("aten::square", {{"", x}});
    // Channels as a third dimension of space: N × 1 × C × H × W.
    y = c.call("aten::unsqueeze", {{"", y}, {"dim", std::int64_t{1}}});
    const std::int64_t before = (size - 1) / 2;
    y = c.call("aten::constant_pad_nd",
               {{"self", y}, {"pad", std::vector<IntOrRef>{0, 0, 0, 0, before, size - 1 - before}}});
    y = c.call(
        "aten::avg_pool3d",
        {{"self", y}, {"kernel_size", std::vector<IntOrRef>{size, 1, 1}}, {"stride", std::vector<IntOrRef>{1, 1, 1}}});
    y = c.call("aten::squeeze", {{"", y}, {"dim", std::int64_t{1}}}, "dim");
    y = c.call("aten::mul", {{"", y}, {"", c.real("alpha", 1e-4)}}, "Tensor");
    y = c.call("aten::add", {{"", y}, {"", c.real("bias", 1)}}, "Tensor");
    y = c.call("aten::pow", {{"", y}, {"", c.real("beta", 0.75)}}, "Tensor_Scalar");
    c.resultLike(c.call("aten::div", {{"", x}, {"", y}}, "Tensor"), 0);
}

}  // namespace

void addOnnxNormalization(OnnxOperators& operators) {
    operators.insert({{"BatchNormalization", &batchNormalization},
                      {"GroupNormalization", &groupNormalization},
                      {"InstanceNormalization", &instanceNormalization},
                      {"LRN", &localResponse},
                      {"LayerNormalization", &layerNormalization}});
}

}  // namespace mantissa
