#include "train/batch.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/upsample_bilinear2d.h>

#include <algorithm>
#include <array>

namespace mantissa::training {
namespace {

constexpr int kPlane = kCifarSide * kCifarSide;
using Picture = std::span<float, 3 * kPlane>;  // R, G and B planes, 0 … 255

/// Where one picture is taken from and how its colours change.
struct Change {
    int shiftX = 0, shiftY = 0;
    bool mirror = false;
    float brightness = 1, contrast = 1, saturation = 1;
};

Change randomChange(const Augmentation& how) {
    const int padding = how.recipe.cropPadding;
    const auto shift = [&] {
        return static_cast<int>(how.random.below(2 * static_cast<std::size_t>(padding) + 1)) - padding;
    };
    const double jitter = how.recipe.colourJitter;
    const auto factor = [&] { return static_cast<float>(how.random.uniform(1 - jitter, 1 + jitter)); };
    Change change;
    change.shiftX = shift();
    change.shiftY = shift();
    change.mirror = how.random.uniform(0, 1) < 0.5;
    change.brightness = factor();
    change.contrast = factor();
    change.saturation = factor();
    return change;
}

void copyShifted(std::span<const std::uint8_t> from, const Change& change, Picture to) {
    for (int plane = 0; plane < 3; ++plane)
        for (int y = 0; y < kCifarSide; ++y)
            for (int x = 0; x < kCifarSide; ++x) {
                const int fromX = (change.mirror ? kCifarSide - 1 - x : x) + change.shiftX, fromY = y + change.shiftY;
                const bool inside = fromX >= 0 && fromX < kCifarSide && fromY >= 0 && fromY < kCifarSide;
                to[static_cast<std::size_t>(plane * kPlane + y * kCifarSide + x)] =
                    inside ? static_cast<float>(
                                 from[static_cast<std::size_t>(plane * kPlane + fromY * kCifarSide + fromX)])
                           : 0;
            }
}

/// Contrast about the picture's mean, saturation about each pixel's grey, brightness as a factor; then back into 0 …
/// 255.
void changeColours(Picture picture, const Change& change) {
    float sum = 0;
    for (const float value : picture) sum += value;
    const float mean = sum / (3 * kPlane);
    for (std::size_t i = 0; i < kPlane; ++i) {
        std::array<float, 3> colour{picture[i], picture[kPlane + i], picture[2 * kPlane + i]};
        for (float& value : colour) value = ((value - mean) * change.contrast + mean) * change.brightness;
        const float grey = (colour[0] + colour[1] + colour[2]) / 3;
        for (std::size_t plane = 0; plane < 3; ++plane)
            picture[plane * kPlane + i] = std::clamp((colour[plane] - grey) * change.saturation + grey, 0.0f, 255.0f);
    }
}

/// Scale, channel order and normalisation, in the order that core/image/preprocess.h gives them.
at::Tensor modelInput(at::Tensor pictures, const Preprocessing& how) {
    const std::int64_t height = how.inputHeight(), width = how.inputWidth();
    if (height != kCifarSide || width != kCifarSide)
        pictures = at::upsample_bilinear2d(pictures, {height, width}, /*align_corners=*/false);
    pictures = pictures.mul_(how.rescale);
    if (how.flipChannels) pictures = pictures.flip({1});
    if (how.normalize)
        for (std::int64_t channel = 0; channel < 3; ++channel) {
            const auto c = static_cast<std::size_t>(channel);
            pictures.select(1, channel).sub_(how.mean[c]).div_(how.std[c]);
        }
    return pictures.contiguous();
}

Batch makeBatch(const CifarSet& set, std::span<const std::size_t> pictures, const Preprocessing& preprocessing,
                const Augmentation* augmentation) {
    const auto count = static_cast<std::int64_t>(pictures.size());
    Batch batch{at::empty({count, 3, kCifarSide, kCifarSide}, at::kFloat), at::empty({count}, at::kLong)};
    auto* pixels = batch.input.mutable_data_ptr<float>();
    auto* labels = batch.labels.mutable_data_ptr<std::int64_t>();
    for (std::size_t i = 0; i < pictures.size(); ++i) {
        const Picture picture(pixels + i * 3 * kPlane, 3 * kPlane);
        const Change change = augmentation ? randomChange(*augmentation) : Change{};
        copyShifted(set.picture(pictures[i]), change, picture);
        if (augmentation) changeColours(picture, change);
        labels[i] = set.labels[pictures[i]];
    }
    batch.input = modelInput(batch.input, preprocessing);
    return batch;
}

}  // namespace

Batch plainBatch(const CifarSet& set, std::span<const std::size_t> pictures, const Preprocessing& preprocessing) {
    return makeBatch(set, pictures, preprocessing, nullptr);
}

Batch augmentedBatch(const CifarSet& set, std::span<const std::size_t> pictures, const Preprocessing& preprocessing,
                     const Augmentation& augmentation) {
    return makeBatch(set, pictures, preprocessing, &augmentation);
}

}  // namespace mantissa::training
