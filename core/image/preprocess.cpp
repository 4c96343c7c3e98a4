#include "image/preprocess.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/_upsample_bilinear2d_aa.h>
#if __has_include(<ATen/ops/_upsample_lanczos2d_aa.h>)
#include <ATen/ops/_upsample_lanczos2d_aa.h>
#endif
#include <ATen/ops/_upsample_nearest_exact2d.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

namespace mantissa {
namespace {

Error badRequest(std::string message) { return {.code = ErrorCode::invalidArgument, .message = std::move(message)}; }

struct Size {
    std::int64_t height = 0, width = 0;
};

/// As transformers computes it: the shorter side becomes `edge`, the longer one is scaled and cut down to an integer.
Size shortestEdge(const RgbImage& image, int edge) {
    const std::int64_t h = image.height, w = image.width;
    if (h <= w) return {edge, std::max<std::int64_t>(1, edge * w / h)};
    return {std::max<std::int64_t>(1, edge * h / w), edge};
}

at::Tensor resizedOnce(const at::Tensor& image, Size size, Resample filter) {
    switch (filter) {
        case Resample::nearest: return at::_upsample_nearest_exact2d(image, {size.height, size.width});
        case Resample::bicubic: return at::_upsample_bicubic2d_aa(image, {size.height, size.width}, false);
#if __has_include(<ATen/ops/_upsample_lanczos2d_aa.h>)
        case Resample::lanczos: return at::_upsample_lanczos2d_aa(image, {size.height, size.width}, false);
#else
        case Resample::lanczos: break;  // preprocess() has refused it
#endif
        case Resample::bilinear: break;
    }
    return at::_upsample_bilinear2d_aa(image, {size.height, size.width}, false);
}

/// 1 × 3 × H × W, bytes, before and after. On bytes, LibTorch computes as Pillow does: columns first, rounded to 8
/// bits, then rows, rounded again, with integer weights. In FP32 the weights differ enough to move one pixel in a
/// hundred by a grey level.
at::Tensor resized(const at::Tensor& image, Size size, Resample filter) {
    if (image.size(2) == size.height && image.size(3) == size.width) return image;
    return resizedOnce(image, size, filter);
}

/// The picture's own bytes as 1 × 3 × H × W, channels last in memory: a large picture is read once, where it is
/// resized.
at::Tensor planes(const RgbImage& image) {
    const auto packed = at::from_blob(const_cast<std::uint8_t*>(image.pixels.data()), {1, image.height, image.width, 3}, at::kByte);
    return packed.permute({0, 3, 1, 2});
}

/// The centre; where the picture is smaller, black fills the rest, as transformers pads.
at::Tensor centerCropped(const at::Tensor& image, Size crop, double& left, double& top) {
    const std::int64_t h = image.size(2), w = image.size(3);
    // The picture's offset in the crop may be negative (cut) or positive (padded); Python's floor division rounds down.
    const auto offset = [](std::int64_t have, std::int64_t want) { return static_cast<std::int64_t>(std::floor(static_cast<double>(have - want) / 2)); };
    const std::int64_t y = offset(h, crop.height), x = offset(w, crop.width);
    top = static_cast<double>(y);
    left = static_cast<double>(x);
    const std::int64_t y0 = std::max<std::int64_t>(y, 0), x0 = std::max<std::int64_t>(x, 0);
    const std::int64_t rows = std::min(h, y + crop.height) - y0, columns = std::min(w, x + crop.width) - x0;
    if (rows == crop.height && columns == crop.width) return image.slice(2, y0, y0 + rows).slice(3, x0, x0 + columns).contiguous();
    at::Tensor result = image.new_zeros({1, 3, crop.height, crop.width});
    const std::int64_t targetY = y0 - y, targetX = x0 - x;
    result.slice(2, targetY, targetY + rows).slice(3, targetX, targetX + columns).copy_(image.slice(2, y0, y0 + rows).slice(3, x0, x0 + columns));
    return result;
}

RgbImage viewOf(const at::Tensor& image) {
    const at::Tensor packed = image.permute({0, 2, 3, 1}).contiguous();
    RgbImage view{.width = static_cast<int>(image.size(3)), .height = static_cast<int>(image.size(2)), .pixels = {}};
    const auto* data = packed.const_data_ptr<std::uint8_t>();
    view.pixels.assign(data, data + packed.numel());
    return view;
}

}  // namespace

Result<ModelInput> preprocess(const RgbImage& source, const Preprocessing& how) {
    if (source.width < 1 || source.height < 1) return badRequest("the picture has no pixels");
#if !__has_include(<ATen/ops/_upsample_lanczos2d_aa.h>)
    if (how.resample == Resample::lanczos) return badRequest("this LibTorch cannot resample with Lanczos; choose another filter or LibTorch 2.13");
#endif
    Size target{source.height, source.width};
    if (how.resize == ResizeRule::exact) target = {how.resizeHeight, how.resizeWidth};
    if (how.resize == ResizeRule::shortestEdge) target = shortestEdge(source, how.resizeHeight);
    constexpr std::int64_t kMaxPixels = std::int64_t{1} << 26;
    if (target.height < 1 || target.width < 1 || target.height > kMaxPixels / target.width)
        return badRequest("the resized picture would have " + std::to_string(target.width) + " × " + std::to_string(target.height) +
                          " pixels; crop a picture this long and narrow first");
    if (how.centerCrop && (how.cropHeight < 1 || how.cropWidth < 1 || how.cropHeight > kMaxPixels / how.cropWidth))
        return badRequest("a crop needs a height and a width");
    if (how.resize == ResizeRule::none && !how.centerCrop && (source.height != how.resizeHeight || source.width != how.resizeWidth))
        return badRequest("the picture has " + std::to_string(source.width) + " × " + std::to_string(source.height) +
                          " pixels, and without resizing the model takes only " + std::to_string(how.resizeWidth) + " × " +
                          std::to_string(how.resizeHeight));

    const c10::AutoGradMode noGradients(false);
    at::Tensor image = resized(planes(source), target, how.resample);
    double left = 0, top = 0;
    if (how.centerCrop) image = centerCropped(image, {how.cropHeight, how.cropWidth}, left, top);

    ModelInput input;
    input.view = viewOf(image);
    const double scaleX = static_cast<double>(source.width) / static_cast<double>(target.width);
    const double scaleY = static_cast<double>(source.height) / static_cast<double>(target.height);
    input.cropInSource = {left * scaleX, top * scaleY, static_cast<double>(image.size(3)) * scaleX, static_cast<double>(image.size(2)) * scaleY};

    // In FP32 and in this order, as the reference processors compute it.
    image = image.to(at::kFloat, /*non_blocking=*/false, /*copy=*/false, at::MemoryFormat::Contiguous).mul(how.rescale);
    if (how.normalize)
        for (std::int64_t c = 0; c < 3; ++c) {
            const auto i = static_cast<std::size_t>(c);
            image.select(1, c).sub_(how.mean[i]).div_(how.std[i]);
        }
    if (how.flipChannels) image = image.flip({1});
    image = image.contiguous();
    input.shape = image.sizes().vec();
    const float* data = image.const_data_ptr<float>();
    input.values.assign(data, data + image.numel());
    return input;
}

}  // namespace mantissa
