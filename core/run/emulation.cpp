#include "run/emulation.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <span>
#include <utility>

#include "numerics/affine.h"
#include "numerics/block_array.h"
#include "run/precision_plan.h"

namespace mantissa {
namespace {

/// x → s·round(x / s), ties to even, in a form that the compiler turns into vector code: adding 3·2^51 leaves no bit
/// below the unit. Agrees with roundTo as long as |x / s| < 2^51 and no code overflows, which holds where s = max |x| /
/// largest code.
void roundToMultiples(std::span<float> values, double scale) {
    constexpr double kUnit = 0x1.8p52;
    for (float& x : values) {
        const double code = (static_cast<double>(x) / scale + kUnit) - kUnit;
        const auto rounded = static_cast<float>(scale * code);
        x = std::isfinite(x) ? rounded : x;
    }
}

/// Symmetric integer quantisation with one scale: x → s·round(x / s), s = max |x| / largest code (Jacob et al. 2018,
/// eq. 1, zero point 0). Values that are not finite stay as they are.
void roundWithScale(std::span<float> values, const Format& format, RoundOptions options) {
    float largest = 0;
    for (const float x : values)
        if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
    if (largest == 0) return;
    const double scale = static_cast<double>(largest) / limits(format).max;
    if (options.rounding == Rounding::nearestEven && format.signBits == 1) return roundToMultiples(values, scale);
    for (float& x : values) {
        if (std::isfinite(x)) x = static_cast<float>(scale * roundTo(format, static_cast<double>(x) / scale, options));
        ++options.index;
    }
}

/// Affine quantisation with a scale and a zero point for all. Values that are not finite stay as they are.
void roundWithZeroPoint(std::span<float> values, const Format& format, const RoundOptions& options) {
    float low = 0, high = 0;
    for (const float x : values) {
        if (!std::isfinite(x)) continue;
        low = std::min(low, x);
        high = std::max(high, x);
    }
    std::vector<std::pair<std::size_t, float>> infinities;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isinf(values[i])) infinities.emplace_back(i, values[i]);
    roundArrayAffine(elementOf(format), values, values, affineFor(format, low, high), options);
    for (const auto& [i, x] : infinities) values[i] = x;
}

void roundValues(std::span<float> values, const Format& format, const RoundOptions& rounding) {
    if (format.scaling == Scaling::affine)
        roundWithZeroPoint(values, format, rounding);
    else if (format.kind == FormatKind::integer)
        roundWithScale(values, format, rounding);
    else
        roundArray(format, values, values, rounding);
}

/// The elements of a tensor as one array. Copied out and back where the tensor does not fill a range of its storage.
template <class Function>
void onValues(at::Tensor& tensor, Function function) {
    const auto range = [](const at::Tensor& t) {
        return std::span<float>(static_cast<float*>(t.mutable_data_ptr()), static_cast<std::size_t>(t.numel()));
    };
    if (tensor.is_non_overlapping_and_dense()) {
        function(range(tensor));
    } else {
        at::Tensor packed = tensor.contiguous();
        function(range(packed));
        tensor.copy_(packed);
    }
}

bool isInBlocks(const Format& format) { return format.blockSize != 0; }

/// Rounds blocks along the last dimension of `rows`, which may be any view of the tensor that is to change.
void roundRows(at::Tensor rows, std::int64_t rowLength, const Format& format, const RoundOptions& rounding) {
    if (rows.numel() == 0) return;
    const at::Tensor packed = rows.contiguous();
    const std::span<float> values(static_cast<float*>(packed.mutable_data_ptr()),
                                  static_cast<std::size_t>(packed.numel()));
    roundBlocks(format, values, values, static_cast<std::size_t>(rowLength), rounding);
    if (!packed.is_same(rows)) rows.copy_(packed);
}

}  // namespace

void roundActivation(at::Tensor& tensor, const Format& format, const RoundOptions& rounding, BlockAxis axis) {
    if (holdsEveryFp32(format)) return;
    if (isInBlocks(format)) {
        const bool byChannel = axis == BlockAxis::channels && tensor.dim() == 4;
        const at::Tensor rows = byChannel ? tensor.permute({0, 2, 3, 1}) : tensor;
        return roundRows(rows, rows.dim() == 0 ? 1 : rows.size(-1), format, rounding);
    }
    onValues(tensor, [&](std::span<float> values) { roundValues(values, format, rounding); });
}

void roundWeight(at::Tensor& tensor, const Format& format, const RoundOptions& rounding) {
    if (format.kind != FormatKind::integer && !isInBlocks(format)) return roundActivation(tensor, format, rounding);
    if (tensor.dim() < 2 || tensor.numel() == 0) return;
    if (isInBlocks(format)) return roundRows(tensor, tensor.numel() / tensor.size(0), format, rounding);
    RoundOptions options = rounding;
    for (std::int64_t channel = 0; channel < tensor.size(0); ++channel) {
        at::Tensor row = tensor.select(0, channel);
        roundActivation(row, format, options);
        options.index += static_cast<std::uint64_t>(row.numel());
    }
}

std::int64_t weightScaleBytes(const std::vector<std::int64_t>& shape, const Format& format) {
    if (shape.size() < 2) return 0;
    const std::int64_t channels = shape[0];
    if (isInBlocks(format)) {
        const std::int64_t perChannel =
            std::accumulate(shape.begin() + 1, shape.end(), std::int64_t{1}, std::multiplies());
        return channels * perChannel == 0 ? 0 : blockBytes(format, channels, perChannel).scales;
    }
    if (format.kind != FormatKind::integer) return 0;
    const std::int64_t zeroPoints = format.scaling == Scaling::affine ? (channels * format.storageBits + 7) / 8 : 0;
    return channels * std::int64_t{sizeof(float)} + zeroPoints;
}

}  // namespace mantissa
