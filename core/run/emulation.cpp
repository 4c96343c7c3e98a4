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
/// below the unit. Agrees with roundTo as long as |x / s| < 2^51, which any bound sees to that is not absurdly small.
void roundToMultiples(std::span<float> values, double scale, double lowest, double highest) {
    constexpr double kUnit = 0x1.8p52;
    for (float& x : values) {
        const double code = (std::clamp(static_cast<double>(x) / scale, lowest, highest) + kUnit) - kUnit;
        const auto rounded = static_cast<float>(scale * code);
        x = std::isfinite(x) ? rounded : x;
    }
}

/// Smallest and largest finite value, and 0.
ValueBounds ownBounds(std::span<const float> values) {
    ValueBounds bounds;
    for (const float x : values) {
        if (!std::isfinite(x)) continue;
        bounds.low = std::min(bounds.low, x);
        bounds.high = std::max(bounds.high, x);
    }
    return bounds;
}

float largestOf(const ValueBounds& bounds) { return std::max(-bounds.low, bounds.high); }

/// Symmetric integer quantisation with one scale: x → s·round(x / s), s = bound / largest code (Jacob et al. 2018,
/// eq. 1, zero point 0). Values that are not finite stay as they are. Gives the scale.
double roundWithScale(std::span<float> values, const Format& format, RoundOptions options, float largest) {
    if (largest == 0) return 1;
    const FormatLimits l = limits(format);
    const double scale = static_cast<double>(largest) / l.max;
    if (options.rounding == Rounding::nearestEven && format.signBits == 1) {
        roundToMultiples(values, scale, -l.max - 1, l.max);
        return scale;
    }
    for (float& x : values) {
        if (std::isfinite(x)) x = static_cast<float>(scale * roundTo(format, static_cast<double>(x) / scale, options));
        ++options.index;
    }
    return scale;
}

/// A floating format with one scale, s = bound / largest value: x → s·round(x × (1 / s)), every step in float32 as FP8
/// kernels scale their operands (Micikevicius et al. 2022, section 3.2); what lies beyond saturates. Infinities stay.
double roundScaled(std::span<float> values, const Format& format, RoundOptions options, float largest) {
    const auto scale = static_cast<float>(static_cast<double>(largest) / limits(format).max);
    const float inverse = 1 / scale;
    options.overflow = Overflow::saturate;
    if (!(scale > 0) || !std::isfinite(inverse)) {
        roundArray(format, values, values, options);
        return 1;
    }
    std::vector<float> codes(values.size());
    for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = values[i] * inverse;
    roundArray(format, codes, codes, options);
    for (std::size_t i = 0; i < codes.size(); ++i)
        if (!std::isinf(values[i])) values[i] = codes[i] * scale;
    return static_cast<double>(scale);
}

/// Affine quantisation with a scale and a zero point for all. Values that are not finite stay as they are.
Affine roundWithZeroPoint(std::span<float> values, const Format& format, const RoundOptions& options,
                          const ValueBounds& bounds) {
    std::vector<std::pair<std::size_t, float>> infinities;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isinf(values[i])) infinities.emplace_back(i, values[i]);
    const Affine affine = affineFor(format, bounds.low, bounds.high);
    roundArrayAffine(elementOf(format), values, values, affine, options);
    for (const auto& [i, x] : infinities) values[i] = x;
    return affine;
}

/// The range of codes around a zero point.
CastRange affineRange(const Format& format, const Affine& affine) {
    CastRange range = castRange(elementOf(format));
    const auto scale = static_cast<double>(affine.scale), zero = static_cast<double>(affine.zeroPoint);
    range.lowest = (range.lowest - zero) * scale;
    range.highest = (range.highest - zero) * scale;
    return range;
}

struct ValueRounding {
    bool scaled = false;                  // floating formats
    const ValueBounds* bounds = nullptr;  // null: the values' own
    CastCounts* casts = nullptr;
};

void roundValues(std::span<float> values, const Format& format, const RoundOptions& rounding,
                 const ValueRounding& how) {
    std::vector<float> before;
    if (how.casts) before.assign(values.begin(), values.end());
    CastRange range;
    const bool integer = format.kind == FormatKind::integer;
    if (!integer && !how.scaled) {
        roundArray(format, values, values, rounding);
        range = castRange(format);
    } else {
        const ValueBounds bounds = how.bounds ? *how.bounds : ownBounds(values);
        if (format.scaling == Scaling::affine)
            range = affineRange(format, roundWithZeroPoint(values, format, rounding, bounds));
        else if (integer)
            range = castRange(format, roundWithScale(values, format, rounding, largestOf(bounds)));
        else
            range = castRange(format, roundScaled(values, format, rounding, largestOf(bounds)));
    }
    if (how.casts) how.casts->add(countCasts(before, values, range));
}

