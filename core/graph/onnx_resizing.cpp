#include <cmath>
#include <cstring>

#include "graph/onnx_context.h"

namespace mantissa {
namespace {

/// The kernel of ATen with the node's rule for coordinates and rounding; other rules are refused.
std::string resizeKernel(OnnxContext& c, bool upsample) {
    const std::string mode = c.text("mode", "nearest");
    // Upsample, and Resize before opset 11, know one rule: asymmetric, rounded down.
    const bool old = upsample || c.opset() < 11;
    const std::string rule = old ? "asymmetric" : c.text("coordinate_transformation_mode", "half_pixel");
    const std::string rounding = old ? "floor" : c.text("nearest_mode", "round_prefer_floor");
    const bool half = rule == "half_pixel" || rule == "pytorch_half_pixel";
    if (c.integer("antialias", 0)) c.refuse("resizes with an antialiasing filter");
    if (mode == "nearest" && rule == "asymmetric" && rounding == "floor") return "aten::upsample_nearest2d";
    if (mode == "nearest" && half && rounding.starts_with("round_")) return "aten::_upsample_nearest_exact2d";
    if (mode == "linear" && (half || rule == "align_corners")) return "aten::upsample_bilinear2d";
    if (mode == "cubic" && (half || rule == "align_corners") && std::abs(c.real("cubic_coeff_a", -0.75) + 0.75) < 1e-6)
        return "aten::upsample_bicubic2d";
    c.refuse("resizes by a rule that Mantissa does not have (" + mode + ", " + rule +
             (mode == "nearest" ? ", " + rounding : "") + ")");
}

/// The last two of four factors; the first two must be 1.
std::vector<double> factorsOf(OnnxContext& c, std::size_t input) {
    const OnnxValue& value = c.value(input);
    std::vector<double> all;
    if (const auto* a = c.attribute("scales")) all = a->floats;
    if (value.constant && value.constant->dtype == DType::f32) {
        std::vector<float> narrow(static_cast<std::size_t>(value.constant->numel()));
        if (!narrow.empty()) std::memcpy(narrow.data(), value.constant->bytes.data(), value.constant->bytes.size());
        all.assign(narrow.begin(), narrow.end());
    }
    if (all.size() != 4 || all[0] != 1 || all[1] != 1 || !(all[2] > 0 && all[2] < 1024) ||
        !(all[3] > 0 && all[3] < 1024))
        c.refuse("needs four constant factors, of which height and width alone change");
    return {all[2], all[3]};
}

void resizeTo(OnnxContext& c, bool upsample) {
    const std::string kernel = resizeKernel(c, upsample);
    const std::size_t scales = upsample || c.opset() < 11 ? 1 : 2;
    std::vector<NamedArgument> arguments{{"input", c.tensor(0)}};
    if (!upsample && c.has(3)) {
        const auto sizes = c.integers(3);
        if (sizes.size() != 4) c.refuse("resizes a value that is no picture");
        arguments.push_back({"output_size", std::vector<IntOrRef>{sizes[2], sizes[3]}});
    } else {
        arguments.push_back({"output_size", None{}});
    }
    if (kernel == "aten::upsample_bilinear2d" || kernel == "aten::upsample_bicubic2d")
        arguments.push_back({"align_corners", c.text("coordinate_transformation_mode", "") == "align_corners"});
    arguments.push_back({"scale_factors", !upsample && c.has(3)
                                              ? Argument(None{})
                                              : Argument(factorsOf(c, c.attribute("scales") ? 0 : scales))});
    c.resultLike(c.call(kernel, std::move(arguments), "vec"), 0);
}

/// Channels to blocks of pixels. In the mode DCR the channels are taken block by block, in CRD as PyTorch does.
void depthToSpace(OnnxContext& c) {
    const std::int64_t side = c.integer("blocksize", 1);
    if (side < 1 || side > 1024) c.refuse("has blocks of a size that no network has");
    ValueRef x = c.tensor(0);
    if (c.text("mode", "DCR") == "DCR") {
        const auto at = [&](std::int64_t dim) { return IntOrRef(c.graph().size(x, c.layer(), dim)); };
        const IntOrRef n = at(0), channels = at(1), height = at(2), width = at(3);
        const IntOrRef kept = c.scalar("scalar::floordiv", channels, side * side);
        x = c.call("aten::reshape",
                   {{"self", x}, {"shape", std::vector<IntOrRef>{n, side * side, kept, height, width}}});
        x = c.call("aten::transpose", {{"self", x}, {"dim0", std::int64_t{1}}, {"dim1", std::int64_t{2}}}, "int");
        x = c.call("aten::reshape", {{"self", x}, {"shape", std::vector<IntOrRef>{n, channels, height, width}}});
    }
    c.resultLike(c.call("aten::pixel_shuffle", {{"self", x}, {"upscale_factor", side}}), 0);
}

/// Blocks of pixels to channels, block by block.
void spaceToDepth(OnnxContext& c) {
    const std::int64_t side = c.integer("blocksize", 1);
    if (side < 1 || side > 1024) c.refuse("has blocks of a size that no network has");
    ValueRef x = c.tensor(0);
    const IntOrRef n = c.graph().size(x, c.layer(), 0), channels = c.graph().size(x, c.layer(), 1);
    x = c.call("aten::pixel_unshuffle", {{"self", x}, {"downscale_factor", side}});
    const IntOrRef height = c.graph().size(x, c.layer(), 2), width = c.graph().size(x, c.layer(), 3);
    const IntOrRef all = c.scalar("scalar::mul", channels, side * side);
    x = c.call("aten::reshape",
               {{"self", x}, {"shape", std::vector<IntOrRef>{n, channels, side * side, height, width}}});
    x = c.call("aten::transpose", {{"self", x}, {"dim0", std::int64_t{1}}, {"dim1", std::int64_t{2}}}, "int");
    c.resultLike(c.call("aten::reshape", {{"self", x}, {"shape", std::vector<IntOrRef>{n, all, height, width}}}), 0);
}

}  // namespace

void addOnnxResizing(OnnxOperators& operators) {
    operators.insert({{"DepthToSpace", &depthToSpace},
                      {"Resize", [](OnnxContext& c) { resizeTo(c, false); }},
                      {"SpaceToDepth", &spaceToDepth},
                      {"Upsample", [](OnnxContext& c) { resizeTo(c, true); }}});
}

}  // namespace mantissa
