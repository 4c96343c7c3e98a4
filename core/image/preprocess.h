#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "image/image.h"
#include "result.h"

namespace mantissa {

/// Largest side, in pixels, that a file may ask a model's input to have: 100 times what classifiers take. Beyond it the
/// file is wrong, not ambitious.
inline constexpr int kMaxInputSide = 16384;

enum class Resample { nearest, bilinear, bicubic, lanczos };
enum class ResizeRule {
    none,          ///< the picture must already have the crop's size
    shortestEdge,  ///< the shorter side becomes `resizeHeight`, aspect kept
    exact          ///< resizeHeight × resizeWidth, aspect not kept
};

/// How a picture becomes a model's input, as a Hugging Face `preprocessor_config.json` says it; each step in this order.
struct Preprocessing {
    ResizeRule resize = ResizeRule::exact;
    int resizeHeight = 32;  ///< px; the shortest edge for ResizeRule::shortestEdge
    int resizeWidth = 32;   ///< px; unused for ResizeRule::shortestEdge
    Resample resample = Resample::bilinear;  ///< antialiased, as Pillow; rounded to 8 bits again
    bool centerCrop = false;
    int cropHeight = 0;
    int cropWidth = 0;
    double rescale = 1.0 / 255.0;
    bool flipChannels = false;  ///< RGB → BGR, after the crop
    bool normalize = false;
    std::array<double, 3> mean{0, 0, 0};
    std::array<double, 3> std{1, 1, 1};
    bool fromFile = false;  ///< false: sensible defaults that the user may change

    int inputHeight() const { return centerCrop ? cropHeight : resizeHeight; }
    int inputWidth() const { return centerCrop ? cropWidth : resizeWidth; }
    bool operator==(const Preprocessing&) const = default;
};

/// What the model sees.
struct ModelInput {
    std::vector<float> values;        ///< NCHW, N = 1
    std::vector<std::int64_t> shape;  ///< {1, 3, H, W}
    RgbImage view;                    ///< the exact crop, before rescaling; for display
    std::array<double, 4> cropInSource{0, 0, 0, 0};  ///< x, y, width, height of the crop in source pixels
};
Result<ModelInput> preprocess(const RgbImage& image, const Preprocessing& how);

}  // namespace mantissa