/// What FP32 itself holds: nothing is rounded, and NaN and infinities are there all the same.
void countUnrounded(const at::Tensor& tensor, CastCounts& casts) {
    const at::Tensor packed = tensor.contiguous();
    const std::span<const float> values(static_cast<const float*>(packed.const_data_ptr()),
                                        static_cast<std::size_t>(packed.numel()));
    casts.add(countCasts(values, values, castRange(mantissa::format("fp32"))));
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

/// Each block has a range of its own, that of the elements times its scale.
void countBlocks(std::span<const float> before, std::span<const float> after, std::size_t rowLength,
                 const Format& format, CastCounts& casts) {
    const float whole = tensorScale(format, before);
    const Format& element = elementOf(format);
    const auto length = static_cast<std::size_t>(format.blockSize);
    for (std::size_t row = 0; row < before.size(); row += rowLength)
        for (std::size_t at = 0; at < rowLength; at += length) {
            const std::size_t begin = row + at, count = std::min(length, rowLength - at);
            const auto block = before.subspan(begin, count);
            CastRange range = castRange(element, static_cast<double>(blockScale(format, block, whole).multiplier));
            // A scale of zero makes zeros of all, and one that is NaN makes NaN: neither is an overflow.
            range.losesFinite = false;
            if (!(range.highest > 0)) range = {.lowest = -INFINITY, .highest = INFINITY, .losesFinite = false};
            casts.add(countCasts(block, after.subspan(begin, count), range));
        }
}

/// Rounds blocks along the last dimension of `rows`, which may be any view of the tensor that is to change.
void roundRows(at::Tensor rows, std::int64_t rowLength, const Format& format, const RoundOptions& rounding,
               CastCounts* casts) {
    if (rows.numel() == 0) return;
    const at::Tensor packed = rows.contiguous();
    const std::span<float> values(static_cast<float*>(packed.mutable_data_ptr()),
                                  static_cast<std::size_t>(packed.numel()));
    std::vector<float> before;
    if (casts) before.assign(values.begin(), values.end());
    roundBlocks(format, values, values, static_cast<std::size_t>(rowLength), rounding);
    if (casts) countBlocks(before, values, static_cast<std::size_t>(rowLength), format, *casts);
    if (!packed.is_same(rows)) rows.copy_(packed);
}

}  // namespace

void roundActivation(at::Tensor& tensor, const Format& format, const RoundOptions& rounding,
                     const ActivationRounding& how) {
    if (holdsEveryFp32(format)) {
        if (how.casts) countUnrounded(tensor, *how.casts);
        return;
    }
    if (isInBlocks(format)) {
        const bool byChannel = how.axis == BlockAxis::channels && tensor.dim() == 4;
        const at::Tensor rows = byChannel ? tensor.permute({0, 2, 3, 1}) : tensor;
        return roundRows(rows, rows.dim() == 0 ? 1 : rows.size(-1), format, rounding, how.casts);
    }
    const ValueRounding values{
        .scaled = scalesActivations(format, how.grain), .bounds = how.bounds, .casts = how.casts};
    onValues(tensor, [&](std::span<float> all) { roundValues(all, format, rounding, values); });
}

void roundWeight(at::Tensor& tensor, const Format& format, const RoundOptions& rounding, const WeightRounding& how) {
    const ScaleGrain grain = weightGrain(format, static_cast<std::size_t>(tensor.dim()), how.grain);
    const bool wide = (format.kind == FormatKind::integer || isInBlocks(format)) && tensor.dim() < 2;
    if (holdsEveryFp32(format) || wide || tensor.numel() == 0) {
        if (how.casts) countUnrounded(tensor, *how.casts);
        return;
    }
    if (isInBlocks(format)) return roundRows(tensor, tensor.numel() / tensor.size(0), format, rounding, how.casts);
    const ValueRounding values{.scaled = grain != ScaleGrain::none, .bounds = nullptr, .casts = how.casts};
    if (grain != ScaleGrain::channel)
        return onValues(tensor, [&](std::span<float> all) { roundValues(all, format, rounding, values); });
    RoundOptions options = rounding;
    for (std::int64_t channel = 0; channel < tensor.size(0); ++channel) {
        at::Tensor row = tensor.select(0, channel);
        onValues(row, [&](std::span<float> all) { roundValues(all, format, options, values); });
        options.index += static_cast<std::uint64_t>(row.numel());
    }
}

std::int64_t weightScaleBytes(const std::vector<std::int64_t>& shape, const Format& format, ScaleGrain grain) {
    if (isInBlocks(format)) {
        if (shape.size() < 2) return 0;
        const std::int64_t perChannel =
            std::accumulate(shape.begin() + 1, shape.end(), std::int64_t{1}, std::multiplies());
        return shape[0] * perChannel == 0 ? 0 : blockBytes(format, shape[0], perChannel).scales;
    }
    const ScaleGrain own = weightGrain(format, shape.size(), grain);
    if (own == ScaleGrain::none) return 0;
    const std::int64_t scales = own == ScaleGrain::channel ? shape[0] : 1;
    const std::int64_t zeroPoints = format.scaling == Scaling::affine ? (scales * format.storageBits + 7) / 8 : 0;
    return scales * std::int64_t{sizeof(float)} + zeroPoints;
}

}  // namespace mantissa
